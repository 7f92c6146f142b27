/**
 * The notification track: determined, scoped, assessed, drafted, approved, sent, settled. Owns counts, versions and
 * hashes; who the tenants are and what a notice says is known to the database alone.
 */
import type { NoticeStage } from '../contract/messages';
import { isSettled } from './delivery';
import type {
  AffectedTenantsRequest,
  DeliveryTotals,
  EventOf,
  IncidentEvent,
  Recording,
  TenantSetResult,
} from './events';
import type { Fingerprint } from './fingerprint';
import type { Instant } from './instant';
import type { ObligationAssessment, ObligationGroup } from './obligations';
import type { Approval } from './response';

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
}

export interface Campaign {
  readonly campaignId: string;
  readonly startedAt: Instant;
  /** False until a workflow runs for every shard. */
  readonly isUnderWay: boolean;
  /** What the shards report is hearsay until the ledger has been asked. */
  readonly isConfirmed: boolean;
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
  readonly submittedAt: Instant;
}

export interface NotificationTrack {
  readonly determination: Determination;
  readonly tenantSets: readonly TenantSetVersion[];
  readonly assessment: Assessment;
  readonly undecidedDecisions: readonly { readonly ruleId: string; readonly applies: boolean }[];
  readonly notices: readonly Notice[];
  readonly filings: readonly Filing[];
}

export const noNotification: NotificationTrack = {
  determination: { kind: 'awaited' },
  tenantSets: [],
  assessment: { kind: 'awaited' },
  undecidedDecisions: [],
  notices: [],
  filings: [],
};

export const noDeliveries: DeliveryTotals = {
  planned: 0,
  sending: 0,
  accepted: 0,
  deferred: 0,
  refused: 0,
  inDoubt: 0,
  needsHuman: 0,
};

// What an event changes

export function applyToNotification(track: NotificationTrack, event: IncidentEvent): NotificationTrack {
  switch (event.type) {
    case 'determined':
      return { ...track, determination: determinationFrom(event) };
    case 'affected-tenants-requested':
      return { ...track, tenantSets: [...track.tenantSets, requestedSet(event)] };
    case 'affected-tenants-identified':
      return {
        ...track,
        tenantSets: track.tenantSets.map((set) =>
          set.version === event.version ? identified(set, event) : set,
        ),
      };
    case 'step-failed':
      return { ...track, tenantSets: track.tenantSets.filter((set) => !isRefused(set, event.step)) };
    case 'obligations-assessed':
      return {
        ...track,
        assessment: { kind: 'made', factsRevision: event.factsRevision, result: event.assessment },
      };
    case 'undecided-decided':
      return {
        ...track,
        undecidedDecisions: [...track.undecidedDecisions, { ruleId: event.ruleId, applies: event.applies }],
      };
    case 'notice-proposed':
      return { ...track, notices: withProposal(track.notices, event) };
    case 'notice-prepared':
      return changeNotice(track, event.noticeId, (notice) => prepared(notice, event));
    case 'decision-accepted':
      return changeNotice(track, noticeIdOf(event.gate), (notice) => noticeDecided(notice, event));
    case 'campaign-started':
      return changeNotice(track, event.noticeId, (notice) => campaignStarted(notice, event));
    case 'shards-started':
      return { ...track, notices: track.notices.map((notice) => underWay(notice, event)) };
    case 'delivery-progressed':
      return { ...track, notices: track.notices.map((notice) => progressed(notice, event)) };
    case 'deliveries-counted':
      return { ...track, notices: track.notices.map((notice) => counted(notice, event)) };
    case 'filing-recorded':
      return { ...track, filings: [...track.filings, filingFrom(event)] };
    default:
      return track;
  }
}

function determinationFrom(event: EventOf<'determined'> & Recording): Determination {
  return { kind: 'made', customerReportable: event.customerReportable, by: event.by, at: event.at };
}

function requestedSet(event: EventOf<'affected-tenants-requested'>): TenantSetVersion {
  return { version: event.version, request: event.request, result: { kind: 'awaited' } };
}

function identified(set: TenantSetVersion, event: EventOf<'affected-tenants-identified'>): TenantSetVersion {
  const { version, tenants, excluded, added, removed, changed, unreachable, digest } = event;
  return {
    ...set,
    result: { kind: 'identified', version, tenants, excluded, added, removed, changed, unreachable, digest },
  };
}

function withProposal(
  notices: readonly Notice[],
  event: EventOf<'notice-proposed'> & Recording,
): readonly Notice[] {
  const earlier = notices.find((notice) => notice.noticeId === event.noticeId);
  const proposal: Notice = {
    noticeId: event.noticeId,
    revision: event.revision,
    stage: event.stage,
    contentHash: event.contentHash,
    author: event.by,
    generation: (earlier?.generation ?? 0) + 1,
    state: { kind: 'proposed' },
  };
  return [...notices.filter((notice) => notice !== earlier), proposal];
}

function changeNotice(
  track: NotificationTrack,
  noticeId: string | undefined,
  change: (notice: Notice) => Notice,
): NotificationTrack {
  if (noticeId === undefined) return track;
  return {
    ...track,
    notices: track.notices.map((notice) => (notice.noticeId === noticeId ? change(notice) : notice)),
  };
}

/** A preparation that yields another object voids the approvals given to the former one. */
function prepared(notice: Notice, event: EventOf<'notice-prepared'>): Notice {
  if (
    event.revision !== notice.revision ||
    notice.state.kind === 'sending' ||
    notice.state.kind === 'rejected'
  )
    return notice;
  const { objectHash, templateHash, tenantSetVersion, packDigest, lacks } = event;
  const object: PreparedNotice = { objectHash, templateHash, tenantSetVersion, packDigest, lacks };
  const isSameObject = notice.state.kind === 'prepared' && notice.state.prepared.objectHash === objectHash;
  const approvals = isSameObject ? notice.state.approvals : [];
  const isAnother = notice.state.kind === 'prepared' && !isSameObject;
  return {
    ...notice,
    generation: notice.generation + (isAnother ? 1 : 0),
    state: { kind: 'prepared', prepared: object, approvals },
  };
}

function noticeDecided(notice: Notice, event: EventOf<'decision-accepted'> & Recording): Notice {
  if (notice.state.kind !== 'prepared' || notice.state.prepared.objectHash !== event.objectHash)
    return notice;
  if (event.generation !== notice.generation) return notice;
  if (event.verdict === 'reject')
    return { ...notice, state: { kind: 'rejected', by: event.approver, reason: event.reason ?? '' } };
  const approval: Approval = { approver: event.approver, at: event.at, tokenId: event.tokenId };
  const others = notice.state.approvals.filter((earlier) => earlier.approver !== event.approver);
  return { ...notice, state: { ...notice.state, approvals: [...others, approval] } };
}

function campaignStarted(notice: Notice, event: EventOf<'campaign-started'> & Recording): Notice {
  if (notice.state.kind !== 'prepared') return notice;
  const shards = Array.from({ length: event.shards }, (_, index): Shard => ({
    totals: index === 0 ? event.totals : noDeliveries,
    settled: false,
  }));
  const campaign: Campaign = {
    campaignId: event.campaignId,
    startedAt: event.at,
    isUnderWay: false,
    isConfirmed: false,
    shards,
  };
  return { ...notice, state: { kind: 'sending', prepared: notice.state.prepared, campaign } };
}

function underWay(notice: Notice, event: EventOf<'shards-started'>): Notice {
  if (notice.state.kind !== 'sending' || notice.state.campaign.campaignId !== event.campaignId) return notice;
  return { ...notice, state: { ...notice.state, campaign: { ...notice.state.campaign, isUnderWay: true } } };
}

function progressed(notice: Notice, event: EventOf<'delivery-progressed'>): Notice {
  if (notice.state.kind !== 'sending' || notice.state.campaign.campaignId !== event.campaignId) return notice;
  const { totals, settled, stopped } = event;
  const report: Shard = { totals, settled, ...(stopped !== undefined && { stopped }) };
  const shards = notice.state.campaign.shards.map((shard, index) => (index === event.shard ? report : shard));
  return { ...notice, state: { ...notice.state, campaign: { ...notice.state.campaign, shards } } };
}

/** Whatever the shards said, the ledger knows better. */
function counted(notice: Notice, event: EventOf<'deliveries-counted'>): Notice {
  if (notice.state.kind !== 'sending' || notice.state.campaign.campaignId !== event.campaignId) return notice;
  const shards = event.shards.map((totals): Shard => ({ totals, settled: isSettled(totals) }));
  const isConfirmed = shards.every((shard) => shard.settled);
  return {
    ...notice,
    state: { ...notice.state, campaign: { ...notice.state.campaign, isConfirmed, shards } },
  };
}

function filingFrom(event: EventOf<'filing-recorded'>): Filing {
  const { ruleId, stage, reference, submittedAt } = event;
  return { ruleId, stage, reference, submittedAt };
}

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
function isRefused(set: TenantSetVersion, step: string): boolean {
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
  return campaign.shards.map((shard) => shard.totals).reduce(sumOfTotals, noDeliveries);
}

export function deliveryTotals(track: NotificationTrack): DeliveryTotals {
  return sentNotices(track)
    .map((notice) => campaignTotals(notice.state.campaign))
    .reduce(sumOfTotals, noDeliveries);
}

export function recipientsPending(totals: DeliveryTotals): number {
  return totals.planned + totals.sending + totals.deferred + totals.inDoubt;
}

function sumOfTotals(left: DeliveryTotals, right: DeliveryTotals): DeliveryTotals {
  return {
    planned: left.planned + right.planned,
    sending: left.sending + right.sending,
    accepted: left.accepted + right.accepted,
    deferred: left.deferred + right.deferred,
    refused: left.refused + right.refused,
    inDoubt: left.inDoubt + right.inDoubt,
    needsHuman: left.needsHuman + right.needsHuman,
  };
}

type SentNotice = Notice & { readonly state: Extract<NoticeState, { kind: 'sending' }> };

export function sentNotices(track: NotificationTrack): readonly SentNotice[] {
  return track.notices.filter((notice): notice is SentNotice => notice.state.kind === 'sending');
}

/** By what the shards report; the ledger is to be asked. */
export function isReportedSettled(campaign: Campaign): boolean {
  return campaign.shards.every((shard) => shard.settled);
}

/** Every tenant of the newest version has been told and every recipient is settled. */
export function isEveryoneTold(track: NotificationTrack): boolean {
  const current = currentTenantSet(track);
  if (current === undefined || awaitedTenantSet(track) !== undefined) return false;
  const sent = sentNotices(track);
  const isCovered = sent.some((notice) => notice.state.prepared.tenantSetVersion === current.version);
  return isCovered && sent.every((notice) => notice.state.campaign.isConfirmed);
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
