import type { HandSettlementInput } from '../../src/activities/settle-by-hand';
import type { Database } from '../../src/adapters/postgres/database';
import { handLedger, handTasksOf } from '../../src/adapters/postgres/hand-settlements';
import { receivedNotices } from '../../src/adapters/postgres/received-notices';
import { tenantCoverages } from '../../src/adapters/postgres/tenant-standing';
import { addTenants, affect, completeDraft, incidentId } from '../support/deliveries';
import { ledgerHands, type LedgerHands } from '../support/ledger-hands';
import { testDatabase, type TestDatabase } from '../support/postgres';

let server: TestDatabase;
let database: Database;
let ledger: LedgerHands;

beforeEach(async () => {
  server = await testDatabase();
  database = server.database;
  ledger = ledgerHands(database);
  await addTenants(database, [
    { id: 'acme', contacts: [] },
    { id: 'globex', contacts: [] },
  ]);
  await affect(database, 1, ['acme', 'globex']);
  await ledger.plan();
});
afterEach(() => server.destroy());

const attested: HandSettlementInput = {
  incidentId,
  settlementId: 'M1',
  verdict: 'attested',
  tenantId: 'acme',
  channel: 'phone',
  doneAt: '2026-11-24T10:00:00.000Z',
  reference: 'call 4711',
  by: 'comms-fay',
  role: 'communications',
};
const waived: HandSettlementInput = {
  incidentId,
  settlementId: 'M2',
  verdict: 'waived',
  tenantId: 'globex',
  reason: 'the company is wound up',
  by: 'legal-gus',
  role: 'legal',
};
const settle = (settlement: HandSettlementInput) => handLedger(database).settle(settlement);

test('what somebody vouches for is told apart from what was seen, with who, how, when and on what', async () => {
  expect(await settle(attested)).toEqual({ deliveries: 1, campaigns: ['campaign-1'] });

  expect(await ledger.totals()).toMatchObject({ attested: 1, needsHuman: 1, accepted: 0 });
  expect(await database.selectFrom('delivery_by_hand').selectAll().execute()).toMatchObject([
    { by_principal: 'comms-fay', channel: 'phone', reference: 'call 4711', verdict: 'attested' },
  ]);
  expect(await receivedNotices(database)(incidentId, 'first-1')).toEqual([]);
  expect(await ledger.events()).toEqual(['attested: phone']);
});

test('written twice it is once', async () => {
  await settle(attested);
  expect(await settle(attested)).toEqual({ deliveries: 1, campaigns: ['campaign-1'] });
  expect(await database.selectFrom('delivery_by_hand').selectAll().execute()).toHaveLength(1);
});

test('who is waived is not told, and nothing more is done for that tenant; it may be told all the same', async () => {
  await settle(waived);
  expect(await ledger.states()).toEqual(['acme 0 needs-human', 'globex 0 waived']);
  const coverage = await tenantCoverages(database).coverageOf({ incidentId, tenantSetVersion: 1 });
  expect(coverage).toMatchObject({ untold: 0 });

  expect(await settle({ ...attested, settlementId: 'M3', tenantId: 'globex' })).toMatchObject({
    deliveries: 1,
  });
  expect(await ledger.states()).toEqual(['acme 0 needs-human', 'globex 0 attested']);
});

test('of a tenant that waits for nobody, or of another notice, nothing is written', async () => {
  const nothing = { deliveries: 0, campaigns: [] };
  expect(await settle({ ...attested, tenantId: 'initech' })).toEqual(nothing);
  expect(await settle({ ...attested, noticeId: 'first-2' })).toEqual(nothing);
  expect(
    await settle({ ...waived, settlementId: 'M4', tenantId: 'acme', noticeId: 'first-1' }),
  ).toMatchObject({
    deliveries: 1,
  });
  expect(await settle({ ...waived, settlementId: 'M5', tenantId: 'acme' })).toEqual(nothing);
});

test('the tasks of a tenant are told with their notices', async () => {
  expect(await handTasksOf(database, incidentId, 'acme')).toEqual([
    { tenantId: 'acme', noticeId: 'first-1', state: 'needs-human', reason: 'no-contact' },
  ]);
});

test('a later notice takes the place of the task, so that no tenant is two tasks', async () => {
  await ledger.plan({ campaignId: 'campaign-2', draft: { ...completeDraft, noticeId: 'first-2' } });
  expect((await ledger.states()).sort()).toEqual([
    'acme 0 needs-human',
    'acme 0 superseded',
    'globex 0 needs-human',
    'globex 0 superseded',
  ]);
});
