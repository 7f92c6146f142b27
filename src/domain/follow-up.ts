/**
 * The follow-up track: entries from the declaration on, the postmortem, the review until all is resolved (S50–S66).
 * Owns what counts as settled; what an event makes of the track is in follow-up-reducer.ts.
 */
import type { EntryKind, FindingClass } from '../contract/messages';
import type { Fingerprint } from './fingerprint';
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
  /** How often it was called to mind since it last changed or was escalated, and when it was last. */
  readonly reminders: number;
  readonly remindedAt?: Instant;
  /** Raised to those above its owner, and not changed since (S59). */
  readonly escalatedAt?: Instant;
  /** In the engineers' own tracker, as it was when it was last asked (S56). */
  readonly issue?: TrackedIssue;
}

export interface TrackedIssue {
  readonly link: string;
  readonly state: 'open' | 'resolved' | 'not-planned';
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

/** Something that is said to be so, and what shows it. */
export interface Claim {
  readonly claim: string;
  readonly evidence: readonly string[];
}

export interface PostmortemReport {
  readonly sequenceOfEvents: readonly string[];
  readonly technicalSummary: readonly Claim[];
  /** Who was behind it, as far as that is known. */
  readonly actors: readonly Claim[];
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
  /** Complete until something that it rests on is undone: then it is open again. */
  readonly postmortem: { readonly kind: 'open' } | { readonly kind: 'complete'; readonly at: Instant };
  /** What the register of process failures was last told; absent while it has been told nothing (S60). */
  readonly registered?: Fingerprint;
  /** When the tracker was last asked. */
  readonly trackerAskedAt?: Instant;
}

export const noFollowUp: FollowUpTrack = {
  entries: [],
  triage: { kind: 'awaited' },
  requirement: { kind: 'by-default' },
  report: {
    sequenceOfEvents: [],
    technicalSummary: [],
    actors: [],
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

/** Named by a reminder and not changed since, whether or not it was raised above its owner meanwhile. */
export function isOverdue(track: FollowUpTrack, entry: Entry): boolean {
  return entry.remindedAt !== undefined && !isSettled(track, entry);
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
