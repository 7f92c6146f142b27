/**
 * Checks of shape for messages that reach the workflow, where zod would cost half a megabyte a cached workflow. Every
 * problem is a sentence that names the field. The types tie each shape to its message in the contract.
 */
import { isInstantText } from './moment';

/** A problem sentence, or nothing when the value is fine. */
export type Check = (value: unknown, field: string) => string | undefined;

export type Shape<Message> = { readonly [Key in keyof Required<Message>]: Check };

export function text(maxLength = 10_000): Check {
  return (value, field) => {
    if (typeof value !== 'string') return `${field} must be a text`;
    if (value.length === 0) return `${field} is empty; write something`;
    if (value.length > maxLength)
      return `${field} is longer than ${String(maxLength)} characters; shorten it`;
    return undefined;
  };
}

export function oneOf(values: readonly string[]): Check {
  return (value, field) =>
    values.includes(value as string) ? undefined : `${field} must be one of ${values.join(', ')}`;
}

export const flag: Check = (value, field) =>
  typeof value === 'boolean' ? undefined : `${field} must be true or false`;

export const positiveInteger: Check = (value, field) =>
  Number.isSafeInteger(value) && Number(value) > 0 ? undefined : `${field} must be a whole number from 1`;

export const instant: Check = (value, field) =>
  typeof value === 'string' && isInstantText(value)
    ? undefined
    : `${field} must be a date with time and offset, e.g. 2026-11-23T15:20:00Z`;

export function pattern(expression: RegExp, what: string): Check {
  return (value, field) =>
    typeof value === 'string' && expression.test(value) ? undefined : `${field} must be ${what}`;
}

export function optional(check: Check): Check {
  return (value, field) => (value === undefined ? undefined : check(value, field));
}

export function listOf(check: Check, { min = 0, max = 100 } = {}): Check {
  return (value, field) => {
    if (!Array.isArray(value)) return `${field} must be a list`;
    if (value.length < min) return `${field} needs at least ${String(min)}`;
    if (value.length > max) return `${field} has more than ${String(max)} items; split the message`;
    return firstProblem(value.map((item: unknown, index) => check(item, `${field}[${String(index)}]`)));
  };
}

export function object<Message>(shape: Shape<Message>): Check {
  return (value, field) => problemOf(shape, value, field);
}

/** What is wrong with a message, or nothing. Unknown fields are refused: they are misspelt ones. */
export function problemOf<Message>(shape: Shape<Message>, value: unknown, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `${path || 'the message'} must be an object`;
  const named = (field: string) => (path === '' ? field : `${path}.${field}`);
  const stranger = Object.keys(value).find((field) => !Object.hasOwn(shape, field));
  if (stranger !== undefined)
    return `${named(stranger)} is not a field here; known are ${Object.keys(shape).join(', ')}`;
  const fields = Object.entries<Check>(shape);
  return firstProblem(
    fields.map(([field, check]) =>
      presentProblem(check, (value as Record<string, unknown>)[field], named(field)),
    ),
  );
}

function presentProblem(check: Check, value: unknown, field: string): string | undefined {
  const problem = check(value, field);
  return problem !== undefined && value === undefined ? `${field} is missing` : problem;
}

function firstProblem(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
