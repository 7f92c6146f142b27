/**
 * What meets the repetitions of a duty, and what of the notices counts as submitted to the tenants, so that the rules
 * can count the next one from it.
 */
import { compareInstants, latestOf, type Instant } from './instant';
import { obligationGroups, sentNotices, type NotificationTrack } from './notification';
import type { ObligationGroup } from './obligations';

/** By rule for the first notice, by rule and step for the last update; of each its beginning, which is the strict end. */
export function submissionsToTenants(track: NotificationTrack): Record<string, Instant> {
  const [firstAt] = startsOf(track).sort(compareInstants);
  const submissions: Record<string, Instant> = {};
  for (const group of repeatingToTenants(track)) {
    const lastAt = lastMetAt(track, group);
    if (firstAt !== undefined) submissions[group.ruleId] = firstAt;
    if (lastAt !== undefined) submissions[`${group.ruleId}/${group.stage}`] = lastAt;
  }
  return submissions;
}

/** A notice that begins to leave moves their clocks on. */
export function repeatingToTenants(track: NotificationTrack): readonly ObligationGroup[] {
  return obligationGroups(track).filter(
    ({ duty, repeats }) => duty === 'provider-to-tenant' && repeats !== undefined,
  );
}

/** A filing meets a repetition when it is submitted; towards tenants an update does, once it is on its way. */
export function lastMetAt(
  track: NotificationTrack,
  { ruleId, stage, duty }: ObligationGroup,
): Instant | undefined {
  if (duty === 'provider-to-tenant') return latest(startsOf(track, 'update'));
  const ofStep = track.filings.filter((filing) => filing.ruleId === ruleId && filing.stage === stage);
  return latest(ofStep.map(({ submittedAt }) => submittedAt));
}

function startsOf(track: NotificationTrack, stage?: 'update'): Instant[] {
  return sentNotices(track)
    .filter((notice) => notice.state.campaign.isUnderWay && (stage ?? notice.stage) === notice.stage)
    .map(({ state }) => state.campaign.startedAt);
}

function latest(instants: readonly Instant[]): Instant | undefined {
  const [first, ...others] = instants;
  return first === undefined ? undefined : others.reduce(latestOf, first);
}
