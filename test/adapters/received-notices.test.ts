import type { Database } from '../../src/adapters/postgres/database';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { noticesByTenant, receivedNotices } from '../../src/adapters/postgres/received-notices';
import type { DeliveryState } from '../../src/domain/delivery';
import { addTenants, affect, campaignOf, completeDraft, incidentId } from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;
let database: Database;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
  await addTenants(database, [{ id: 'acme' }, { id: 'globex' }, { id: 'initech', contacts: [] }]);
  await affect(database, 1, ['acme', 'globex', 'initech']);
  await send('n-1', 1, { acme: 'accepted', globex: 'deferred' });
  await affect(database, 2, ['globex', 'initech', 'umbrella'], {
    changed: ['globex'],
    excluded: ['umbrella'],
  });
  await send('n-2', 2, { globex: 'accepted', acme: 'accepted' });
});
afterEach(() => test_.destroy());

async function send(noticeId: string, version: number, states: Record<string, DeliveryState>): Promise<void> {
  const campaign = await campaignOf(database, {
    campaignId: `${noticeId}.1`,
    tenantSetVersion: version,
    draft: {
      ...completeDraft,
      noticeId,
      kind: 'by-difference',
      variants: { supplementary: completeDraft.translations, withdrawal: completeDraft.translations },
    },
  });
  await deliveryPlan(database).openCampaign({ ...campaign, giveUpAt: '2027-01-01T00:00:00.000Z' });
  await deliveryPlan(database).planShard(campaign, 0);
  for (const [tenantId, state] of Object.entries(states))
    await database
      .updateTable('delivery')
      .set({ state, changed_at: '2026-11-24T10:00:00.000Z' })
      .where('notice_id', '=', noticeId)
      .where('tenant_id', '=', tenantId)
      .execute();
}

test('a notice was received by those for whom it was accepted, each as its own kind', async () => {
  expect(await receivedNotices(database)(incidentId, 'n-1')).toEqual([{ tenantId: 'acme', kind: 'first' }]);
  expect(await receivedNotices(database)(incidentId, 'n-2')).toEqual([
    { tenantId: 'acme', kind: 'withdrawal' },
    { tenantId: 'globex', kind: 'supplementary' },
  ]);
  expect(await receivedNotices(database)(incidentId, 'n-3')).toEqual([]);
});

test('every tenant has a line for every notice, also for those that were not for it', async () => {
  const at = '2026-11-24T10:00:00.000Z';
  const notice = (tenantId: string, noticeId: string) => ({ tenantId, noticeId, revision: 1 });
  const language = { used: 'en', wanted: 'en', choice: 'preferred' };
  const byHand = { language, kind: 'first', state: 'needs-human', at: expect.any(String) as string };

  expect(await noticesByTenant(database, { incidentId, limit: 10 })).toEqual([
    {
      ...notice('acme', 'n-1'),
      delivery: { language, kind: 'first', state: 'accepted', contactKind: 'security', at },
    },
    {
      ...notice('acme', 'n-2'),
      delivery: { language, kind: 'withdrawal', state: 'accepted', contactKind: 'security', at },
    },
    {
      ...notice('globex', 'n-1'),
      delivery: { language, kind: 'first', state: 'deferred', contactKind: 'security', at },
    },
    {
      ...notice('globex', 'n-2'),
      delivery: { language, kind: 'supplementary', state: 'accepted', contactKind: 'security', at },
    },
    { ...notice('initech', 'n-1'), delivery: { ...byHand, state: 'superseded' } },
    { ...notice('initech', 'n-2'), delivery: byHand },
    notice('umbrella', 'n-1'),
    notice('umbrella', 'n-2'),
  ]);
});

test('of one tenant, or page by page', async () => {
  const idsOf = async (page: { tenantId?: string; after?: string; limit: number }) =>
    (await noticesByTenant(database, { incidentId, ...page })).map(
      ({ tenantId, noticeId }) => `${tenantId} ${noticeId}`,
    );

  expect(await idsOf({ tenantId: 'globex', limit: 10 })).toEqual(['globex n-1', 'globex n-2']);
  expect(await idsOf({ limit: 1 })).toEqual(['acme n-1', 'acme n-2']);
  expect(await idsOf({ after: 'globex', limit: 1 })).toEqual(['initech n-1', 'initech n-2']);
  expect(await idsOf({ tenantId: 'nobody', limit: 10 })).toEqual([]);
});
