/**
 * Carries out what people order about deliveries under way. A track of its own: the brake must not wait for whatever
 * the notification track is doing.
 */
import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { openShards, type DeliveryOrder, type OpenShard } from '../domain/delivery-control';
import { holdDeliveries, settleDoubts } from './activity-proxies';
import type { LiveIncident } from './live-incident';
import { resumeDelivery, type DeliveryResumption } from './messages';
import { deliveryWorkflowId } from './names';

export async function deliveryControlTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until(({ deliveryControl }) => deliveryControl.pending.length > 0);
    const [order] = incident.state.deliveryControl.pending;
    if (order !== undefined) await carryOut(incident, order);
  }
}

async function carryOut(incident: LiveIncident, order: DeliveryOrder): Promise<void> {
  const settled = await changeLedger(incident, order);
  // The ledger first: a shard that is woken asks it at once. On hold nobody is told, for the lines ask by themselves.
  if (order.kind !== 'hold') await wakeShards(incident, order);
  incident.record({
    type: 'delivery-order-carried-out',
    order: order.order,
    ...(settled !== undefined && { settled }),
  });
}

/** @returns how many doubts were settled, when it is about those */
async function changeLedger(incident: LiveIncident, order: DeliveryOrder): Promise<number | undefined> {
  const { incidentId } = incident.state.declaration;
  if (order.kind === 'settle-doubts') {
    const { campaignId, decision, messageIds } = order;
    const which = messageIds === undefined ? {} : { messageIds: [...messageIds] };
    const { settled } = await settleDoubts.executeWithOptions({ summary: `${campaignId}: ${decision}` }, [
      { incidentId, campaignId, decision, ...which },
    ]);
    return settled;
  }
  const isHeld = order.kind === 'hold';
  await holdDeliveries.executeWithOptions({ summary: isHeld ? 'no more mail leaves' : 'mail leaves again' }, [
    { incidentId, isHeld, change: order.order },
  ]);
  return undefined;
}

async function wakeShards({ state }: LiveIncident, order: DeliveryOrder): Promise<void> {
  const shards = openShards(state.notification).filter(
    ({ campaignId }) => order.kind !== 'settle-doubts' || campaignId === order.campaignId,
  );
  await Promise.all(shards.map((shard) => wake(state.declaration.incidentId, shard)));
}

/** What the relay stopped is tried again at once; what was held goes on where it stood. */
async function wake(incidentId: string, { campaignId, shard, stopped }: OpenShard): Promise<void> {
  const wasStopped = stopped !== undefined && stopped !== 'held' && stopped !== 'doubts-held';
  const resumption: DeliveryResumption = { deferred: wasStopped ? 'now' : 'as-planned' };
  await getExternalWorkflowHandle(deliveryWorkflowId(incidentId, campaignId, shard))
    .signal(resumeDelivery, resumption)
    // One that has just ended has nothing left to resume; one that is not started yet asks the ledger when it begins.
    .catch(() => undefined);
}
