// Hands on a delivery ledger in a test: plans a campaign, works on its shard as a worker does, and tells what is in it.
import type { DueDelivery } from '../../src/activities/delivery-line';
import type { ShardHold, ShardRef } from '../../src/activities/shard-lease';
import { acceptances } from '../../src/adapters/postgres/after-acceptance';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryLedger, shardStatus } from '../../src/adapters/postgres/delivery-ledger';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { shardLeases } from '../../src/adapters/postgres/delivery-shards';
import { deliveryIdentity } from '../../src/domain/delivery';
import type { DeliveryTotals } from '../../src/domain/events';
import { addMs, instantFromEpochMs } from '../../src/domain/instant';
import { campaignOf, incidentId, ledgerRows } from './deliveries';

export interface LedgerHands {
  /** Plans all that the campaign has; its id is `campaign-1` unless given. */
  plan(overrides?: Parameters<typeof campaignOf>[1]): Promise<void>;
  /** Arms what is due and settles it as accepted. @returns the identities, by address */
  acceptAll(campaignId?: string): Promise<ReadonlyMap<string, string>>;
  /** Arms what is due and leaves it under way. */
  armAll(campaignId?: string): Promise<readonly DueDelivery[]>;
  settleAccepted(deliveries: readonly DueDelivery[], campaignId?: string): Promise<void>;
  catchUp(campaignId?: string): Promise<void>;
  totals(campaignId?: string): Promise<DeliveryTotals>;
  /** `acme 0 accepted` for every row. */
  states(): Promise<string[]>;
  /** The states of every change on record, in their order. */
  events(): Promise<string[]>;
  /** As if the time to acknowledge were over. */
  endTheTime(): Promise<void>;
}

export function ledgerHands(database: Database, { hasLinks = true } = {}): LedgerHands {
  const holds = new Map<string, Promise<ShardHold>>();
  const shardOf = (campaignId: string): ShardRef => ({ incidentId, campaignId, shard: 0 });
  const holdOf = (campaignId: string) => {
    const hold = holds.get(campaignId) ?? take(database, shardOf(campaignId));
    holds.set(campaignId, hold);
    return hold;
  };
  const ledger = deliveryLedger(database);
  const hands: LedgerHands = {
    plan: async (overrides = {}) => {
      const giveUpAt = addMs(instantFromEpochMs(Date.now()), 3_600_000);
      const campaign = { ...(await campaignOf(database, overrides)), giveUpAt };
      expect(await deliveryPlan(database).openCampaign(campaign)).toBe('open');
      await deliveryPlan(database).planShard(campaign, 0);
    },
    armAll: async (campaignId = 'campaign-1') => {
      const hold = await holdOf(campaignId);
      const deliveries = await ledger.due(hold, 100);
      await ledger.arm(
        hold,
        deliveries.map((delivery) => ({
          deliveryId: delivery.deliveryId,
          messageId: `${deliveryIdentity(delivery)}@provider.example`,
          bodyHash: 'h',
        })),
      );
      return deliveries;
    },
    settleAccepted: async (deliveries, campaignId = 'campaign-1') => {
      const accepted = { settlement: { state: 'accepted' }, reply: '250 queued' } as const;
      await ledger.settle(
        await holdOf(campaignId),
        deliveries.map(({ deliveryId }) => ({ deliveryId, ...accepted })),
      );
    },
    acceptAll: async (campaignId) => {
      const deliveries = await hands.armAll(campaignId);
      await hands.settleAccepted(deliveries, campaignId);
      await hands.catchUp(campaignId);
      return new Map(deliveries.map((delivery) => [delivery.address, deliveryIdentity(delivery)]));
    },
    catchUp: async (campaignId = 'campaign-1') =>
      acceptances(database, { hasLinks }).catchUp(await holdOf(campaignId)),
    totals: async (campaignId = 'campaign-1') =>
      (await shardStatus(database).progress(shardOf(campaignId))).totals,
    states: async () =>
      (await ledgerRows(database)).map(({ tenant, state, rung }) => `${tenant} ${String(rung)} ${state}`),
    events: async () => {
      const rows = await database
        .selectFrom('delivery_event')
        .select(['state', 'reason'])
        .orderBy('at')
        .execute();
      return rows.map(({ state, reason }) => (reason === null ? state : `${state}: ${reason}`));
    },
    endTheTime: async () => {
      await database
        .updateTable('delivery')
        .set({ acknowledge_by: '2020-01-01T00:00:00.000Z' })
        .where('acknowledge_by', 'is not', null)
        .execute();
    },
  };
  return hands;
}

async function take(database: Database, shard: ShardRef): Promise<ShardHold> {
  const taken = await shardLeases(database).take(shard, 'a worker', 600_000);
  if (taken.kind === 'held') throw new Error('the shard is held');
  return { ...shard, owner: 'a worker', fence: taken.fence };
}
