import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/adapters/postgres/database';
import {
  keptProblems,
  noteWoken,
  recordAcknowledgement,
  recordReceipt,
  recordUnreadable,
  shardsToWake,
} from '../../src/adapters/postgres/delivery-receipts';
import { receivedNotices } from '../../src/adapters/postgres/received-notices';
import { tenantCoverages } from '../../src/adapters/postgres/tenant-standing';
import { fingerprintOf } from '../../src/domain/fingerprint';
import type { Receipt } from '../../src/domain/receipts';
import { addTenants, affect, completeDraft, incidentId, ledgerRows } from '../support/deliveries';
import { ledgerHands, type LedgerHands } from '../support/ledger-hands';
import { testDatabase, type TestDatabase } from '../support/postgres';

let server: TestDatabase;
let database: Database;
let ledger: LedgerHands;

const security = 'security@acme.example';
const administrator = 'admin@acme.example';
const draft = { ...completeDraft, acknowledgeWithinHours: 24 };
const bounced: Receipt = { kind: 'bounced', isPermanent: true };
const delayed: Receipt = { kind: 'bounced', isPermanent: false };
const delivered: Receipt = { kind: 'delivered' };

beforeEach(async () => {
  server = await testDatabase();
  database = server.database;
  ledger = ledgerHands(database);
  await addTenants(database, [
    {
      id: 'acme',
      contacts: [
        { kind: 'security', email: security },
        { kind: 'administrator', email: administrator },
      ],
    },
  ]);
  await affect(database, 1, ['acme']);
});
afterEach(() => server.destroy());

const hear = (identity: string | undefined, receipt: Receipt, digest = fingerprintOf(randomUUID())) =>
  recordReceipt(database, { digest, identity: identity ?? 'none', receipt });
const acknowledge = (identity: string | undefined) => recordAcknowledgement(database, identity ?? 'none');

/** The first contact has accepted. */
async function told(asks = true): Promise<string | undefined> {
  await ledger.plan(asks ? { draft } : {});
  return (await ledger.acceptAll()).get(security);
}

describe('a bounce', () => {
  test('for good is on record and leads to the next contact, and the address is tried last from then on', async () => {
    const identity = await told(false);

    expect(await hear(identity, bounced)).toEqual({ kind: 'recorded', outcome: 'applied' });

    expect(await ledger.states()).toEqual(['acme 0 bounced', 'acme 1 planned']);
    expect(await ledger.events()).toEqual(['accepted', 'bounced: bounced']);
    expect((await ledgerRows(database))[1]).toMatchObject({ address: administrator });
    const contacts = await database.selectFrom('tenant_contact').select(['email', 'bounced_at']).execute();
    expect(contacts.filter(({ bounced_at }) => bounced_at !== null).map(({ email }) => email)).toEqual([
      security,
    ]);
  });

  test('of the last contact is a task for a person', async () => {
    await hear(await told(false), bounced);
    await hear((await ledger.acceptAll()).get(administrator), bounced);

    expect(await ledger.states()).toEqual(['acme 0 bounced', 'acme 1 bounced', 'acme 2 needs-human']);
  });

  test('that says that mail is only delayed changes nothing', async () => {
    expect(await hear(await told(false), delayed)).toMatchObject({ outcome: 'unchanged' });
    expect(await ledger.states()).toEqual(['acme 0 accepted']);
  });

  test('twice is once', async () => {
    const identity = await told(false);
    const digest = fingerprintOf('the same report');
    await hear(identity, bounced, digest);

    expect(await hear(identity, bounced, digest)).toEqual({ kind: 'known', outcome: 'applied' });
    expect(await hear(identity, bounced)).toMatchObject({ outcome: 'unchanged' });

    expect(await ledger.states()).toEqual(['acme 0 bounced', 'acme 1 planned']);
  });

  test('that comes before its acceptance is recorded is kept, and applied with it', async () => {
    await ledger.plan();
    const deliveries = await ledger.armAll();
    const [row] = await ledgerRows(database);
    const identity = row?.messageId?.split('@')[0];

    expect(await hear(identity, bounced)).toMatchObject({ outcome: 'early' });
    await ledger.catchUp();
    expect(await ledger.states()).toEqual(['acme 0 sending']);
    await ledger.settleAccepted(deliveries);
    await ledger.catchUp();

    expect(await ledger.states()).toEqual(['acme 0 bounced', 'acme 1 planned']);
    expect(await shardsToWake(database)).toEqual([]);
  });

  test('of a notice that a later one has replaced is told to nobody else', async () => {
    const identity = await told(false);
    await ledger.plan({
      campaignId: 'campaign-2',
      draft: { ...completeDraft, noticeId: 'correction-1', kind: 'correction' },
    });

    await hear(identity, bounced);

    expect((await ledger.states()).sort()).toEqual(['acme 0 bounced', 'acme 0 planned']);
  });

  test('is told to its shard once, whichever run has recorded it', async () => {
    await hear(await told(false), bounced);
    const [shard] = await shardsToWake(database);
    expect(shard).toMatchObject({ incidentId, campaignId: 'campaign-1', shard: 0, policy: {} });
    if (shard === undefined) throw new Error('there is no shard to wake');

    await noteWoken(database, shard);

    expect(await shardsToWake(database)).toEqual([]);
  });

  test('leaves nobody counted as having received the notice', async () => {
    await hear(await told(false), bounced);
    expect(await receivedNotices(database)(incidentId, 'first-1')).toEqual([]);
    await ledger.acceptAll();
    expect(await receivedNotices(database)(incidentId, 'first-1')).toHaveLength(1);
  });
});

test('a report of delivery is on record, a later bounce beats it, and it beats no bounce', async () => {
  const identity = await told(false);
  await hear(identity, delivered);
  expect(await ledger.states()).toEqual(['acme 0 delivered']);
  await hear(identity, bounced);
  expect(await hear(identity, delivered)).toMatchObject({ outcome: 'unchanged' });
  expect((await ledger.states())[0]).toBe('acme 0 bounced');
});

test('what names a message that nobody knows, and what nobody can read, is kept and told', async () => {
  await hear('f'.repeat(32), bounced);
  await recordUnreadable(database, { digest: fingerprintOf('junk'), problem: 'it is not a report' });

  expect(await keptProblems(database, 10)).toMatchObject([
    { outcome: 'unreadable', problem: 'it is not a report' },
    { outcome: 'unknown', identity: 'f'.repeat(32) },
  ]);
});

describe('a notice that asks to be acknowledged', () => {
  test('is waited for, and counts as told meanwhile', async () => {
    await told();
    expect(await ledger.totals()).toMatchObject({ accepted: 0, unacknowledged: 1 });
    const coverage = await tenantCoverages(database).coverageOf({ incidentId, tenantSetVersion: 1 });
    expect(coverage).toMatchObject({ untold: 0 });
  });

  test('is not waited for where mails have no link', async () => {
    ledger = ledgerHands(database, { hasLinks: false });
    await told();
    expect(await ledger.totals()).toMatchObject({ accepted: 1, unacknowledged: 0 });
  });

  test('goes to the next contact when its time is over, and in the end to a person', async () => {
    await told();
    await ledger.endTheTime();
    await ledger.catchUp();
    expect(await ledger.states()).toEqual(['acme 0 accepted', 'acme 1 planned']);
    expect(await ledger.totals()).toMatchObject({ accepted: 1, planned: 0, unacknowledged: 1 });
    expect(await ledger.events()).toEqual(['accepted', 'accepted: not-acknowledged']);

    await ledger.acceptAll();
    await ledger.endTheTime();
    await ledger.catchUp();
    await ledger.catchUp();

    expect(await ledger.states()).toEqual(['acme 0 accepted', 'acme 1 accepted', 'acme 2 needs-human']);
    expect(await ledger.totals()).toMatchObject({ accepted: 2, needsHuman: 1, unacknowledged: 0 });
  });

  test('that is acknowledged is over', async () => {
    const identity = await told();
    expect(await acknowledge(identity)).toEqual({ incidentId, noticeId: 'first-1', isRepeated: false });
    expect(await acknowledge(identity)).toMatchObject({ isRepeated: true });
    expect(await ledger.totals()).toMatchObject({ acknowledged: 1, unacknowledged: 0 });
  });

  test('that is acknowledged late ends what was asked of other contacts', async () => {
    const identity = await told();
    await ledger.endTheTime();
    await ledger.catchUp();

    await acknowledge(identity);

    expect(await ledger.states()).toEqual(['acme 0 acknowledged', 'acme 1 superseded']);
    expect(await ledger.totals()).toMatchObject({ acknowledged: 1, superseded: 1, unacknowledged: 0 });
  });

  test('that bounces after silence is told to the contact that was to be asked, who now counts as not told', async () => {
    const identity = await told();
    await ledger.endTheTime();
    await ledger.catchUp();

    await hear(identity, bounced);

    expect(await ledger.states()).toEqual(['acme 0 bounced', 'acme 1 planned']);
    expect(await ledger.totals()).toMatchObject({ planned: 1, unacknowledged: 0 });
  });

  test('is acknowledged even when it had bounced: somebody has it', async () => {
    const identity = await told();
    await hear(identity, bounced);
    await ledger.acceptAll();
    await acknowledge(identity);
    expect(await ledger.states()).toEqual(['acme 0 acknowledged', 'acme 1 accepted']);
    expect(await ledger.totals()).toMatchObject({ accepted: 1, acknowledged: 1, unacknowledged: 0 });
  });

  test('is asked no more when a later notice replaces it, and was told all the same', async () => {
    await told();
    await ledger.plan({
      campaignId: 'campaign-2',
      draft: { ...completeDraft, noticeId: 'correction-1', kind: 'correction' },
    });
    expect((await ledger.states()).sort()).toEqual(['acme 0 planned', 'acme 0 superseded']);
    expect(await receivedNotices(database)(incidentId, 'first-1')).toHaveLength(1);
    expect(await ledger.totals()).toMatchObject({ superseded: 1, unacknowledged: 0 });
  });

  test('an update does not replace it', async () => {
    await told();
    await ledger.plan({
      campaignId: 'campaign-2',
      draft: { ...completeDraft, noticeId: 'update-1', kind: 'update' },
    });
    expect(await ledger.totals()).toMatchObject({ unacknowledged: 1 });
  });
});

test('a token whose notice is not in the ledger writes nothing', async () => {
  await told();
  expect(await acknowledge('f'.repeat(32))).toBeUndefined();
  expect(await database.selectFrom('delivery_receipt').selectAll().execute()).toEqual([]);
});
