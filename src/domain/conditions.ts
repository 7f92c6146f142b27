/**
 * Conditions over named facts, with three answers. What is not known makes an answer unknown unless the rest settles
 * it either way; it never turns into no.
 */
import type { RuleFactValue } from '../contract/rule-facts';
import type { Condition } from '../contract/rule-pack';

export type FactValues = Readonly<Record<string, RuleFactValue>>;

export type Answer =
  | { readonly truth: 'true' }
  | { readonly truth: 'false'; readonly because: string }
  | { readonly truth: 'unknown'; readonly missing: readonly string[] };

const yes: Answer = { truth: 'true' };

export function answer(condition: Condition, facts: FactValues): Answer {
  if ('all' in condition) return everyOf(condition.all.map((part) => answer(part, facts)));
  if ('any' in condition) return anyOf(condition.any.map((part) => answer(part, facts)));
  if ('not' in condition) return negated(condition.not, facts);
  if ('always' in condition) return yes;
  const value = facts[condition.fact];
  if (value === undefined || !isAnswerTo(condition, value))
    return { truth: 'unknown', missing: [condition.fact] };
  return holds(condition, value)
    ? yes
    : { truth: 'false', because: `${condition.fact} is ${inWords(value)}` };
}

/** False as soon as one is false, else unknown as soon as one is. */
export function everyOf(answers: readonly Answer[]): Answer {
  return answers.find(({ truth }) => truth === 'false') ?? unknownAmong(answers) ?? yes;
}

/** True as soon as one is true, else unknown as soon as one is. */
export function anyOf(answers: readonly Answer[]): Answer {
  if (answers.some(({ truth }) => truth === 'true')) return yes;
  return unknownAmong(answers) ?? { truth: 'false', because: reasonsOf(answers).join(', ') };
}

function unknownAmong(answers: readonly Answer[]): Answer | undefined {
  const missing = answers.flatMap((each) => (each.truth === 'unknown' ? each.missing : []));
  return missing.length === 0 ? undefined : { truth: 'unknown', missing: [...new Set(missing)] };
}

function negated(condition: Condition, facts: FactValues): Answer {
  const inner = answer(condition, facts);
  if (inner.truth === 'unknown') return inner;
  return inner.truth === 'false' ? yes : { truth: 'false', because: factsOf(condition, facts) };
}

function reasonsOf(answers: readonly Answer[]): string[] {
  return answers.flatMap((each) => (each.truth === 'false' ? [each.because] : []));
}

type Leaf = Extract<Condition, { fact: string }>;

/** A value of another type than the question, such as `many` for a count, is no answer to it. */
function isAnswerTo(leaf: Leaf, value: RuleFactValue): boolean {
  if ('is' in leaf) return typeof value === typeof leaf.is;
  if ('oneOf' in leaf) return leaf.oneOf.some((option) => typeof option === typeof value);
  if ('includesAny' in leaf || 'within' in leaf) return typeof value === 'string' || Array.isArray(value);
  return typeof value === 'number';
}

function holds(leaf: Leaf, value: RuleFactValue): boolean {
  if ('is' in leaf) return value === leaf.is;
  if ('oneOf' in leaf) return leaf.oneOf.some((option) => option === value);
  if ('includesAny' in leaf) return leaf.includesAny.some((word) => listOf(value).includes(word));
  if ('within' in leaf)
    return listOf(value).length > 0 && listOf(value).every((word) => leaf.within.includes(word));
  const count = Number(value);
  return 'atLeast' in leaf ? count >= leaf.atLeast : count > leaf.over;
}

/** A word is a list of one: a tenant may have one sector or several. */
export function listOf(value: RuleFactValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [String(value)];
}

export function inWords(value: RuleFactValue): string {
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.join(', ');
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function factsOf(condition: Condition, facts: FactValues): string {
  return [...new Set(factNamesIn(condition))]
    .map((name) => `${name} is ${inWords(facts[name] ?? 'unknown')}`)
    .join(', ');
}

/** Every fact that a condition may read. */
export function factNamesIn(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(factNamesIn);
  if ('any' in condition) return condition.any.flatMap(factNamesIn);
  if ('not' in condition) return factNamesIn(condition.not);
  return 'fact' in condition ? [condition.fact] : [];
}
