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
import type { DeliveryTotals } from '../domain/events';
import type { Instant } from '../domain/instant';
import { noDeliveries } from '../domain/notification';
import { sendPage } from './activity-proxies';
import { finalProblem } from './final-problem';
import { deliveryProgressed, resumeDelivery, type DeliveryReport } from './messages';

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
  /** A person said so to a former run, which did not come to act on it. */
  readonly isResumed?: true;
}

const batchSize = 2000;

export async function deliverNotices(shard: DeliveryShard): Promise<void> {
  let isResumed = shard.isResumed ?? false;
  setHandler(resumeDelivery, () => void (isResumed = true), {
    description: 'The cause of a stopped line is mended: go on',
  });
  let told = shard.lastReport;
  for (;;) {
    const retryNow = isResumed;
    isResumed = false;
    const page = await nextPage(shard, told, retryNow);
    const report = reportOf(shard, page);
    if (isWorthTelling(report, told)) {
      await tell(shard, report);
      told = report;
    }
    if (page.settled) return;
    if (workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof deliverNotices>(shardSoFar(shard, told, isResumed));
    const stopped = page.stopped !== undefined;
    await rest(stopped ? undefined : page.nextAt, () => isResumed);
  }
}

function shardSoFar(
  { isResumed: _former, ...shard }: DeliveryShard,
  told: DeliveryReport | undefined,
  isResumed: boolean,
): DeliveryShard {
  return { ...shard, ...(told && { lastReport: told }), ...(isResumed && { isResumed }) };
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
  { incidentId, campaignId, shard, deferralSeconds, relayPauseSeconds }: DeliveryShard,
  retryNow: boolean,
): Promise<Page> {
  const policy = { deferralSeconds, ...(relayPauseSeconds !== undefined && { relayPauseSeconds }) };
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
  if (told === undefined || report.settled || report.stopped !== told.stopped) return true;
  const change = Math.abs(settledOf(report.totals) - settledOf(told.totals));
  return change >= worthTellingShare * sumOf(report.totals);
}

function settledOf({ accepted, refused, needsHuman }: DeliveryTotals): number {
  return accepted + refused + needsHuman;
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

/** Without an instant there is no time limit: a person mends what stopped the line. */
async function rest(nextAt: Instant | undefined, isResumed: () => boolean): Promise<void> {
  if (nextAt === undefined) return condition(isResumed);
  const waitMs = Math.max(0, Date.parse(nextAt) - Date.now());
  if (waitMs > 0) await condition(isResumed, waitMs, { summary: 'until the next deferred delivery is due' });
}
