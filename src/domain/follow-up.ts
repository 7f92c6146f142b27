/**
 * The follow-up track: entries from the declaration on, the postmortem, the review until all is resolved (S50–S66).
 * Owns what counts as settled.
 */
import type { EntryKind, FindingClass } from '../contract/messages';
import type { EventOf, IncidentEvent, Recording } from './events';
import type { Instant } from './instant';

export type FollowUpPhase = 'collecting' | 'postmortem' | 'reviewing' | 'resolved';

export type EntryState =
  | { readonly kind: 'open' }
  | { readonly kind: 'resolved'; readonly at: Instant }
  | { readonly kind: 'not-planned' }
  | { readonly kind: 'duplicate-of'; readonly target: string }
  | { readonly kind: 'waived'; readonly by: string; readonly reason: string; readonly expiresAt: Instant };

export interface Entry {
  readonly ref: string;
  readonly kind: EntryKind;
  readonly title: string;
  readonly owner?: string;
  readonly priority?: string;
  readonly foundIn: 'response' | 'postmortem';
  readonly gating: boolean;
  readonly openedAt: Instant;
  readonly state: EntryState;
}

export type Triage = { readonly kind: 'awaited' } | { readonly kind: 'done'; readonly nothingToFix?: string };

export interface Finding {
  readonly class: FindingClass;
  readonly text: string;
  readonly key: boolean;
  readonly entry?: string;
}

export interface Verdict {
  readonly verdict: 'yes' | 'no';
  readonly reason: string;
}

export interface PostmortemReport {
  readonly sequenceOfEvents: readonly string[];
  readonly technicalSummary: readonly { readonly claim: string; readonly evidence: readonly string[] }[];
  readonly responseReview: readonly string[];
  readonly findings: readonly Finding[];
  readonly noneFound: readonly FindingClass[];
  readonly sufficiency?: Verdict;
  readonly completeness?: Verdict;
  readonly suggestions: readonly {
    readonly text: string;
    readonly verdict: 'accepted' | 'rejected';
    readonly consulted: string;
    readonly procedure?: string;
  }[];
  readonly signOffs: readonly string[];
}

export type PostmortemRequirement =
  | { readonly kind: 'by-default' }
  | { readonly kind: 'required'; readonly reason: string }
  | { readonly kind: 'not-required'; readonly reason: string };

export interface FollowUpTrack {
  readonly entries: readonly Entry[];
  readonly triage: Triage;
  readonly requirement: PostmortemRequirement;
  readonly report: PostmortemReport;
  /** When owners, or those who should name one, were last reminded. */
  readonly reminded: { readonly unowned?: Instant; readonly open?: Instant };
  readonly postmortem: { readonly kind: 'open' } | { readonly kind: 'complete'; readonly at: Instant };
}

export const noFollowUp: FollowUpTrack = {
  entries: [],
  triage: { kind: 'awaited' },
  requirement: { kind: 'by-default' },
  report: {
    sequenceOfEvents: [],
    technicalSummary: [],
    responseReview: [],
    findings: [],
    noneFound: [],
    suggestions: [],
    signOffs: [],
  },
  reminded: {},
  postmortem: { kind: 'open' },
};

export const findingClasses: readonly FindingClass[] = [
  'technical-lapse',
  'procedural-failure',
  'manual-error',
  'process-flaw',
  'communication-breakdown',
  'unknown-attack-vector',
];

// What an event changes

export function applyToFollowUp(
  track: FollowUpTrack,
  event: IncidentEvent,
  isResponseStable: () => boolean,
): FollowUpTrack {
  switch (event.type) {
    case 'entry-opened':
      return { ...track, entries: [...track.entries, entryFrom(event, isResponseStable())] };
    case 'entry-closed':
      return changeEntry(track, event.ref, (entry) => ({ ...entry, state: closedState(event) }));
    case 'entry-reopened':
      return changeEntry(track, event.ref, (entry) => ({ ...entry, state: { kind: 'open' } }));
    case 'waiver-expired':
      return changeEntry(track, event.ref, (entry) => ({ ...entry, state: { kind: 'open' } }));
    case 'entry-assigned':
      return changeEntry(track, event.ref, (entry) => ({ ...entry, owner: event.owner }));
    case 'entry-waived':
      return changeEntry(track, event.ref, (entry) => ({ ...entry, state: waivedState(event) }));
    case 'triage-declared-done':
      return { ...track, triage: triageFrom(event) };
    case 'postmortem-part-recorded':
      return withPart(track, event);
    case 'entries-reminded':
      return { ...track, reminded: { ...track.reminded, [event.because]: event.at } };
    case 'postmortem-completed':
      return { ...track, postmortem: { kind: 'complete', at: event.at } };
    default:
      return track;
  }
}

function entryFrom(event: EventOf<'entry-opened'> & Recording, isResponseStable: boolean): Entry {
  return {
    ref: event.ref,
    kind: event.kind,
    title: event.title,
    foundIn: isResponseStable ? 'postmortem' : 'response',
    gating: event.gating,
    openedAt: event.at,
    state: { kind: 'open' },
    ...(event.owner !== undefined && { owner: event.owner }),
    ...(event.priority !== undefined && { priority: event.priority }),
  };
}

function changeEntry(track: FollowUpTrack, ref: string, change: (entry: Entry) => Entry): FollowUpTrack {
  return { ...track, entries: track.entries.map((entry) => (entry.ref === ref ? change(entry) : entry)) };
}

function closedState(event: EventOf<'entry-closed'> & Recording): EntryState {
  switch (event.resolution) {
    case 'resolved':
      return { kind: 'resolved', at: event.at };
    case 'not-planned':
      return { kind: 'not-planned' };
    case 'duplicate-of':
      return { kind: 'duplicate-of', target: event.duplicateOf ?? '' };
  }
}

function waivedState(event: EventOf<'entry-waived'> & Recording): EntryState {
  return { kind: 'waived', by: event.by, reason: event.reason, expiresAt: event.expiresAt };
}

function triageFrom(event: EventOf<'triage-declared-done'>): Triage {
  return { kind: 'done', ...(event.nothingToFix !== undefined && { nothingToFix: event.nothingToFix }) };
}

function withPart(track: FollowUpTrack, event: EventOf<'postmortem-part-recorded'>): FollowUpTrack {
  if (event.part === 'requirement') return { ...track, requirement: requirementFrom(event) };
  return { ...track, report: reportWith(track.report, event) };
}

function requirementFrom(event: EventOf<'postmortem-part-recorded'>): PostmortemRequirement {
  return { kind: event.verdict === 'no' ? 'not-required' : 'required', reason: event.text };
}

function reportWith(report: PostmortemReport, event: EventOf<'postmortem-part-recorded'>): PostmortemReport {
  switch (event.part) {
    case 'sequence-of-events':
      return { ...report, sequenceOfEvents: [...report.sequenceOfEvents, event.text] };
    case 'technical-summary':
      return {
        ...report,
        technicalSummary: [...report.technicalSummary, { claim: event.text, evidence: event.evidence }],
      };
    case 'response-review':
      return { ...report, responseReview: [...report.responseReview, event.text] };
    case 'finding':
      return { ...report, findings: [...report.findings, findingFrom(event)] };
    case 'none-found':
      return event.class === undefined
        ? report
        : { ...report, noneFound: [...report.noneFound, event.class] };
    case 'sufficiency':
      return { ...report, sufficiency: verdictFrom(event) };
    case 'completeness':
      return { ...report, completeness: verdictFrom(event) };
    case 'suggestion':
      return { ...report, suggestions: [...report.suggestions, suggestionFrom(event)] };
    case 'sign-off':
      return { ...report, signOffs: [...new Set([...report.signOffs, event.party ?? ''])] };
    case 'requirement':
      return report;
  }
}

function findingFrom(event: EventOf<'postmortem-part-recorded'>): Finding {
  return {
    class: event.class ?? 'technical-lapse',
    text: event.text,
    key: event.key ?? false,
    ...(event.entry !== undefined && { entry: event.entry }),
  };
}

function verdictFrom(event: EventOf<'postmortem-part-recorded'>): Verdict {
  return { verdict: event.verdict === 'no' ? 'no' : 'yes', reason: event.text };
}

function suggestionFrom(event: EventOf<'postmortem-part-recorded'>): PostmortemReport['suggestions'][number] {
  return {
    text: event.text,
    verdict: event.verdict === 'rejected' ? 'rejected' : 'accepted',
    consulted: event.consulted ?? '',
    ...(event.procedure !== undefined && { procedure: event.procedure }),
  };
}

// Questions

export function findEntry(track: FollowUpTrack, ref: string): Entry | undefined {
  return track.entries.find((entry) => entry.ref === ref);
}

/** A duplicate is settled when what it points to is; a circle never is. */
export function isSettled(track: FollowUpTrack, entry: Entry, visited: readonly string[] = []): boolean {
  if (entry.state.kind === 'resolved' || entry.state.kind === 'waived') return true;
  if (entry.state.kind !== 'duplicate-of' || visited.includes(entry.ref)) return false;
  const target = findEntry(track, entry.state.target);
  return target !== undefined && isSettled(track, target, [...visited, entry.ref]);
}

export function unsettledEntries(track: FollowUpTrack): readonly Entry[] {
  return track.entries.filter((entry) => !isSettled(track, entry));
}

export function unsettledGatingEntries(track: FollowUpTrack): readonly Entry[] {
  return unsettledEntries(track).filter((entry) => entry.gating);
}

export function isEveryEntrySettled(track: FollowUpTrack): boolean {
  return unsettledEntries(track).length === 0;
}

export function unansweredClasses(report: PostmortemReport): readonly FindingClass[] {
  const answered = new Set([...report.findings.map((finding) => finding.class), ...report.noneFound]);
  return findingClasses.filter((each) => !answered.has(each));
}

/** Key findings without a bug or change request of their own (S58). */
export function findingsWithoutEntry(track: FollowUpTrack): readonly Finding[] {
  const repairs = new Set(
    track.entries.filter(({ kind }) => kind === 'bug' || kind === 'change-request').map(({ ref }) => ref),
  );
  return track.report.findings.filter(
    ({ key, entry }) => key && (entry === undefined || !repairs.has(entry)),
  );
}

export function isPostmortemComplete(track: FollowUpTrack): boolean {
  return track.postmortem.kind === 'complete';
}

export function followUpPhase(
  track: FollowUpTrack,
  isResponseStable: boolean,
  needsPostmortem: boolean,
): FollowUpPhase {
  if (!isResponseStable) return 'collecting';
  if (needsPostmortem && !isPostmortemComplete(track)) return 'postmortem';
  return isEveryEntrySettled(track) ? 'resolved' : 'reviewing';
}
