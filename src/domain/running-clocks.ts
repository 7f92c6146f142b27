/** What has to be done by when: the provider's own duties, promises and reviews that are not met yet. */
import { isDutyHeld } from './holds';
import { type Incident } from './incident';
import { compareInstants, type Instant } from './instant';
import { isDutyToTellMet, obligationGroups } from './notification';
import type { ObligationGroup } from './obligations';
import { promiseDue } from './promises';
import { isRepetitionMet, isRepetitionOver } from './repeating-duties';
import { openReviews } from './response-questions';

/** Something that has to be done by an instant. */
export interface Clock {
  readonly clock: string;
  readonly dueAt: Instant;
  /** `policy` marks what no law says, `promise` what we said ourselves in public. */
  readonly basis: 'rule' | 'policy' | 'promise';
  /** A hold names this duty; it counts on all the same. */
  readonly isHeld?: true;
  /** Of a repetition: the last one that was met. */
  readonly countsFrom?: Instant;
}

/** The provider's own running clocks that are not met; those of the tenants are theirs to keep. */
export function runningClocks(incident: Incident): readonly Clock[] {
  const clocks = [...obligationClocks(incident), ...promiseClocks(incident), ...reviewClocks(incident)];
  return clocks.sort((left, right) => compareInstants(left.dueAt, right.dueAt));
}

function obligationClocks(incident: Incident): readonly Clock[] {
  const told = isDutyToTellMet(incident.notification);
  const filed = new Set(incident.notification.filings.map((filing) => `${filing.ruleId}/${filing.stage}`));
  const isMet = (group: ObligationGroup) => {
    if (group.repeats !== undefined)
      return isRepetitionOver(incident, group) || isRepetitionMet(incident, group);
    return group.duty === 'provider-to-tenant' ? told : filed.has(`${group.ruleId}/${group.stage}`);
  };
  return obligationGroups(incident.notification)
    .filter((group) => group.duty !== 'tenant-own' && !isMet(group))
    .flatMap((group) => clockOf(incident, group));
}

function clockOf({ holds }: Incident, group: ObligationGroup): readonly Clock[] {
  const dueAt = group.dueAt ?? group.softDueAt;
  if (dueAt === undefined) return [];
  const basis = group.dueAt === undefined ? 'policy' : 'rule';
  const held = isDutyHeld(holds, group.ruleId) && { isHeld: true as const };
  const countsFrom = group.repeats?.countsFrom;
  return [
    {
      clock: clockIdOf(group, dueAt),
      dueAt,
      basis,
      ...held,
      ...(countsFrom !== undefined && { countsFrom }),
    },
  ];
}

export function clockIdOf({ ruleId, stage }: ObligationGroup, dueAt: Instant): string {
  return `${ruleId}/${stage}@${dueAt}`;
}

/** Alarms go by the beginning of the range, where only the day of the promise is known. */
function promiseClocks({ notification }: Incident): readonly Clock[] {
  return notification.promises
    .filter(({ metAt }) => metAt === undefined)
    .map((promise) => {
      const dueAt = promiseDue(promise).dueFrom;
      return { clock: `promise/${promise.promiseId}@${dueAt}`, dueAt, basis: 'promise' };
    });
}

function reviewClocks(incident: Incident): readonly Clock[] {
  return openReviews(incident.response).flatMap(({ actionId, review }) =>
    review.kind === 'awaited'
      ? [{ clock: `review/${actionId}`, dueAt: review.dueAt, basis: 'policy' as const }]
      : [],
  );
}

export function nextDeadline(incident: Incident): Clock | undefined {
  return runningClocks(incident)[0];
}
