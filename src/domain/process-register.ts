/**
 * Process failures and cross-organisation issues as the register outside the incident is to hold them (S60). They
 * outlive the incident that found them, so a copy is kept where its end takes nothing away.
 */
import { fingerprintOf, type Fingerprint } from './fingerprint';
import { isSettled, type Entry, type EntryState, type FollowUpTrack } from './follow-up';
import type { Incident } from './incident';
import type { Instant } from './instant';
import { remembered } from './remembered';

export interface ProcessFailure {
  readonly ref: string;
  readonly title: string;
  readonly owner?: string;
  readonly priority?: string;
  readonly openedAt: Instant;
  readonly state: EntryState['kind'];
  /** A duplicate is settled when what it points to is; what is waived only until `waivedUntil`. */
  readonly isSettled: boolean;
  readonly waivedUntil?: Instant;
}

/** What the register has to be told now. */
export interface Registration {
  readonly key: string;
  readonly failures: readonly ProcessFailure[];
  readonly digest: Fingerprint;
}

/** Nothing while the register holds them as they stand, or has refused them for good as they stand. */
export const pendingRegistration = remembered((incident: Incident): Registration | undefined => {
  const failures = processFailuresOf(incident.followUp);
  if (failures.length === 0) return undefined;
  const digest = fingerprintOf(failures);
  const key = `register/${digest}`;
  const isDone = incident.followUp.registered === digest || incident.failedSteps.includes(key);
  return isDone ? undefined : { key, failures, digest };
});

function processFailuresOf(track: FollowUpTrack): readonly ProcessFailure[] {
  return track.entries.filter(({ kind }) => kind === 'process').map((entry) => failureFrom(track, entry));
}

function failureFrom(track: FollowUpTrack, entry: Entry): ProcessFailure {
  const { ref, title, owner, priority, openedAt, state } = entry;
  return {
    ref,
    title,
    openedAt,
    state: state.kind,
    isSettled: isSettled(track, entry),
    ...(owner !== undefined && { owner }),
    ...(priority !== undefined && { priority }),
    ...(state.kind === 'waived' && { waivedUntil: state.expiresAt }),
  };
}
