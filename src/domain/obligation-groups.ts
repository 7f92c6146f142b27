/**
 * Obligations of many tenants in few groups, small enough for workflow history, and the folding of rules that all wait
 * for the same fact about where a tenant is.
 */
import type { Duty } from '../contract/rule-pack';
import { fingerprintOf } from './fingerprint';
import type { Instant } from './instant';
import { earliestOf } from './instant';
import type { Obligation, ObligationGroup, OutcomeDecision } from './obligations';
import { scopeFacts } from './rule-scope';

export interface CountedObligation {
  readonly obligation: Obligation;
  readonly tenants: number;
}

export interface ObligationGroups {
  readonly groups: readonly ObligationGroup[];
  readonly unlisted: number;
}

// Unsettled scope

/**
 * While the country of a tenant is unknown, most rules of the pack may bind it. They stand as one obligation per duty
 * that names the fact and carries the strictest limit of them all, until somebody records the fact or decides.
 */
export function foldUnsettledScope(
  obligations: readonly Obligation[],
  decisions: readonly OutcomeDecision[] = [],
): Obligation[] {
  const waiting = new Map<string, Obligation[]>();
  const settled = obligations.filter((obligation) => {
    const key = unsettledKey(obligation);
    if (key !== undefined) waiting.set(key, [...(waiting.get(key) ?? []), obligation]);
    return key === undefined;
  });
  return [...settled, ...[...waiting.values()].flatMap((folded) => foldedObligation(folded, decisions))];
}

function unsettledKey({ outcome, missingFact, duty }: Obligation): string | undefined {
  const isUnsettled = outcome === 'undecided' && missingFact !== undefined && scopeFacts.has(missingFact);
  return isUnsettled ? `${duty} ${missingFact}` : undefined;
}

function foldedObligation(
  folded: readonly Obligation[],
  decisions: readonly OutcomeDecision[],
): Obligation[] {
  const [first] = folded;
  if (first?.missingFact === undefined) return [];
  const ruleId = `scope:${first.missingFact}`;
  const decision = decisions.findLast((each) => each.ruleId === ruleId);
  if (decision?.applies === false) return [];
  const rules = [...new Set(folded.map((each) => each.ruleId))];
  const strictest = folded.find(({ dueAt }) => dueAt !== undefined && dueAt === earliestDueAt(folded));
  const { repeats: _repeats, ...standing } = strictest ?? first;
  return [
    {
      ...standing,
      ruleId,
      stage: first.duty,
      recipient: first.duty === 'provider-to-tenant' ? first.recipient : 'unsettled',
      outcome: decision === undefined ? 'undecided' : 'applies',
      because: `not known: ${first.missingFact}; ${rules.length} rules wait for it`,
      explain: `${strictest === undefined ? '' : `${strictest.ruleId}: `}${(strictest ?? first).explain}; waiting: ${someOf(rules)}`,
      channels: inAll(folded.map(({ channels }) => channels)),
      requiredContent: union(folded.map(({ requiredContent }) => requiredContent)),
    },
  ];
}

const SHOWN_RULES = 10;

/** Every tenant keeps this text: it must not grow with the pack. */
function someOf(rules: readonly string[]): string {
  const more = rules.length - SHOWN_RULES;
  return [...rules.slice(0, SHOWN_RULES), ...(more > 0 ? [`… and ${more} more`] : [])].join(', ');
}

// Groups

/** @param limit how many groups history may hold; the tenants' own clocks give way first */
export function groupObligations(counted: readonly CountedObligation[], limit = 80): ObligationGroups {
  const exact = merged(counted.filter(isForHistory).map(groupOf), exactKey);
  if (exact.length <= limit) return { groups: inOrder(exact), unlisted: 0 };
  const coarse = merged(exact, coarseKey);
  const listed = inOrder(coarse).slice(0, limit);
  return { groups: listed, unlisted: coarse.length - listed.length };
}

/** A step of a tenant's own that waits for the tenant's own submission is nothing we could act on. */
function isForHistory({ obligation: { duty, clock, anchor } }: CountedObligation): boolean {
  return !(duty === 'tenant-own' && clock === 'not-started' && anchor === 'submission');
}

function groupOf({ obligation, tenants }: CountedObligation): ObligationGroup {
  const { ruleId, stage, duty, recipient, outcome, missingFact, anchor, clock, dueAt, softDueAt, channels } =
    obligation;
  const { repeats } = obligation;
  return {
    ruleId,
    stage,
    duty,
    recipient,
    outcome,
    ...(missingFact !== undefined && { missingFact }),
    ...(anchor !== undefined && { anchor }),
    clock,
    ...(dueAt !== undefined && { dueAt }),
    ...(softDueAt !== undefined && { softDueAt }),
    ...(repeats !== undefined && { repeats }),
    tenants,
    channels,
  };
}

function merged(
  groups: readonly ObligationGroup[],
  keyOf: (group: ObligationGroup) => string,
): ObligationGroup[] {
  const byKey = new Map<string, ObligationGroup>();
  for (const group of groups) {
    const earlier = byKey.get(keyOf(group));
    byKey.set(keyOf(group), earlier === undefined ? group : together(earlier, group));
  }
  return [...byKey.values()];
}

/** The strictest instant stands for both. */
function together(left: ObligationGroup, right: ObligationGroup): ObligationGroup {
  const dueAt = earliestKnown(left.dueAt, right.dueAt);
  const softDueAt = earliestKnown(left.softDueAt, right.softDueAt);
  const leading = dueAt !== undefined && dueAt === right.dueAt ? right : left;
  return {
    ...leading,
    ...(dueAt !== undefined && { dueAt }),
    ...(softDueAt !== undefined && { softDueAt }),
    tenants: left.tenants + right.tenants,
  };
}

function earliestKnown(left: Instant | undefined, right: Instant | undefined): Instant | undefined {
  return earliestOf([left, right].filter((instant) => instant !== undefined));
}

function exactKey({ tenants: _tenants, channels: _channels, ...identity }: ObligationGroup): string {
  return fingerprintOf(identity);
}

function coarseKey({ ruleId, stage, duty, outcome }: ObligationGroup): string {
  return fingerprintOf([ruleId, stage, duty, outcome]);
}

const rank: Record<Duty, number> = { 'provider-own': 0, 'provider-to-tenant': 1, 'tenant-own': 2 };

/** Our own duties first, then by due instant: the order does not depend on how tenants were found. */
function inOrder(groups: readonly ObligationGroup[]): ObligationGroup[] {
  return [...groups].sort(
    (left, right) =>
      rank[left.duty] - rank[right.duty] ||
      dueText(left).localeCompare(dueText(right)) ||
      left.ruleId.localeCompare(right.ruleId) ||
      left.stage.localeCompare(right.stage) ||
      left.outcome.localeCompare(right.outcome),
  );
}

function dueText({ dueAt, softDueAt }: ObligationGroup): string {
  return dueAt ?? softDueAt ?? '9999';
}

function earliestDueAt(obligations: readonly Obligation[]): Instant | undefined {
  return earliestOf(obligations.map(({ dueAt }) => dueAt).filter((instant) => instant !== undefined));
}

/** Whichever of the rules binds in the end, a channel of these meets it; empty when none does. */
function inAll(lists: readonly (readonly string[])[]): string[] {
  return union(lists).filter((word) => lists.every((list) => list.includes(word)));
}

/** Every word once, in the order of the alphabet. */
export function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort();
}
