import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import {
  planDeliveries,
  type DeliveryPlan,
  type PlanDeliveriesInput,
} from '../../src/activities/plan-deliveries';
import { noDeliveries } from '../../src/domain/delivery';

const nothing = noDeliveries;

const input: PlanDeliveriesInput = {
  incidentId: 'INC-1',
  campaignId: 'campaign-1',
  noticeId: 'first-1',
  revision: 1,
  kind: 'first',
  templateHash: 'a'.repeat(64),
  tenantSetVersion: 1,
  shards: 3,
  mode: 'live',
};

function planWith(outcome: 'open' | 'conflict' | 'content-missing'): DeliveryPlan {
  return {
    openCampaign: () => Promise.resolve(outcome),
    planShard: (_, shard) => Promise.resolve({ ...nothing, planned: shard + 1, needsHuman: 1 }),
  };
}

const quiet = { logger: new DefaultLogger('ERROR') };
const run = (plan: DeliveryPlan) => new MockActivityEnvironment({}, quiet).run(planDeliveries(plan), input);

test('gives counts per shard and their sum', async () => {
  expect(await run(planWith('open'))).toEqual({
    shards: [0, 1, 2].map((shard) => ({ shard, totals: { ...nothing, planned: shard + 1, needsHuman: 1 } })),
    totals: { ...nothing, planned: 6, needsHuman: 3 },
  });
});

test.each([
  ['conflict', 'CampaignConflict'],
  ['content-missing', 'CampaignContentMissing'],
] as const)('%s is a final failure', async (outcome, type) => {
  await expect(run(planWith(outcome))).rejects.toMatchObject({ type, nonRetryable: true });
});
