import type { DueDelivery, SettledAttempt } from '../../src/activities/delivery-line';
import type { PlannedCampaign } from '../../src/activities/plan-deliveries';
import { noEvidence, reconcileDoubts } from '../../src/activities/reconcile-doubts';
import type { ShardHold, ShardRef } from '../../src/activities/shard-lease';
import type { Database } from '../../src/adapters/postgres/database';
import { doubtLedger } from '../../src/adapters/postgres/delivery-doubts';
import { deliveryLedger, shardStatus } from '../../src/adapters/postgres/delivery-ledger';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { shardLeases } from '../../src/adapters/postgres/delivery-shards';
import { defaultDeliveryPolicy } from '../../src/domain/delivery';
import { addMs, instantFromEpochMs } from '../../src/domain/instant';
import {
  addTenants,
  affect,
  campaignOf,
  completeDraft,
  completeTranslation,
  incidentId,
  ledgerRows,
} from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

const LEASE_MS = 30_000;
const giveUpAt = addMs(instantFromEpochMs(Date.now()), 3_600_000);

let test_: TestDatabase;
let database: Database;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
});
afterEach(() => test_.destroy());

async function plan(overrides: Parameters<typeof campaignOf>[1] = {}): Promise<void> {
  const campaign = { ...(await campaignOf(database, overrides)), giveUpAt };
  expect(await deliveryPlan(database).openCampaign(campaign)).toBe('open');
  for (let shard = 0; shard < campaign.shards; shard += 1)
    await deliveryPlan(database).planShard(campaign, shard);
}

async function take(owner: string, leaseMs = LEASE_MS, shard: ShardRef = shardOf()): Promise<ShardHold> {
  const taken = await shardLeases(database).take(shard, owner, leaseMs);
  if (taken.kind === 'held') throw new Error('the shard is held');
  return { ...shard, owner, fence: taken.fence };
}

const shardOf = (campaignId = 'campaign-1'): ShardRef => ({ incidentId, campaignId, shard: 0 });
const due = (hold: ShardHold) => deliveryLedger(database).due(hold, 100);

const reconcile = (hold: ShardHold) =>
  reconcileDoubts(doubtLedger(database), noEvidence, hold, defaultDeliveryPolicy);

async function armAll(hold: ShardHold): Promise<DueDelivery[]> {
  const deliveries = await due(hold);
  await deliveryLedger(database).arm(
    hold,
    deliveries.map(({ deliveryId }) => ({
      deliveryId,
      messageId: `m${deliveryId}`,
      bodyHash: `h${deliveryId}`,
    })),
  );
  return deliveries;
}

const settle = (hold: ShardHold, attempts: SettledAttempt[]) =>
  deliveryLedger(database).settle(hold, attempts);
const accepted = ({ deliveryId }: DueDelivery): SettledAttempt => ({
  deliveryId,
  settlement: { state: 'accepted' },
  reply: '250 queued',
  queueId: 'q1',
});
const refused = ({ deliveryId }: DueDelivery): SettledAttempt => ({
  deliveryId,
  settlement: { state: 'refused', reason: 'recipient-refused' },
  replyCode: 550,
});

const states = async () =>
  (await ledgerRows(database)).map(({ tenant, state, rung }) => `${tenant} ${String(rung)} ${state}`);

describe('planning', () => {
  test('plans the best contact of every affected tenant, and a task for a person where there is none', async () => {
    await addTenants(database, [
      {
        id: 'acme',
        contacts: [
          { kind: 'administrator', email: 'admin@acme.example' },
          { kind: 'security', email: 'security@acme.example' },
        ],
      },
      { id: 'globex', contacts: [{ kind: 'legal', email: 'legal@globex.example' }] },
      { id: 'initech', contacts: [] },
      { id: 'excluded' },
      { id: 'untouched' },
    ]);
    await affect(database, 1, ['acme', 'globex', 'initech', 'excluded', 'left-the-directory'], {
      excluded: ['excluded'],
    });

    await plan();

    expect(await ledgerRows(database)).toMatchObject([
      { tenant: 'acme', address: 'security@acme.example', state: 'planned', rung: 0 },
      { tenant: 'globex', address: 'legal@globex.example', state: 'planned' },
      { tenant: 'initech', address: null, state: 'needs-human', reason: 'no-contact' },
      { tenant: 'left-the-directory', address: null, state: 'needs-human', reason: 'no-contact' },
    ]);
  });

  test('again plans nothing more, and another first notice reaches only those who had none', async () => {
    await addTenants(database, [{ id: 'acme' }, { id: 'globex' }]);
    await affect(database, 1, ['acme']);
    await affect(database, 2, ['acme', 'globex']);
    await plan();
    await plan();

    await plan({
      campaignId: 'campaign-2',
      tenantSetVersion: 2,
      draft: { ...completeDraft, noticeId: 'first-2' },
    });

    expect(await states()).toEqual(['acme 0 planned', 'globex 0 planned']);
  });

  test('a second row for the same rung is impossible whatever plans it', async () => {
    await addTenants(database, [{ id: 'acme' }]);
    await affect(database, 1, ['acme']);
    await plan();
    const [row] = await database.selectFrom('delivery').selectAll().execute();
    const { delivery_id: _, planned_at, due_at, give_up_at, changed_at, ...copied } = row ?? fail();
    const copy = {
      ...copied,
      notice_id: 'another',
      planned_at: planned_at.toISOString(),
      due_at: due_at.toISOString(),
      give_up_at: give_up_at.toISOString(),
      changed_at: changed_at.toISOString(),
      armed_at: null,
      acknowledge_by: null,
    };

    await expect(database.insertInto('delivery').values(copy).execute()).rejects.toThrow(/unique/);
  });

  test("the language is the tenant's first that the notice has, else English", async () => {
    await addTenants(database, [
      { id: 'a', languages: ['ja', 'en'] },
      { id: 'b', languages: ['fr', 'ja-JP'] },
      { id: 'c', languages: ['fr'] },
      { id: 'd', languages: [] },
    ]);
    await affect(database, 1, ['a', 'b', 'c', 'd']);
    await plan({
      draft: { ...completeDraft, translations: { en: completeTranslation, ja: completeTranslation } },
      templates: { en: 'x', ja: 'y' },
    });

    expect((await ledgerRows(database)).map(({ language }) => language)).toEqual(['ja', 'ja', 'en', 'en']);
  });

  test('shards share the tenants out, each to one', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `t${String(index)}`);
    await addTenants(
      database,
      ids.map((id) => ({ id })),
    );
    await affect(database, 1, ids);
    await plan({ shards: 4 });

    const rows = await database.selectFrom('delivery').select(['shard', 'tenant_id']).execute();
    expect(rows).toHaveLength(100);
    expect(new Set(rows.map(({ shard }) => shard))).toEqual(new Set([0, 1, 2, 3]));
  });

  test('a campaign id that stands for another campaign, and a notice that is not there, are told apart', async () => {
    const campaign = { ...(await campaignOf(database)), giveUpAt };
    const openCampaign = (other: PlannedCampaign) => deliveryPlan(database).openCampaign(other);

    expect(await openCampaign({ ...campaign, revision: 7 })).toBe('content-missing');
    expect(await openCampaign({ ...campaign, templateHash: 'f'.repeat(64) })).toBe('content-missing');
    expect(await openCampaign(campaign)).toBe('open');
    expect(await openCampaign({ ...campaign, giveUpAt: addMs(giveUpAt, 1) })).toBe('open');
    expect(await openCampaign({ ...campaign, tenantSetVersion: 2 })).toBe('conflict');
  });
});

describe('with one planned delivery', () => {
  beforeEach(async () => {
    await addTenants(database, [
      {
        id: 'acme',
        contacts: [
          { kind: 'security', email: 'security@acme.example' },
          { kind: 'privacy', email: 'SECURITY@acme.example' },
          { kind: 'administrator', email: 'admin@acme.example' },
        ],
      },
    ]);
    await affect(database, 1, ['acme']);
    await plan();
  });

  test('a shard has one holder at a time, and the fence rises with every change of hands', async () => {
    const first = await take('w1');
    expect(await shardLeases(database).take(shardOf(), 'w2', LEASE_MS)).toMatchObject({ kind: 'held' });

    await shardLeases(database).release(first);
    const second = await take('w2');

    expect(Number(second.fence)).toBeGreaterThan(Number(first.fence));
    expect(await shardLeases(database).renew(first, LEASE_MS)).toBe(false);
    expect(await shardLeases(database).renew(second, LEASE_MS)).toBe(true);
  });

  test("a refusal plans the next contact with another address, and in the end a person's task", async () => {
    const hold = await take('w1');
    await settle(hold, (await armAll(hold)).map(refused));
    expect(await due(hold)).toMatchObject([{ address: 'admin@acme.example' }]);

    await settle(hold, (await armAll(hold)).map(refused));

    expect(await states()).toEqual(['acme 0 refused', 'acme 1 refused', 'acme 2 needs-human']);
    expect((await ledgerRows(database)).at(-1)).toMatchObject({ reason: 'no-contact-left', address: null });
  });

  test('a deferred delivery is due when its wait is over', async () => {
    const hold = await take('w1');
    const [delivery] = await armAll(hold);
    const deferral = { state: 'deferred', waitMs: 200, reason: 'recipient-deferred' } as const;
    await settle(hold, [{ deliveryId: delivery?.deliveryId ?? '', settlement: deferral, replyCode: 451 }]);
    expect(await due(hold)).toEqual([]);
    expect((await shardStatus(database).progress(hold)).totals).toMatchObject({
      deferred: 1,
      sending: 0,
    });

    await new Promise((resolve) => setTimeout(resolve, 250));

    expect(await due(hold)).toMatchObject([{ deferrals: 1, doubts: 0 }]);
  });

  test('what a lost owner left as sending becomes a doubt', async () => {
    const lost = await take('w1', 1);
    // Armed by hand: the lease is over before a worker could.
    await database
      .updateTable('delivery')
      .set({ state: 'sending', owner: lost.owner, fence: lost.fence, body_hash: 'h1', attempts: 1 })
      .execute();
    await new Promise((resolve) => setTimeout(resolve, 20));

    const hold = await take('w2');

    expect(await due(hold)).toEqual([]);
    expect(await ledgerRows(database)).toMatchObject([
      { state: 'in-doubt', reason: 'owner-lost', doubts: 1 },
    ]);
  });

  test('a holder whose time is over arms nothing and settles nothing', async () => {
    const stale = await take('w1');
    const deliveries = await armAll(stale);
    await database.updateTable('delivery_shard').set({ lease_until: '2020-01-01T00:00:00.000Z' }).execute();
    const current = await take('w2');

    expect(await settle(stale, deliveries.map(accepted))).toEqual([]);
    expect(await states()).toEqual(['acme 0 in-doubt']);
    await reconcile(current);
    const [again] = await due(current);
    const arming = { deliveryId: again?.deliveryId ?? '', messageId: 'm', bodyHash: 'h' };
    expect(await deliveryLedger(database).arm(stale, [arming])).toEqual(new Set());
    expect(await states()).toEqual(['acme 0 planned']);
    expect(await deliveryLedger(database).arm(current, [arming])).toEqual(new Set([arming.deliveryId]));
  });

  test('arming and a change of hands exclude each other: nothing stays sending under an old fence', async () => {
    for (let round = 0; round < 20; round += 1) {
      const old = await take(`old-${String(round)}`);
      await reconcile(old);
      const [delivery] = await due(old);
      const arming = { deliveryId: delivery?.deliveryId ?? '', messageId: 'm', bodyHash: 'h' };
      const expire = shardLeases(database).release(old);

      await Promise.all([expire, deliveryLedger(database).arm(old, [arming])]);
      const current = await take(`new-${String(round)}`);

      const sending = (await ledgerRows(database)).filter(({ state }) => state === 'sending');
      expect(sending).toEqual([]);
      await shardLeases(database).release(current);
    }
  });

  test('every attempt stays on record', async () => {
    const hold = await take('w1');
    const [delivery] = await armAll(hold);
    const { deliveryId } = delivery ?? fail();
    await settle(hold, [
      {
        deliveryId,
        settlement: { state: 'deferred', waitMs: 0, reason: 'recipient-deferred' },
        replyCode: 451,
      },
    ]);
    await settle(hold, (await armAll(hold)).map(accepted));

    const events = await database
      .selectFrom('delivery_event')
      .select(['attempt', 'state', 'reply_code', 'reason'])
      .orderBy('attempt')
      .execute();
    expect(events).toEqual([
      { attempt: 1, state: 'deferred', reply_code: 451, reason: 'recipient-deferred' },
      { attempt: 2, state: 'accepted', reply_code: null, reason: null },
    ]);
  });

  test('the words of a relay may hold anything', async () => {
    const hold = await take('w1');
    const [delivery] = await armAll(hold);
    const { deliveryId } = delivery ?? fail();
    await settle(hold, [{ deliveryId, settlement: { state: 'accepted' }, reply: '250 \0 \ud800 ok' }]);
    expect(await states()).toEqual(['acme 0 accepted']);
  });
});

function fail(): never {
  throw new Error('there is no row');
}
