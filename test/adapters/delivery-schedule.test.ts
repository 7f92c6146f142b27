/** In which order deliveries leave, and how long each contact is tried. */
import type { DueDelivery } from '../../src/activities/delivery-line';
import type { ShardHold } from '../../src/activities/shard-lease';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryLedger } from '../../src/adapters/postgres/delivery-ledger';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { shardLeases } from '../../src/adapters/postgres/delivery-shards';
import { addMs, instantFromEpochMs, type Instant } from '../../src/domain/instant';
import { addTenants, affect, campaignOf, incidentId } from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

const shard = { incidentId, campaignId: 'campaign-1', shard: 0 };
const minuteMs = 60_000;

let test_: TestDatabase;
let database: Database;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
});
afterEach(() => test_.destroy());

interface Planned {
  readonly giveUpAt: Instant;
  readonly contactWindowMinutes?: number;
  readonly shards?: number;
}

async function plan({ giveUpAt, contactWindowMinutes, shards = 1 }: Planned): Promise<void> {
  const window = contactWindowMinutes === undefined ? {} : { contactWindowMinutes };
  const campaign = { ...(await campaignOf(database, { shards })), giveUpAt, ...window };
  await deliveryPlan(database).openCampaign(campaign);
  for (let each = 0; each < shards; each += 1) await deliveryPlan(database).planShard(campaign, each);
}

async function owe(
  tenantId: string,
  due: { readonly dueAt?: Instant; readonly softDueAt?: Instant; readonly metAt?: Instant },
) {
  await database
    .insertInto('obligation')
    .values({
      incident_id: incidentId,
      tenant_id: tenantId,
      rule_id: 'rule',
      stage: `notice-${due.dueAt ?? ''}`,
      outcome: 'applies',
      missing_fact: null,
      because: 'it was read',
      duty: 'provider-to-tenant',
      recipient: 'tenant',
      anchor_kind: null,
      clock: 'running',
      due_at: due.dueAt ?? null,
      latest_due_at: null,
      due_inclusive: false,
      soft_due_at: due.softDueAt ?? null,
      explain: '',
      channels: ['email'],
      required_content: [],
      contact_kind: null,
      tenant_set_version: 1,
      pack_version: '1',
      pack_digest: 'digest',
      evaluation: '1',
      evaluated_at: '2026-01-05T00:00:00.000Z',
      met_at: due.metAt ?? null,
    })
    .execute();
}

async function due(of: ShardHold['shard'] = 0): Promise<readonly DueDelivery[]> {
  const each = { ...shard, shard: of };
  const taken = await shardLeases(database).take(each, 'w', 30_000);
  if (taken.kind === 'held') throw new Error('the shard is held');
  return deliveryLedger(database).due({ ...each, owner: 'w', fence: taken.fence }, 100);
}

const inAnHour = addMs(instantFromEpochMs(Date.now()), 60 * minuteMs);

test('those whose deadline is the earliest leave first, in every shard', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `t${String(index).padStart(2, '0')}`);
  await addTenants(
    database,
    names.map((id) => ({ id })),
  );
  await affect(database, 1, names);
  const deadline = (index: number) => addMs('2026-01-10T00:00:00.000Z', ((index * 7) % 40) * 60 * minuteMs);
  for (const [index, id] of names.entries()) await owe(id, { dueAt: deadline(index) });

  await plan({ giveUpAt: inAnHour, shards: 3 });

  for (const each of [0, 1, 2]) {
    const deadlines = (await due(each)).map(({ tenantId }) => deadline(names.indexOf(tenantId)));
    expect(deadlines.length).toBeGreaterThan(5);
    expect(deadlines).toEqual([...deadlines].sort());
  }
});

test('a deadline of policy counts where the law has none, one that is met does not, and who has none goes last', async () => {
  await addTenants(
    database,
    ['a', 'b', 'c', 'd'].map((id) => ({ id })),
  );
  await affect(database, 1, ['a', 'b', 'c', 'd']);
  await owe('b', { dueAt: '2026-01-01T00:00:00.000Z', metAt: '2025-12-31T00:00:00.000Z' });
  await owe('c', { softDueAt: '2026-01-03T00:00:00.000Z' });
  await owe('d', { dueAt: '2026-01-02T00:00:00.000Z' });

  await plan({ giveUpAt: inAnHour });

  expect((await due()).map(({ tenantId }) => tenantId)).toEqual(['d', 'c', 'a', 'b']);
});

test('the contact after one that was given up has a time of its own', async () => {
  const contacts = [
    { kind: 'security' as const, email: 'security@acme.example' },
    { kind: 'administrator' as const, email: 'admin@acme.example' },
  ];
  await addTenants(database, [{ id: 'acme', contacts }]);
  await affect(database, 1, ['acme']);
  await plan({ giveUpAt: instantFromEpochMs(Date.now()), contactWindowMinutes: 45 });
  const taken = await shardLeases(database).take(shard, 'w', 30_000);
  const hold = { ...shard, owner: 'w', fence: taken.kind === 'taken' ? taken.fence : '' };
  const ledger = deliveryLedger(database);
  const [first] = await ledger.due(hold, 10);
  const deliveryId = first?.deliveryId ?? '';
  await ledger.arm(hold, [{ deliveryId, messageId: 'm', bodyHash: 'h' }]);

  await ledger.settle(hold, [{ deliveryId, settlement: { state: 'refused', reason: 'retry-window-ended' } }]);

  const [next] = await ledger.due(hold, 10);
  expect(next?.address).toBe('admin@acme.example');
  const leftMinutes = (Date.parse(next?.giveUpAt ?? '') - Date.now()) / minuteMs;
  expect(leftMinutes).toBeGreaterThan(44);
  expect(leftMinutes).toBeLessThan(46);
});
