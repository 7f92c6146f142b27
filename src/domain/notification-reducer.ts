/** How an event changes the notification track; what the track is, and what is asked of it, is notification.ts. */
import { isSettled, noDeliveries } from './delivery';
import { withoutSilentDelay } from './due-instants';
import type { EventOf, IncidentEvent, Recording, TenantCoverage } from './events';
import type { Instant } from './instant';
import type { ObligationAssessment } from './obligations';
import type { PublicPromise } from './promises';
import type { Approval } from './response';
import { dueBy, endedStanding, newlyStanding, repeated, type Standing } from './standing';
import {
  type Campaign,
  type Determination,
  type Filing,
  type Notice,
  type NotificationTrack,
  type PreparedNotice,
  type Shard,
  type TenantSetVersion,
  awaitedTenantSet,
  campaignTotals,
  currentCoverage,
  deliveryTotals,
  findNotice,
  isRefused,
  noticeIdOf,
  sentNotices,
} from './notification';

export function applyToNotification(track: NotificationTrack, event: IncidentEvent): NotificationTrack {
  return withKeptPromises(changed(track, event), event.at);
}

function changed(track: NotificationTrack, event: IncidentEvent): NotificationTrack {
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
        ...(event.coverage !== undefined && { coverage: event.coverage }),
      };
    case 'removed-tenants-left':
      return { ...track, removedLeftOf: event.tenantSetVersion };
    case 'step-failed':
      return { ...track, tenantSets: track.tenantSets.filter((set) => !isRefused(set, event.step)) };
    case 'obligations-assessed':
      return {
        ...track,
        assessment: {
          kind: 'made',
          factsRevision: event.factsRevision,
          result: withoutSilentDelay(resultOf(track.assessment), event.assessment, event.decision),
        },
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
      return changeNotice(withoutTrustInEarlier(track, event), event.noticeId, (notice) =>
        campaignStarted(notice, event),
      );
    case 'hand-settlement-written':
      return {
        ...track,
        notices: track.notices.map((notice) => heardOf(notice, event.campaigns, event.seq)),
      };
    case 'repetition-due':
      return changeStanding(track, event.noticeId, (standing) => dueBy(standing, event.dueAt));
    case 'standing-update-ended':
      return changeStanding(track, event.noticeId, endedStanding);
    case 'notice-repeated':
      return noticeRepeated(track, event);
    case 'shards-started':
      return { ...track, notices: track.notices.map((notice) => underWay(notice, event)) };
    case 'delivery-progressed':
      return { ...track, notices: track.notices.map((notice) => progressed(notice, event)) };
    case 'deliveries-counted':
      return covered({ ...track, notices: track.notices.map((notice) => counted(notice, event)) }, event);
    case 'filing-recorded':
      return { ...track, filings: [...track.filings, filingFrom(event)] };
    case 'filing-judged':
      return { ...track, filings: track.filings.map((filing) => judged(filing, event)) };
    case 'promise-recorded':
      return { ...track, promises: [...track.promises, promiseFrom(event)] };
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
    ...(event.standing === true && { standing: newlyStanding }),
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
  const { objectHash, templateHash, tenantSetVersion, packDigest, lacks, unreadLanguages } = event;
  const binding = { objectHash, templateHash, tenantSetVersion, packDigest };
  const object: PreparedNotice = { ...binding, lacks, unreadLanguages };
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
  const { prepared } = notice.state;
  return { ...notice, state: { kind: 'sending', prepared, campaign: campaignFrom(event) } };
}

function campaignFrom(event: EventOf<'campaign-started' | 'notice-repeated'> & Recording): Campaign {
  const shards = Array.from({ length: event.shards }, (_, index): Shard => ({
    totals: index === 0 ? event.totals : noDeliveries,
    settled: false,
  }));
  const { campaignId, at: startedAt } = event;
  return { campaignId, startedAt, isUnderWay: false, isConfirmed: false, news: 0, shards };
}

/** A later notice may stand for what earlier ones still wait for, so the ledger is asked about those again. */
function withoutTrustInEarlier(track: NotificationTrack, { seq }: Recording): NotificationTrack {
  const waiting = sentNotices(track)
    .map(({ state }) => state.campaign)
    .filter((campaign) => {
      const { needsHuman, unacknowledged } = campaignTotals(campaign);
      return needsHuman + unacknowledged > 0;
    })
    .map(({ campaignId }) => campaignId);
  return { ...track, notices: track.notices.map((notice) => heardOf(notice, waiting, seq)) };
}

function heardOf(notice: Notice, campaigns: readonly string[], news: number): Notice {
  if (notice.state.kind !== 'sending' || !campaigns.includes(notice.state.campaign.campaignId)) return notice;
  const { campaign } = notice.state;
  return { ...notice, state: { ...notice.state, campaign: { ...campaign, news } } };
}

function changeStanding(
  track: NotificationTrack,
  noticeId: string,
  change: (standing: Standing) => Standing,
): NotificationTrack {
  return changeNotice(track, noticeId, (notice) =>
    notice.standing === undefined ? notice : { ...notice, standing: change(notice.standing) },
  );
}

/** A repetition is a notice of its own that needs no approval: it was approved with the one that it repeats. */
function noticeRepeated(
  track: NotificationTrack,
  event: EventOf<'notice-repeated'> & Recording,
): NotificationTrack {
  const original = findNotice(track, event.noticeId);
  if (original?.standing === undefined || original.state.kind !== 'sending') return track;
  const { standing: _standing, ...same } = original;
  const repetition: Notice = {
    ...same,
    noticeId: event.campaignId,
    repetitionOf: original.noticeId,
    generation: 1,
    state: { ...original.state, campaign: campaignFrom(event) },
  };
  const { notices } = changeStanding(track, event.noticeId, repeated);
  return { ...track, notices: [...notices, repetition] };
}

function underWay(notice: Notice, event: EventOf<'shards-started'>): Notice {
  if (notice.state.kind !== 'sending' || notice.state.campaign.campaignId !== event.campaignId) return notice;
  return { ...notice, state: { ...notice.state, campaign: { ...notice.state.campaign, isUnderWay: true } } };
}

function progressed(notice: Notice, event: EventOf<'delivery-progressed'> & Recording): Notice {
  if (notice.state.kind !== 'sending' || notice.state.campaign.campaignId !== event.campaignId) return notice;
  const { totals, settled, stopped } = event;
  const report: Shard = { totals, settled, ...(stopped !== undefined && { stopped }) };
  const { campaign } = notice.state;
  const shards = campaign.shards.map((shard, index) => (index === event.shard ? report : shard));
  return { ...notice, state: { ...notice.state, campaign: { ...campaign, shards, news: event.seq } } };
}

/** Whatever the shards said, the ledger knows better. */
function counted(notice: Notice, event: EventOf<'deliveries-counted'>): Notice {
  if (notice.state.kind !== 'sending' || notice.state.campaign.campaignId !== event.campaignId) return notice;
  const shards = event.shards.map((totals): Shard => ({ totals, settled: isSettled(totals) }));
  const isConfirmed = shards.every((shard) => shard.settled);
  return {
    ...notice,
    state: {
      ...notice.state,
      campaign: { ...notice.state.campaign, isConfirmed, shards, countedNews: event.news },
    },
  };
}

/** Who did not count yet took everybody of a campaign's tenants for told. */
function covered(track: NotificationTrack, event: EventOf<'deliveries-counted'>): NotificationTrack {
  const sent = sentNotices(track).find(({ state }) => state.campaign.campaignId === event.campaignId);
  if (sent === undefined) return track;
  const { tenantSetVersion } = sent.state.prepared;
  const assumed: TenantCoverage = { tenantSetVersion, untold: 0, outdated: 0, notWithdrawn: 0 };
  return { ...track, coverage: event.coverage ?? assumed };
}

function filingFrom(event: EventOf<'filing-recorded'>): Filing {
  const { ruleId, stage, reference, submittedAt, submitted, countsFrom } = event;
  return {
    ruleId,
    stage,
    reference,
    submittedAt,
    ...(submitted !== undefined && { submitted }),
    ...(countsFrom !== undefined && { countsFrom }),
  };
}

/** The first judgement of a filing stands. */
function judged(filing: Filing, event: EventOf<'filing-judged'>): Filing {
  const { ruleId, stage, submittedAt, judgement } = event;
  const isThis = filing.ruleId === ruleId && filing.stage === stage && filing.submittedAt === submittedAt;
  return isThis && filing.judgement === undefined ? { ...filing, judgement } : filing;
}

function promiseFrom(event: EventOf<'promise-recorded'>): PublicPromise {
  const { promiseId, text, hours, madeAt, covers, basis } = event;
  return { promiseId, text, hours, madeAt, covers, basis };
}

/**
 * Kept once the ledger knows of nobody untold, so that none of those whom it covers is; who becomes known later does
 * not break it again.
 */
function withKeptPromises(track: NotificationTrack, at: Instant): NotificationTrack {
  if (track.promises.every(({ metAt }) => metAt !== undefined) || !isNobodyUntold(track)) return track;
  const promises = track.promises.map((promise) =>
    promise.metAt === undefined ? { ...promise, metAt: at } : promise,
  );
  return { ...track, promises };
}

function isNobodyUntold(track: NotificationTrack): boolean {
  const isAnyConfirmed = sentNotices(track).some(({ state }) => state.campaign.isConfirmed);
  const isAnybodyUntold = currentCoverage(track)?.untold !== 0 || deliveryTotals(track).needsHuman > 0;
  return isAnyConfirmed && awaitedTenantSet(track) === undefined && !isAnybodyUntold;
}

function resultOf(assessment: NotificationTrack['assessment']): ObligationAssessment | undefined {
  return assessment.kind === 'made' ? assessment.result : undefined;
}
