/** The workflows that the measurements start: a notice sent by Firebreak, and the two designs that samples show. */
import {
  condition,
  defineQuery,
  defineSignal,
  executeChild,
  proxyActivities,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../../src/activities';
import type { DeliveryShard } from '../../../src/workflows/deliver-notices';
import { deliveryTaskQueue, incidentTaskQueue } from '../../../src/workflows/names';

export interface CampaignInput {
  readonly incidentId: string;
  readonly noticeId: string;
  readonly revision: number;
  readonly contentHash: string;
  readonly shards: number;
}

export interface CampaignTimes {
  readonly identifyMs: number;
  readonly prepareMs: number;
  readonly planMs: number;
  readonly sendMs: number;
}

export const approve = defineSignal('approve');
export const hold = defineSignal('hold');
export const isReady = defineQuery<boolean>('isReady');
const deliveryProgressed = defineSignal<[unknown]>('deliveryProgressed');

const incident = proxyActivities<
  Pick<Activities, 'identifyAffectedTenants' | 'prepareNotice' | 'planDeliveries' | 'holdDeliveries'>
>({ taskQueue: incidentTaskQueue, startToCloseTimeout: '30 minutes' });

/** The steps of an incident around its notice, in their order: up to the approval, then all that follows from it. */
export async function sendNotice(input: CampaignInput): Promise<CampaignTimes> {
  const { incidentId, noticeId, revision, contentHash, shards } = input;
  const campaignId = `${noticeId}.${String(revision)}`;
  let isApproved = false;
  let isPrepared = false;
  setHandler(approve, () => void (isApproved = true));
  setHandler(hold, () => void incident.holdDeliveries({ incidentId, isHeld: true, change: 1 }));
  setHandler(isReady, () => isPrepared);
  setHandler(deliveryProgressed, () => undefined);

  const begunAt = Date.now();
  const { version: tenantSetVersion, digest } = await incident.identifyAffectedTenants({
    ...{ incidentId, version: 1, services: [{ service: 'bench', regions: [] }] },
    ...{ include: [], exclude: [], changed: [], everyFactChanged: false },
    ...{ from: '2026-01-01T00:00:00.000Z', reason: 'measured' },
  });
  const identifiedAt = Date.now();
  const { templateHash } = await incident.prepareNotice({
    ...{ incidentId, noticeId, revision, contentHash, tenantSetVersion, tenantSetDigest: digest },
    ...{ packDigest: '0'.repeat(64), requiredContent: [], missingTranslation: 'fallback' as const },
  });
  const preparedAt = Date.now();
  isPrepared = true;
  await condition(() => isApproved);

  const approvedAt = Date.now();
  await incident.planDeliveries({
    ...{ incidentId, campaignId, noticeId, revision, kind: 'first', templateHash, tenantSetVersion },
    ...{ shards, mode: 'live' },
  });
  const plannedAt = Date.now();
  const shard = {
    incidentId,
    campaignId,
    incidentWorkflowId: workflowInfo().workflowId,
    deferralSeconds: [60],
  };
  await Promise.all(
    Array.from({ length: shards }, (_, number) =>
      executeChild<(shard: DeliveryShard) => Promise<void>>('deliverNotices', {
        workflowId: shardWorkflowId(incidentId, number),
        taskQueue: deliveryTaskQueue,
        args: [{ ...shard, shard: number }],
      }),
    ),
  );
  return {
    identifyMs: identifiedAt - begunAt,
    prepareMs: preparedAt - identifiedAt,
    planMs: plannedAt - approvedAt,
    sendMs: Date.now() - plannedAt,
  };
}

export function shardWorkflowId(incidentId: string, shard: number): string {
  return `${incidentId}/shard/${String(shard)}`;
}

// As in samples

export interface EachInput {
  readonly tenants: number;
  /** So many are under way at a time. */
  readonly window: number;
}

const { sendOne } = proxyActivities<{ sendOne(tenant: number): Promise<void> }>({
  startToCloseTimeout: '1 minute',
});

/** One activity for every recipient. */
export async function oneActivityEach(input: EachInput): Promise<void> {
  await forEach(input, sendOne);
}

/** One child workflow for every recipient. */
export async function oneChildEach(input: EachInput): Promise<void> {
  const { workflowId } = workflowInfo();
  await forEach(input, async (tenant) => {
    const child = await startChild(oneRecipient, {
      workflowId: `${workflowId}/${String(tenant)}`,
      args: [tenant],
    });
    await child.result();
  });
}

export async function oneRecipient(tenant: number): Promise<void> {
  await sendOne(tenant);
}

async function forEach(
  { tenants, window }: EachInput,
  act: (tenant: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let tenant = ++next; tenant <= tenants; tenant = ++next) await act(tenant);
  };
  await Promise.all(Array.from({ length: window }, lane));
}
