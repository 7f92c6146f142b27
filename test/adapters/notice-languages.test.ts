// In which language each tenant is told, and why in that one, as the ledger keeps it.
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { planNextContacts } from '../../src/adapters/postgres/next-contacts';
import { noticesByTenant } from '../../src/adapters/postgres/received-notices';
import {
  addTenants,
  affect,
  campaignOf,
  completeDraft,
  completeTranslation,
  englishTemplate,
  incidentId,
} from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;
let database: Database;
beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
});
afterEach(() => test_.destroy());

const contacts = [
  { kind: 'security' as const, email: 'security@one.example' },
  { kind: 'administrator' as const, email: 'admin@one.example' },
];

/** A first notice in these languages, with templates in those, planned for tenants that read the given ones. */
async function planned(
  written: readonly string[],
  tenants: Readonly<Record<string, readonly string[]>>,
  templatesIn: readonly string[] = written,
) {
  await addTenants(
    database,
    Object.entries(tenants).map(([id, languages]) => ({ id, languages, contacts })),
  );
  await affect(database, 1, Object.keys(tenants));
  const campaign = await campaignOf(database, {
    draft: {
      ...completeDraft,
      translations: Object.fromEntries(written.map((language) => [language, completeTranslation])),
    },
    templates: Object.fromEntries(templatesIn.map((language) => [language, englishTemplate])),
  });
  await deliveryPlan(database).openCampaign({ ...campaign, giveUpAt: '2027-01-01T00:00:00.000Z' });
  await deliveryPlan(database).planShard(campaign, 0);
}

async function chosen() {
  const notices = await noticesByTenant(database, { incidentId, limit: 100 });
  return Object.fromEntries(notices.map(({ tenantId, delivery }) => [tenantId, delivery?.language]));
}

test('each tenant is told in the first of its languages that the notice has, and the ledger says why', async () => {
  await planned(['en', 'ja', 'pt'], {
    tokyo: ['ja', 'en'],
    osaka: ['ja-JP'],
    paris: ['fr', 'pt-BR', 'en'],
    rome: ['it'],
    nowhere: [],
  });
  expect(await chosen()).toEqual({
    tokyo: { used: 'ja', wanted: 'ja', choice: 'preferred' },
    osaka: { used: 'ja', wanted: 'ja-JP', choice: 'preferred' },
    paris: { used: 'pt', wanted: 'fr', choice: 'further' },
    rome: { used: 'en', wanted: 'it', choice: 'fallback' },
    nowhere: { used: 'en', choice: 'unstated' },
  });
});

test('the exact language comes before another of the same kind, also for English', async () => {
  await planned(['en', 'en-GB', 'pt', 'pt-BR'], {
    rio: ['pt-BR'],
    lisbon: ['pt'],
    london: ['en-GB'],
    york: ['en'],
  });
  expect(await chosen()).toMatchObject({
    rio: { used: 'pt-BR' },
    lisbon: { used: 'pt' },
    london: { used: 'en-GB' },
    york: { used: 'en' },
  });
});

test('without English the fallback is the language that there is', async () => {
  await planned(['ja'], { rome: ['it'] });
  expect(await chosen()).toEqual({ rome: { used: 'ja', wanted: 'it', choice: 'fallback' } });
});

test('a text without a template is none that could be chosen', async () => {
  await planned(['en', 'ja'], { tokyo: ['ja'] }, ['en']);
  expect(await chosen()).toEqual({ tokyo: { used: 'en', wanted: 'ja', choice: 'fallback' } });
});

test('the next contact of a tenant is told in the same language, for the same reason', async () => {
  await planned(['en'], { rome: ['it'] });
  const [first] = await database
    .updateTable('delivery')
    .set({ state: 'refused' })
    .returning('delivery_id')
    .execute();
  await database
    .transaction()
    .execute((transaction) => planNextContacts(transaction, [first?.delivery_id ?? '']));

  const rows = await database
    .selectFrom('delivery')
    .select(['rung', 'language', 'wanted_language', 'language_choice'])
    .orderBy('rung')
    .execute();
  const said = { language: 'en', wanted_language: 'it', language_choice: 'fallback' };
  expect(rows).toEqual([
    { rung: 0, ...said },
    { rung: 1, ...said },
  ]);
});
