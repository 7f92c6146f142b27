/** `firebreak notice received`: what each tenant got, for people and for programs. */
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { addTenants, affect, campaignOf, incidentId } from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

let server: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  server = await testDatabase();
  env = { DATABASE_URL: server.url };
  const { database } = server;
  await addTenants(database, [{ id: 'acme' }, { id: 'globex', contacts: [] }, { id: 'initech' }]);
  await affect(database, 1, ['acme', 'globex', 'initech'], { excluded: ['initech'] });
  const campaign = await campaignOf(database, { campaignId: 'first-1.1' });
  await deliveryPlan(database).openCampaign({ ...campaign, giveUpAt: '2027-01-01T00:00:00.000Z' });
  await deliveryPlan(database).planShard(campaign, 0);
  await database.updateTable('delivery').set({ changed_at: '2026-11-24T10:00:00.000Z' }).execute();
});
afterAll(() => server.destroy());

test('says of every tenant which kind it got, how that stands, whom it went to and since when', async () => {
  const { stdout } = await firebreak(['notice', 'received', incidentId], { env });
  expect(stdout).toBe(
    [
      'acme  first-1, revision 1: first in en, planned, security contact, 2026-11-24T10:00:00.000Z',
      'globex  first-1, revision 1: first in en, needs-human, no contact, 2026-11-24T10:00:00.000Z',
      'initech  first-1, revision 1: none\n',
    ].join('\n'),
  );
});

test('says the same to programs, of one tenant or page by page', async () => {
  const received = (...words: string[]) => answerOf(['notice', 'received', incidentId, ...words], { env });
  const none = { tenantId: 'initech', noticeId: 'first-1', revision: 1 };

  expect(await received('--tenant', 'initech')).toEqual({ notices: [none] });
  expect(await received('--limit', '2')).toMatchObject({ notices: [{}, {}], after: 'globex' });
  expect(await received('--limit', '2', '--after', 'globex')).toEqual({ notices: [none] });
});

test('says when nothing has left', async () => {
  const { stdout } = await firebreak(['notice', 'received', 'INC-2'], { env });
  expect(stdout).toBe('No notice of INC-2 has left.\n');
});

test.each([
  [
    'a tenant that has nothing to do with it',
    ['--tenant', 'nobody'],
    'tenant nobody was neither affected nor told',
  ],
  ['a limit that is none', ['--limit', '0'], 'from 1 to 100,000'],
])('%s is refused', async (_, words, sentence) => {
  const failure = await failureOf(['notice', 'received', incidentId, ...words], { env });
  expect(failure.code).toBe(2);
  expect(failure.message).toContain(sentence);
});
