/** What becomes of messages that may have gone out, by what can be learnt: real ledger, real line, real SMTP. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { planDeliveries } from '../../src/activities/plan-deliveries';
import { noEvidence, type RelayEvidence } from '../../src/activities/reconcile-doubts';
import { sendPage, type SendPageResult } from '../../src/activities/send-page';
import { settleDoubts, type DoubtsToSettle } from '../../src/activities/settle-doubts';
import { relayEvidence } from '../../src/adapters/evidence/relay-evidence';
import { openCampaign } from '../../src/adapters/notice-composer';
import { readCampaign } from '../../src/adapters/postgres/campaign-contents';
import type { Database } from '../../src/adapters/postgres/database';
import { heldDoubts, listDoubts } from '../../src/adapters/postgres/delivery-doubts';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { createSmtpMailer, type SenderIdentity, type SmtpMailer } from '../../src/adapters/smtp-mailer';
import type { DeliveryPolicy } from '../../src/domain/delivery';
import type { Finding } from '../../src/domain/doubt';
import { addTenants, affect, campaignOf, incidentId, ledgerRows } from '../support/deliveries';
import { ledgerPorts } from '../support/delivery-ports';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

const campaign = { incidentId, campaignId: 'campaign-1' };
const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const hurried = { deferralSeconds: [0], relayPauseSeconds: 0, jitterRatio: 0 };

let test_: TestDatabase;
let database: Database;
let inbox: SmtpInbox;
let mailer: SmtpMailer;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
  inbox = await startSmtpInbox();
  mailer = createSmtpMailer(relayOf(inbox));
});
afterEach(async () => {
  mailer.close();
  await inbox.stop();
  await test_.destroy();
});

const run = <Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> =>
  new MockActivityEnvironment().run(activity, input);

async function plan(...tenants: readonly string[]): Promise<void> {
  await addTenants(
    database,
    tenants.map((id) => ({ id })),
  );
  await affect(database, 1, tenants);
  await run(planDeliveries(deliveryPlan(database)), await campaignOf(database));
}

interface Page {
  readonly evidence?: RelayEvidence;
  readonly from?: SenderIdentity;
  readonly policy?: Partial<DeliveryPolicy>;
}

function page({ evidence = noEvidence, from = sender, policy = {} }: Page = {}): Promise<SendPageResult> {
  const send = sendPage({
    ...ledgerPorts(database),
    evidence,
    openCampaign: async (ref) => {
      const content = await readCampaign(database, ref);
      return content && openCampaign(content, from);
    },
    transports: {
      live: mailer,
      drill: { reaches: 'nobody', send: () => Promise.reject(new Error('no drill')) },
    },
  });
  return run(send, { ...campaign, shard: 0, batchSize: 100, policy: { ...hurried, ...policy } });
}

/** The relay takes the first message to each of these and hangs up before it says so. */
function swallowRepliesTo(...tenants: readonly string[]): void {
  const swallowed = new Set<string>();
  inbox.follow({
    atMessage: ({ to }) => {
      const isFirst = !swallowed.has(to) && tenants.some((tenant) => to.endsWith(`@${tenant}.example`));
      swallowed.add(to);
      return { dropConnection: isFirst };
    },
  });
}

const finds = (finding: Finding, quietMs = 0): RelayEvidence => ({
  quietMs,
  lookUp: (doubts) => Promise.resolve(doubts.map(() => finding)),
});

const events = () =>
  database
    .selectFrom('delivery_event')
    .select(['state', 'evidence', 'possible_duplicate as possibleDuplicate'])
    .orderBy('at')
    .execute();

test('what the relay has is accepted and not sent again, and the record says by which evidence', async () => {
  await plan('acme');
  swallowRepliesTo('acme');
  await page();

  const evidence = finds({
    evidence: 'log-has-it',
    queueId: '3D441984550',
    note: "the relay's log says: sent",
  });
  const result = await page({ evidence });

  expect(result).toMatchObject({ settled: true, totals: { accepted: 1 } });
  expect(inbox.messages).toHaveLength(1);
  expect(await events()).toEqual([
    { state: 'in-doubt', evidence: null, possibleDuplicate: false },
    { state: 'accepted', evidence: 'log-has-it', possibleDuplicate: false },
  ]);
  const row = await database.selectFrom('delivery').select(['queue_id', 'reply']).executeTakeFirst();
  expect(row).toEqual({ queue_id: '3D441984550', reply: "the relay's log says: sent" });
});

test('what a whole log does not have is sent, and is no duplicate', async () => {
  await plan('acme');
  inbox.follow({ atMessage: () => ({ kept: false, dropConnection: true }) });
  await page();
  inbox.follow({});

  await page({ evidence: finds({ evidence: 'log-lacks-it' }) });

  expect(await ledgerRows(database)).toMatchObject([
    { state: 'accepted', possibleDuplicate: false, doubts: 1 },
  ]);
  expect(await events()).toMatchObject([
    { state: 'in-doubt' },
    { state: 'planned', evidence: 'log-lacks-it', possibleDuplicate: false },
    { state: 'accepted', evidence: null },
  ]);
});

test('what may still come to light is waited for as long as the quiet time', async () => {
  await plan('acme');
  swallowRepliesTo('acme');
  await page();

  const result = await page({ evidence: finds({ evidence: 'not-seen' }, 120_000) });

  expect(result.totals).toMatchObject({ inDoubt: 1 });
  expect(Date.parse(result.nextAt ?? '') - Date.now()).toBeGreaterThan(100_000);
  expect(inbox.messages).toHaveLength(1);
  expect(await events()).toHaveLength(1);
});

test('without evidence the same bytes go out once more, as a possible duplicate', async () => {
  await plan('acme');
  swallowRepliesTo('acme');
  await page();

  await page();

  expect(await ledgerRows(database)).toMatchObject([{ state: 'accepted', possibleDuplicate: true }]);
  expect(await events()).toMatchObject([
    { state: 'in-doubt' },
    { state: 'planned', evidence: 'none', possibleDuplicate: true },
    { state: 'accepted', possibleDuplicate: true },
  ]);
  expect(await listDoubts(database, incidentId)).toMatchObject([
    { tenantId: 'acme', standing: 'possible-duplicate' },
  ]);
  const [first, second] = inbox.messages;
  expect(second?.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true);
});

test('a relay that honours the idempotency header is sent the same identity again, and nothing is a duplicate', async () => {
  const idempotencyHeader = 'X-Idempotency-Key';
  const evidence = await relayEvidence({ idempotencyHeader, quietMs: 0 }, () => undefined);
  const from = { ...sender, idempotencyHeader };
  await plan('acme');
  swallowRepliesTo('acme');
  await page({ evidence, from });

  await page({ evidence, from });

  const keys = inbox.messages.map(({ bytes }) => /^X-Idempotency-Key: (.*)$/im.exec(bytes.toString())?.[1]);
  const [row] = await ledgerRows(database);
  expect(keys).toHaveLength(2);
  expect(new Set(keys)).toEqual(new Set([row?.messageId?.split('@')[0]]));
  expect(row).toMatchObject({ state: 'accepted', possibleDuplicate: false });
});

test('those who have surely got nothing go first', async () => {
  await plan('a', 'b', 'c', 'd');
  await database
    .updateTable('delivery')
    .set({ state: 'in-doubt', doubts: 1 })
    .where('tenant_id', 'in', ['a', 'b'])
    .execute();
  mailer.close();
  mailer = createSmtpMailer({ ...relayOf(inbox), maxConnections: 1 });

  await page();

  expect(inbox.messages.map(({ to }) => to.split('@')[1]?.[0])).toEqual(['c', 'd', 'a', 'b']);
});

describe('where the policy holds', () => {
  const policy = { heldInDoubt: ['first' as const] };
  const settle = (decision: Omit<DoubtsToSettle, keyof typeof campaign>) =>
    run(settleDoubts(heldDoubts(database)), { ...campaign, ...decision });

  beforeEach(async () => {
    await plan('acme', 'globex');
    swallowRepliesTo('acme', 'globex');
    await page({ policy });
    expect(await page({ policy })).toMatchObject({
      settled: false,
      stopped: { reason: 'doubts-held' },
      totals: { inDoubt: 2 },
    });
  });

  test('a doubt waits for a person, page after page', async () => {
    expect(await page({ policy })).not.toHaveProperty('nextAt');
    expect(inbox.messages).toHaveLength(2);
    const rows = await ledgerRows(database);
    const listed = await listDoubts(database, incidentId);
    const lineOf = (tenant: string, messageId: string | null, standing: string) =>
      `${tenant} ${String(messageId)} ${standing}`;
    expect(listed.map((row) => lineOf(row.tenantId, row.messageId, row.standing)).sort()).toEqual(
      rows.map((row) => lineOf(row.tenant, row.messageId, 'held')),
    );
  });

  test('what somebody has found at the relay is accepted, the others are sent once more', async () => {
    const [acme] = await ledgerRows(database);

    expect(await settle({ decision: 'accepted', messageIds: [acme?.messageId ?? ''] })).toEqual({
      settled: 1,
    });
    expect(await settle({ decision: 'resend' })).toEqual({ settled: 1 });
    expect(await settle({ decision: 'accepted' })).toEqual({ settled: 0 });

    expect(await page({ policy })).toMatchObject({ settled: true, totals: { accepted: 2 } });
    expect(inbox.recipients()).toEqual([
      'security@acme.example',
      ...Array<string>(2).fill('security@globex.example'),
    ]);
    expect(await ledgerRows(database)).toMatchObject([
      { tenant: 'acme', possibleDuplicate: false },
      { tenant: 'globex', possibleDuplicate: true },
    ]);
    expect((await events()).filter(({ evidence }) => evidence === 'a-person')).toHaveLength(2);
  });
});

test('a decision settles nothing of another campaign, and nothing that is not held', async () => {
  await plan('acme');
  await database.updateTable('delivery').set({ state: 'in-doubt', reason: 'reply-lost' }).execute();
  const decide = (campaignId: string) =>
    run(settleDoubts(heldDoubts(database)), { incidentId, campaignId, decision: 'accepted' as const });

  expect(await decide('campaign-1')).toEqual({ settled: 0 });
  await database.updateTable('delivery').set({ reason: 'held' }).execute();
  expect(await decide('campaign-2')).toEqual({ settled: 0 });
});
