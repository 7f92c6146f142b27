/**
 * The notification track: determined, scoped, assessed, drafted, approved, sent, settled. Owns counts, versions and
 * hashes; who the tenants are and what a notice says is known to the database alone.
 */
import type { Moment } from '../contract/anchor';
import type { NoticeStage } from '../contract/messages';
import type { UnreadLanguage } from '../contract/notice-languages';
import { sumOfTotals } from './delivery';
import type { AffectedTenantsRequest, DeliveryTotals, TenantCoverage, TenantSetResult } from './events';
import type { Fingerprint } from './fingerprint';
import type { Instant } from './instant';
import type { FilingJudgement } from './lateness';
import type { ObligationAssessment, ObligationGroup } from './obligations';
import type { PublicPromise } from './promises';
import type { Approval } from './response';
import type { Standing } from './standing';

export type NotificationPhase =
  | 'undetermined'
  | 'scoping'
  | 'assessing'
  | 'drafting'
  | 'approving'
  | 'sending'
  | 'updating'
  | 'complete'
  | 'not-required';

export type Determination =
  | { readonly kind: 'awaited' }
  | {
      readonly kind: 'made';
      readonly customerReportable: 'yes' | 'no' | 'undetermined';
      readonly by: string;
      readonly at: Instant;
    };

export interface TenantSetVersion {
  readonly version: number;
  readonly request: AffectedTenantsRequest;
  readonly result: { readonly kind: 'awaited' } | ({ readonly kind: 'identified' } & TenantSetResult);
}

export type Assessment =
  | { readonly kind: 'awaited' }
  | { readonly kind: 'made'; readonly factsRevision: number; readonly result: ObligationAssessment };

export interface PreparedNotice {
  readonly objectHash: Fingerprint;
  readonly templateHash: Fingerprint;
  readonly tenantSetVersion: number;
  readonly packDigest: Fingerprint;
  readonly lacks: readonly string[];
  readonly unreadLanguages: readonly UnreadLanguage[];
}

/** From proposal to the last settled recipient; `generation` rises with every revision and every preparation. */
export type NoticeState =
  | { readonly kind: 'proposed' }
  | { readonly kind: 'prepared'; readonly prepared: PreparedNotice; readonly approvals: readonly Approval[] }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly kind: 'sending'; readonly prepared: PreparedNotice; readonly campaign: Campaign };

export interface Notice {
  readonly noticeId: string;
  readonly revision: number;
  readonly stage: NoticeStage;
  readonly contentHash: Fingerprint;
  readonly author: string;
  readonly generation: number;
  readonly state: NoticeState;
  readonly standing?: Standing;
  /** The standing update that was sent again as this one. */
  readonly repetitionOf?: string;
}

export interface Campaign {
  readonly campaignId: string;
  readonly startedAt: Instant;
  /** False until a workflow runs for every shard. */
  readonly isUnderWay: boolean;
  /** What the shards report is hearsay until the ledger has been asked. */
  readonly isConfirmed: boolean;
  /** `seq` of the last event that told something of its deliveries; 0 before the first. */
  readonly news: number;
  /** The news that were there when the ledger was last asked; absent before. */
  readonly countedNews?: number;
  readonly shards: readonly Shard[];
}

export interface Shard {
  readonly totals: DeliveryTotals;
  readonly settled: boolean;
  readonly stopped?: string;
}

export interface Filing {
  readonly ruleId: string;
  readonly stage: string;
  readonly reference: string;
  /** The first instant that it can mean. */
  readonly submittedAt: Instant;
  /** As it was written, where it was not written to the second. */
  readonly submitted?: Moment;
  /** The anchors in force when it was recorded. */
  readonly countsFrom?: readonly string[];
  /** Made once, and never again whatever anchors come later (process: filings). */
  readonly judgement?: FilingJudgement;
}

export interface NotificationTrack {
  readonly determination: Determination;
  readonly tenantSets: readonly TenantSetVersion[];
  /** As the ledger last said. */
  readonly coverage?: TenantCoverage;
  /** The version of which the removed are not to hear of a withdrawal, by decision. */
  readonly removedLeftOf?: number;
  readonly assessment: Assessment;
  readonly undecidedDecisions: readonly { readonly ruleId: string; readonly applies: boolean }[];
  readonly notices: readonly Notice[];
  readonly filings: readonly Filing[];
  readonly promises: readonly PublicPromise[];
}

export const noNotification: NotificationTrack = {
  determination: { kind: 'awaited' },
  tenantSets: [],
  assessment: { kind: 'awaited' },
  undecidedDecisions: [],
  notices: [],
  filings: [],
  promises: [],
};

// Questions

const noticeGatePrefix = 'notice:';

export function noticeGate(noticeId: string): string {
  return noticeGatePrefix + noticeId;
}

export function noticeIdOf(gate: string): string | undefined {
  return gate.startsWith(noticeGatePrefix) ? gate.slice(noticeGatePrefix.length) : undefined;
}

export function findNotice(track: NotificationTrack, noticeId: string): Notice | undefined {
  return track.notices.find((notice) => notice.noticeId === noticeId);
}

export function isReportable(track: NotificationTrack): boolean {
  return track.determination.kind === 'made' && track.determination.customerReportable === 'yes';
}

export function isNotRequired(track: NotificationTrack): boolean {
  return track.determination.kind === 'made' && track.determination.customerReportable === 'no';
}

/** The newest version of the affected tenants that the directory has answered for. */
export function currentTenantSet(track: NotificationTrack): TenantSetResult | undefined {
  const results = track.tenantSets.map((set) => set.result);
  return results.findLast((result) => result.kind === 'identified');
}

/** The name of the step that asks the directory for a version. */
export function identifyStepKey(version: number): string {
  return `identify/${String(version)}`;
}

/** What the directory refused for good never becomes a version; the next request takes its number. */
export function isRefused(set: TenantSetVersion, step: string): boolean {
  return set.result.kind === 'awaited' && identifyStepKey(set.version) === step;
}

export function awaitedTenantSet(track: NotificationTrack): TenantSetVersion | undefined {
  return track.tenantSets.find((set) => set.result.kind === 'awaited');
}

export function obligationGroups(track: NotificationTrack): readonly ObligationGroup[] {
  return track.assessment.kind === 'made' ? track.assessment.result.groups : [];
}

/** What nobody has yet said yes or no to; it schedules as if it applied. */
export function undecidedRules(track: NotificationTrack): readonly ObligationGroup[] {
  const decided = new Set(track.undecidedDecisions.map((decision) => decision.ruleId));
  return obligationGroups(track).filter(
    (group) => group.outcome === 'undecided' && !decided.has(group.ruleId),
  );
}

/** Those that block closing. A duty of the tenant's own turns on facts that only the tenant knows and decides. */
export function undecidedDutiesOfOurs(track: NotificationTrack): readonly ObligationGroup[] {
  return undecidedRules(track).filter((group) => group.duty !== 'tenant-own');
}

/** What a filing is judged by; absent precision means to the second. */
export function filedMoment({ submitted, submittedAt }: Filing): Moment {
  return submitted ?? { at: submittedAt, precision: 'second' };
}

/** The name of the step that judges a filing. */
export function judgeStepKey({ ruleId, stage, submittedAt }: Filing): string {
  return `judge-filing/${ruleId}/${stage}/${submittedAt}`;
}

/** Their lateness is still to be fixed. */
export function unjudgedFilings({ filings }: NotificationTrack): readonly Filing[] {
  return filings.filter(({ countsFrom, judgement }) => countsFrom !== undefined && judgement === undefined);
}

/** The provider's own duties towards authorities that apply and have no filing yet. */
export function unfiledDuties(track: NotificationTrack): readonly ObligationGroup[] {
  const filed = new Set(track.filings.map((filing) => `${filing.ruleId}/${filing.stage}`));
  const omitted = new Set(
    track.undecidedDecisions.filter(({ applies }) => !applies).map(({ ruleId }) => ruleId),
  );
  return obligationGroups(track).filter(
    ({ duty, outcome, ruleId, stage }) =>
      duty === 'provider-own' &&
      outcome === 'applies' &&
      !filed.has(`${ruleId}/${stage}`) &&
      !omitted.has(ruleId),
  );
}

export function campaignTotals(campaign: Campaign): DeliveryTotals {
  return sumOfTotals(campaign.shards.map((shard) => shard.totals));
}

export function deliveryTotals(track: NotificationTrack): DeliveryTotals {
  return sumOfTotals(sentNotices(track).map((notice) => campaignTotals(notice.state.campaign)));
}

export function recipientsPending(totals: DeliveryTotals): number {
  return totals.planned + totals.sending + totals.deferred + totals.inDoubt;
}

export type SentNotice = Notice & { readonly state: Extract<NoticeState, { kind: 'sending' }> };

export function sentNotices(track: NotificationTrack): readonly SentNotice[] {
  return track.notices.filter((notice): notice is SentNotice => notice.state.kind === 'sending');
}

function isReportedSettled(campaign: Campaign): boolean {
  return campaign.shards.every((shard) => shard.settled);
}

/**
 * The ledger is to be asked when the shards say that all is settled, and once it was asked, after everything that is
 * heard: a bounce of last week opens again what was settled.
 */
export function isCountDue(campaign: Campaign): boolean {
  const { isConfirmed, news, countedNews } = campaign;
  const isNewsSince = countedNews !== undefined && news > countedNews;
  return isNewsSince || (!isConfirmed && isReportedSettled(campaign));
}

/**
 * Whom there is still something to tell about the newest version, those left out who were left by decision; undefined
 * while the ledger has not said.
 */
export function currentCoverage({ coverage, ...track }: NotificationTrack): TenantCoverage | undefined {
  const version = currentTenantSet(track)?.version;
  if (coverage === undefined || coverage.tenantSetVersion !== version) return undefined;
  return track.removedLeftOf === version ? { ...coverage, notWithdrawn: 0 } : coverage;
}

/**
 * Every tenant of the newest version has been told its present state, those removed know that they are, every recipient
 * is settled, and nobody is left whom a person has to tell.
 */
export function isEveryoneTold(track: NotificationTrack): boolean {
  if (awaitedTenantSet(track) !== undefined) return false;
  const sent = sentNotices(track);
  const isConfirmed = sent.length > 0 && sent.every((notice) => notice.state.campaign.isConfirmed);
  return isConfirmed && isNothingOwed(currentCoverage(track)) && deliveryTotals(track).needsHuman === 0;
}

/** The same whatever updates are under way since: what was told once is not late again. */
export function isDutyToTellMet(track: NotificationTrack): boolean {
  const notices = track.notices.filter(({ stage }) => stage !== 'update' && stage !== 'final');
  return isEveryoneTold({ ...track, notices });
}

function isNothingOwed(coverage: TenantCoverage | undefined): boolean {
  return coverage !== undefined && coverage.untold + coverage.outdated + coverage.notWithdrawn === 0;
}

export function notificationPhase(track: NotificationTrack): NotificationPhase {
  if (isNotRequired(track)) return 'not-required';
  if (!isReportable(track)) return 'undetermined';
  if (currentTenantSet(track) === undefined || awaitedTenantSet(track) !== undefined) return 'scoping';
  if (track.assessment.kind === 'awaited') return 'assessing';
  if (isEveryoneTold(track)) return 'complete';
  return noticePhase(track);
}

function noticePhase(track: NotificationTrack): NotificationPhase {
  const sent = sentNotices(track);
  if (sent.some((notice) => !notice.state.campaign.isConfirmed)) return 'sending';
  const isApproving = track.notices.some(
    ({ state }) => state.kind === 'proposed' || state.kind === 'prepared',
  );
  if (isApproving) return 'approving';
  return sent.length > 0 ? 'updating' : 'drafting';
}
