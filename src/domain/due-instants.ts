/**
 * A due instant never moves later without a decision on the timeline (invariant C7). A directory that was edited, a
 * calendar or a pack that was replaced, are none: what was due earlier stays due then.
 */
import type { IncidentEvent } from './events';
import { compareInstants, earliestOf, type Instant } from './instant';
import type { ObligationAssessment, ObligationGroup } from './obligations';

/** Something that people said, on which clocks may rest from now on; the text stands in the database beside them. */
export interface ClockDecision {
  readonly text: string;
  /** Of the facts, as they are since. */
  readonly factsRevision: number;
}

export function clockDecisionOf({ seq, type, by }: IncidentEvent, factsRevision: number): ClockDecision {
  return { text: `#${String(seq)} ${type} by ${by}`, factsRevision };
}

/**
 * @param before nothing for the first assessment
 * @param decision that was taken since `before`
 */
export function withoutSilentDelay(
  before: ObligationAssessment | undefined,
  now: ObligationAssessment,
  decision: string | undefined,
): ObligationAssessment {
  if (before === undefined || decision !== undefined) return now;
  const earlier = earliestByDuty(before.groups);
  const current = earliestByDuty(now.groups);
  const isSameSet = before.tenantSetVersion === now.tenantSetVersion;
  return {
    ...now,
    groups: now.groups.map((group) => {
      const isComparable = group.repeats === undefined && (isSameSet || group.duty === 'provider-own');
      const wasDueAt = earlier.get(keyOf(group));
      const isDelayed =
        isComparable &&
        wasDueAt !== undefined &&
        group.dueAt === current.get(keyOf(group)) &&
        isLater(group.dueAt, wasDueAt);
      return isDelayed ? { ...group, dueAt: wasDueAt } : group;
    }),
  };
}

/** What is not due any more is later than everything. */
function isLater(dueAt: Instant | undefined, than: Instant): boolean {
  return dueAt === undefined || compareInstants(dueAt, than) > 0;
}

function earliestByDuty(groups: readonly ObligationGroup[]): ReadonlyMap<string, Instant> {
  const earliest = new Map<string, Instant>();
  for (const group of groups) {
    if (group.dueAt === undefined) continue;
    const known = earliest.get(keyOf(group));
    earliest.set(keyOf(group), earliestOf([group.dueAt, known ?? group.dueAt]) ?? group.dueAt);
  }
  return earliest;
}

function keyOf({ ruleId, stage, duty }: ObligationGroup): string {
  return `${duty} ${ruleId}/${stage}`;
}
