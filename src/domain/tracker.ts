/**
 * What the engineers' own issue tracker is asked about the entries of an incident (S56, S59): the first time, it is given
 * an issue for each; after that it says how they stand. Its word counts when it changes: a signal may have told it sooner.
 */
import type { EventBody, EventOf } from './events';
import { findEntry, isSettled, type Entry, type FollowUpTrack, type TrackedIssue } from './follow-up';
import { fingerprintOf } from './fingerprint';
import type { Incident } from './incident';
import { addMs, epochMsOf, type Instant } from './instant';
import { remembered } from './remembered';

/** What an issue of the tracker is made of. */
export interface TrackerItem {
  readonly ref: string;
  readonly kind: Entry['kind'];
  readonly title: string;
  readonly owner?: string;
  readonly priority?: string;
}

export interface TrackerVisit {
  readonly key: string;
  readonly at: Instant;
  readonly items: readonly TrackerItem[];
}

/** More are asked about with the next visit. */
const itemsOfAVisit = 100;
const hourMs = 3_600_000;

/** Nothing without a tracker, in a drill, and when nothing is open; an entry without an issue is a visit at once. */
export const nextTrackerVisit = remembered((incident: Incident): TrackerVisit | undefined => {
  const { followUp, declaration, policy, failedSteps } = incident;
  const hours = policy.askTrackerEveryHours;
  if (hours === null || declaration.mode === 'drill') return undefined;
  const entries = entriesToAskAbout(followUp).slice(0, itemsOfAVisit);
  if (entries.length === 0) return undefined;
  const refs = entries.map(({ ref }) => ref);
  const key = `tracker/${fingerprintOf([refs, followUp.trackerAskedAt ?? '']).slice(0, 16)}`;
  if (failedSteps.includes(key)) return undefined;
  return { key, at: timeOfVisit(followUp, entries, hours), items: entries.map(itemFrom) };
});

function entriesToAskAbout(track: FollowUpTrack): readonly Entry[] {
  const isNew = ({ issue }: Entry) => issue === undefined;
  const isOpen = (entry: Entry) => !isSettled(track, entry);
  const known = track.entries.filter((entry) => !isNew(entry));
  return [
    ...track.entries.filter((entry) => isNew(entry) && isOpen(entry)),
    ...(track.entries.some(isOpen)
      ? [...known.filter(isOpen), ...known.filter((entry) => !isOpen(entry))]
      : []),
  ];
}

function timeOfVisit(track: FollowUpTrack, [first]: readonly Entry[], hours: number): Instant {
  const isDueNow = first?.issue === undefined || track.trackerAskedAt === undefined;
  return isDueNow ? (first?.openedAt ?? '') : addMs(track.trackerAskedAt, hours * hourMs);
}

function itemFrom({ ref, kind, title, owner, priority }: Entry): TrackerItem {
  return {
    ref,
    kind,
    title,
    ...(owner !== undefined && { owner }),
    ...(priority !== undefined && { priority }),
  };
}

export function isDue({ at }: TrackerVisit, now: Instant): boolean {
  return epochMsOf(at) <= epochMsOf(now);
}

/** What the answer closes or opens again here; asked before the answer itself is recorded. */
export function changesByTracker(
  track: FollowUpTrack,
  { issues }: Pick<EventOf<'tracker-asked'>, 'issues'>,
): readonly EventBody[] {
  return issues.flatMap(({ ref, state }) => {
    const entry = findEntry(track, ref);
    return entry === undefined ? [] : changeOf(entry, entry.issue?.state ?? 'open', state);
  });
}

function changeOf(
  entry: Entry,
  before: TrackedIssue['state'],
  now: TrackedIssue['state'],
): readonly EventBody[] {
  const { ref, state } = entry;
  if (before === now) return [];
  if (now !== 'open') return state.kind === 'open' ? [{ type: 'entry-closed', ref, resolution: now }] : [];
  const isClosed = state.kind === 'resolved' || state.kind === 'not-planned';
  return isClosed ? [{ type: 'entry-reopened', ref, reason: 'its issue in the tracker is open again' }] : [];
}
