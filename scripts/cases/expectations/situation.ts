/** What an expectation is judged on: the case, the incident as it stands after an input, and how differences are told. */
import type { Gate, IncidentEvent } from '../../../src/client';
import type { Incident } from '../../../src/domain/incident';
import type { Instant } from '../../../src/domain/instant';
import type { Play } from '../play';

export interface Situation extends Play {
  readonly state: Incident;
  readonly events: readonly IncidentEvent[];
  readonly gates: readonly Gate[];
  readonly now: Instant;
  readonly includeUnverified: boolean;
}

/** Nothing when it is as wanted or nobody asked; else what was found instead. */
export function differing<Value>(
  name: string,
  wanted: Value | undefined,
  found: Value | undefined,
): string[] {
  if (wanted === undefined || wanted === found) return [];
  return [`${name} is ${shown(found)}, expected ${shown(wanted)}`];
}

export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the check says and we do not understand: it must not pass by being overlooked. */
export function notYet(check: object, known: readonly string[], ignored: readonly string[] = []): string[] {
  return Object.keys(check)
    .filter((name) => !known.includes(name) && !ignored.includes(name))
    .map((name) => `not yet: the field ${name} of a check is not understood`);
}
