/**
 * One shard of a campaign: batch after batch until every row of its range is settled. The ledger remembers; this
 * workflow only sees to it that somebody works, waits for deferred rows, and tells the incident how far it is.
 */
import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { isOver, noDeliveries } from '../domain/delivery';
import type { NoticeKind } from '../contract/messages';
import type { DeliveryTotals } from '../domain/events';
import type { Instant } from '../domain/instant';
import { recipientsPending } from '../domain/notification';
import { sendPage } from './activity-proxies';
import { finalProblem } from './final-problem';
import { deliveryProgressed, resumeDelivery, type DeliveryReport, type DeliveryResumption } from './messages';

export interface DeliveryShard {
  readonly incidentId: string;
  readonly incidentWorkflowId: string;
  readonly campaignId: string;
  readonly shard: number;
  readonly deferralSeconds: readonly number[];
  /** Of the policy; the usual pause when absent. */
  readonly relayPauseSeconds?: number;
  /** What the incident was last told, from a former run. */
  readonly lastReport?: DeliveryReport;
  /** The kinds that wait for a person while nobody knows whether they went out; none when absent. */
  readonly heldInDoubt?: readonly NoticeKind[];
  /** A person said so to a former run, which did not come to act on it. */
  readonly resumed?: DeliveryResumption['deferred'];
}

const batchSize = 2000;

export async function deliverNotices(shard: DeliveryShard): Promise<void> {
  let { resumed } = shard;
  setHandler(resumeDelivery, (resumption) => void (resumed = both(resumed, resumption)), {
    description: 'The cause of a stopped line is mended, or a hold is over: go on',
  });
  const isResumed = () => resumed !== undefined;
  let told = shard.lastReport;
  for (;;) {
    const retryNow = resumed === 'now';
    resumed = undefined;
    const page = await nextPage(shard, told, retryNow);
    const report = reportOf(shard, page);
    if (isWorthTelling(report, told)) {
      await tell(shard, report);
      told = report;
    }
    if (page.settled && isOver(page.totals) && !isResumed()) return;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof deliverNotices>(shardSoFar(shard, told, resumed));
    const stopped = page.stopped !== undefined;
    await rest(stopped ? undefined : page, isResumed);
  }
}

/** Whoever says that a cause is mended wants all that waits to be tried. Anybody may signal: the payload may be anything. */
function both(
  earlier: DeliveryShard['resumed'],
  resumption: DeliveryResumption | undefined,
): DeliveryResumption['deferred'] {
  return earlier !== 'now' && resumption?.deferred === 'as-planned' ? 'as-planned' : 'now';
}

function shardSoFar(
  { resumed: _former, ...shard }: DeliveryShard,
  told: DeliveryReport | undefined,
  resumed: DeliveryShard['resumed'],
): DeliveryShard {
  return { ...shard, ...(told && { lastReport: told }), ...(resumed && { resumed }) };
}

interface Page {
  readonly totals: DeliveryTotals;
  readonly settled: boolean;
  readonly nextAt?: Instant;
  readonly stopped?: { readonly reason: string };
}

/** What is refused for good stops the line and is told like any other cause: a shard that fails is heard by nobody. */
async function nextPage(
  shard: DeliveryShard,
  told: DeliveryReport | undefined,
  retryNow: boolean,
): Promise<Page> {
  try {
    return await send(shard, retryNow);
  } catch (error) {
    const reason = finalProblem(error);
    if (reason === undefined) throw error;
    return { totals: told?.totals ?? noDeliveries, settled: false, stopped: { reason } };
  }
}

function send(
  { incidentId, campaignId, shard, deferralSeconds, relayPauseSeconds, heldInDoubt }: DeliveryShard,
  retryNow: boolean,
): Promise<Page> {
  const policy = {
    deferralSeconds,
    ...(relayPauseSeconds !== undefined && { relayPauseSeconds }),
    ...(heldInDoubt && { heldInDoubt }),
  };
  return sendPage.executeWithOptions({ summary: `up to ${String(batchSize)} of ${campaignId}` }, [
    { incidentId, campaignId, shard, batchSize, policy, ...(retryNow && { retryNow }) },
  ]);
}

function reportOf({ campaignId, shard }: DeliveryShard, { totals, settled, stopped }: Page): DeliveryReport {
  return { campaignId, shard, totals, settled, ...(stopped && { stopped: stopped.reason }) };
}

const worthTellingShare = 0.05;

/** Every few percent, and whenever something ends or stands still: history stays small. */
function isWorthTelling(report: DeliveryReport, told: DeliveryReport | undefined): boolean {
  if (told === undefined || report.stopped !== told.stopped) return true;
  if (report.settled !== told.settled || isOver(report.totals) !== isOver(told.totals)) return true;
  const change = Math.abs(settledOf(report.totals) - settledOf(told.totals));
  return change >= worthTellingShare * sumOf(report.totals);
}

function settledOf(totals: DeliveryTotals): number {
  return sumOf(totals) - recipientsPending(totals) - totals.unacknowledged;
}

function sumOf(totals: DeliveryTotals): number {
  return Object.values<number>({ ...totals }).reduce((sum, value) => sum + value, 0);
}

/** An incident that has closed in the meantime does not hear it any more; the ledger knows all the same. */
async function tell(shard: DeliveryShard, report: DeliveryReport): Promise<void> {
  await getExternalWorkflowHandle(shard.incidentWorkflowId)
    .signal(deliveryProgressed, report)
    .catch(() => undefined);
}

/** Acknowledgements come into the ledger and wake nobody: the incident hears of them after so long at the latest. */
const longestRestMs = 6 * 3_600_000;

/** Without an instant there is no time limit: a person mends what stopped the line. */
async function rest(
  page: Pick<Page, 'nextAt' | 'settled'> | undefined,
  isResumed: () => boolean,
): Promise<void> {
  if (page?.nextAt === undefined) return condition(isResumed);
  const { nextAt, settled } = page;
  const waitMs = Math.min(Math.max(0, Date.parse(nextAt) - Date.now()), settled ? longestRestMs : Infinity);
  const summary = settled
    ? 'until acknowledgements are looked for'
    : 'until the next deferred delivery is due';
  if (waitMs > 0) await condition(isResumed, waitMs, { summary });
}
