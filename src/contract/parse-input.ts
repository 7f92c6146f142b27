/** Reads what a caller wrote against a schema; a problem is one sentence that names the field. */
import type { z } from 'zod';
import { InputProblem } from './input-problem';

/** @throws InputProblem naming the first bad field of `what`, such as "the declaration" */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  throw new InputProblem(`${what}: ${field === '' ? 'it' : field} ${sentenceOf(issue, value)}`, field);
}

function sentenceOf(issue: z.core.$ZodIssue | undefined, value: unknown): string {
  if (issue === undefined) return 'is wrong';
  if (issue.code === 'invalid_type' && valueAt(value, issue.path) === undefined) return 'is missing';
  if (issue.code === 'unrecognized_keys')
    return `has ${issue.keys.join(', ')}, which is not a field here; check the spelling`;
  if (issue.code === 'too_big')
    return `is too large: at most ${String(issue.maximum)}${unitOf(issue.origin)}; shorten it`;
  return `is wrong: ${issue.message}`;
}

/** What a limit counts. */
function unitOf(origin: string): string {
  const units: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };
  return units[origin] ?? '';
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
