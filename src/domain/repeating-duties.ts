/**
 * Repeating duties, such as an update every three hours until recovery, with or without news. Owns when a repetition is
 * met and when the duty is over; the instant of the next one is counted by the rules, from the last that was met.
 */
import type { Incident } from './incident';
import { compareInstants } from './instant';
import type { ObligationGroup, Repetition } from './obligations';
import { isEveryServiceRestored } from './response-questions';
import { lastMetAt } from './submissions';

/** What ends the duty has happened; the intruder's return begins it anew. */
export function isRepetitionOver(incident: Incident, { repeats }: ObligationGroup): boolean {
  return repeats !== undefined && hasHappened(incident, repeats.until);
}

function hasHappened({ response, anchors }: Incident, what: Repetition['until']): boolean {
  if (what === 'recovery') return isEveryServiceRestored(response);
  return anchors.some((anchor) => anchor.kind === what && anchor.supersededBy === undefined);
}

/** The repetition that the clock counts is met; until the rules have been asked again, no other one is counted. */
export function isRepetitionMet({ notification }: Incident, group: ObligationGroup): boolean {
  const lastAt = lastMetAt(notification, group);
  const countsFrom = group.repeats?.countsFrom;
  return lastAt !== undefined && (countsFrom === undefined || compareInstants(lastAt, countsFrom) > 0);
}
