/**
 * Law-enforcement holds on a rule: given by somebody, for a place, until they are released or run out. Only a rule that
 * knows of such holds is held, and the release starts its fresh clock.
 */
import type { Rule } from '../contract/rule-pack';
import { readMoment } from './clocks-moments';
import { compareInstants, type Instant } from './instant';
import type { RuleFacts } from './rule-profile';
import { governingPlace } from './rule-scope';

export type HoldState =
  | { readonly kind: 'none' }
  | { readonly kind: 'held'; readonly by: string }
  /** `at` as it was written. */
  | { readonly kind: 'released'; readonly at: string };

/** @param zone in which a local time without a zone of its own is read */
export function holdOn(rule: Rule, facts: RuleFacts, zone: string): HoldState {
  const { hold } = facts;
  if (hold === undefined || rule.hold?.by !== hold.by || !isHeldThere(rule, facts)) return { kind: 'none' };
  const end = hold.releasedAt ?? (facts.evaluatedAt === undefined ? undefined : hold.expiresAt);
  return end === undefined || isStillAhead(end, facts.evaluatedAt, zone)
    ? { kind: 'held', by: hold.by }
    : { kind: 'released', at: end };
}

/** A hold that names a place holds no law of another one. */
function isHeldThere(rule: Rule, { hold, values }: RuleFacts): boolean {
  if (hold?.jurisdiction === undefined) return true;
  const place = governingPlace(rule, values) ?? hold.jurisdiction;
  return place === hold.jurisdiction || place.startsWith(`${hold.jurisdiction}-`);
}

function isStillAhead(end: string, evaluatedAt: string | undefined, zone: string): boolean {
  const now = evaluatedAt === undefined ? undefined : earliestOf(evaluatedAt, zone);
  const then = earliestOf(end, zone);
  return now !== undefined && then !== undefined && compareInstants(then, now) > 0;
}

function earliestOf(text: string, zone: string): Instant | undefined {
  const moment = readMoment(text, zone);
  return moment.kind === 'read' ? moment.earliest : undefined;
}
