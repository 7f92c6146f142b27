/** What differs between two packs: rules that came, went, or changed, field by field. */
import type { Rule } from '../contract/rule-pack';
import { canonicalJson } from './canonical-json';

export interface FieldChange {
  /** Such as `clock.limbs[0].within`. */
  readonly path: string;
  /** Absent where the field came new. */
  readonly before?: unknown;
  /** Absent where the field went away. */
  readonly after?: unknown;
}

export interface RuleDifferences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly id: string; readonly fields: readonly FieldChange[] }[];
}

export function ruleDifferences(before: readonly Rule[], after: readonly Rule[]): RuleDifferences {
  const [old, fresh] = [byId(before), byId(after)];
  return {
    added: after.flatMap(({ id }) => (old.has(id) ? [] : [id])),
    removed: before.flatMap(({ id }) => (fresh.has(id) ? [] : [id])),
    changed: before.flatMap((rule) => {
      const fields = changesBetween(rule, fresh.get(rule.id) ?? rule, '');
      return fields.length === 0 ? [] : [{ id: rule.id, fields }];
    }),
  };
}

function byId(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.map((rule) => [rule.id, rule]));
}

function changesBetween(before: unknown, after: unknown, path: string): readonly FieldChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (Array.isArray(before) && Array.isArray(after))
    return indexesOf(before, after).flatMap((index) =>
      changesBetween(before[index], after[index], `${path}[${index}]`),
    );
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesBetween(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

function indexesOf(before: readonly unknown[], after: readonly unknown[]): readonly number[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// What that does to due instants

export interface DueLine {
  readonly id: string;
  readonly outcome: string;
  /** Absent where there is no number, or no clock. */
  readonly dueAt?: string;
}

export interface DueChange {
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

export function dueChanges(before: readonly DueLine[], after: readonly DueLine[]): readonly DueChange[] {
  const [old, fresh] = [linesById(before), linesById(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((id) => {
    const change = { id, before: old.get(id) ?? 'not asked for', after: fresh.get(id) ?? 'not asked for' };
    return change.before === change.after ? [] : [change];
  });
}

function linesById(lines: readonly DueLine[]): ReadonlyMap<string, string> {
  return new Map(lines.map(({ id, outcome, dueAt }) => [id, dueAt ?? `${outcome}, no instant`]));
}
