import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { planDeliveries } from '../../src/activities/plan-deliveries';
import {
  sendPage,
  type LiveTransport,
  type SendPageInput,
  type SendPagePorts,
  type SendPageResult,
} from '../../src/activities/send-page';
import { openCampaign } from '../../src/adapters/notice-composer';
import { readCampaign } from '../../src/adapters/postgres/campaign-contents';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryLedger, shardStatus } from '../../src/adapters/postgres/delivery-ledger';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { shardLeases } from '../../src/adapters/postgres/delivery-shards';
import { createSmtpMailer, type SmtpMailer } from '../../src/adapters/smtp-mailer';
import type { NoticeDraftInput } from '../../src/contract/notice';
import {
  addTenants,
  affect,
  campaignOf,
  completeDraft,
  completeTranslation,
  englishTemplate,
  incidentId,
  ledgerRows,
  type TestTenant,
} from '../support/deliveries';
import { ledgerPorts } from '../support/delivery-ports';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const shard = { incidentId, campaignId: 'campaign-1', shard: 0 };
const hurried = { deferralSeconds: [0.05], relayPauseSeconds: 0.05, jitterRatio: 0 };

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

function ports(live: LiveTransport = mailer): SendPagePorts {
  return {
    ...ledgerPorts(database),
    openCampaign: async (campaign) => {
      const content = await readCampaign(database, campaign);
      return content && openCampaign(content, sender);
    },
    transports: {
      live,
      drill: { reaches: 'nobody', send: () => Promise.resolve({ kind: 'accepted', reply: 'kept' }) },
    },
  };
}

// Failures are what some tests are about: they are asserted, not printed.
const logger = new DefaultLogger('ERROR');

const run = <Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> =>
  new MockActivityEnvironment({}, { logger }).run(activity, input);

async function plan(tenants: readonly TestTenant[], overrides: Parameters<typeof campaignOf>[1] = {}) {
  await addTenants(database, tenants);
  await affect(
    database,
    1,
    tenants.map(({ id }) => id),
  );
  return run(planDeliveries(deliveryPlan(database)), await campaignOf(database, overrides));
}

const page = (
  overrides: Partial<SendPageInput> = {},
  with_: SendPagePorts = ports(),
): Promise<SendPageResult> =>
  run(sendPage(with_), { ...shard, batchSize: 2000, policy: hurried, ...overrides });

/** Pages until the shard is settled, as the workflow does. */
async function sendAll(overrides: Partial<SendPageInput> = {}): Promise<SendPageResult> {
  for (let round = 0; round < 20; round += 1) {
    const result = await page(overrides);
    if (result.settled) return result;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error('the shard does not settle');
}

const tenants = (count: number): TestTenant[] =>
  Array.from({ length: count }, (_, index) => ({ id: `t${String(index).padStart(4, '0')}` }));
const addressesOf = (list: readonly TestTenant[]) => list.map(({ id }) => `security@${id}.example`);

test('every tenant gets one message, and the shard is settled', async () => {
  await plan(tenants(100));

  const result = await page();

  expect(result).toMatchObject({ settled: true, totals: { accepted: 100, planned: 0, sending: 0 } });
  expect(result).not.toHaveProperty('nextAt');
  expect(result.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(inbox.recipients()).toEqual(addressesOf(tenants(100)));
  const [row] = await ledgerRows(database);
  expect(inbox.messages.map(({ bytes }) => bytes.toString()).join()).toContain(`<${String(row?.messageId)}>`);
});

test('a page stops at its batch size and says that more is due now', async () => {
  await plan(tenants(100));

  const result = await page({ batchSize: 40 });

  expect(result).toMatchObject({ settled: false, totals: { accepted: 40, planned: 60 } });
  expect(Date.parse(result.nextAt ?? '')).toBeLessThanOrEqual(Date.now());
  expect((await sendAll()).totals.accepted).toBe(100);
  expect(inbox.messages).toHaveLength(100);
});

test('a refused contact is followed by the next one, and then by a person', async () => {
  inbox.follow({ atRecipient: (address) => (address.startsWith('gone') ? { code: 550 } : undefined) });
  await plan([
    {
      id: 'acme',
      contacts: [
        { kind: 'security', email: 'gone@acme.example' },
        { kind: 'administrator', email: 'admin@acme.example' },
      ],
    },
    { id: 'globex', contacts: [{ kind: 'security', email: 'gone@globex.example' }] },
    { id: 'initech', contacts: [] },
  ]);

  const result = await sendAll();

  expect(result.totals).toMatchObject({ accepted: 1, refused: 2, needsHuman: 2 });
  expect(inbox.recipients()).toEqual(['admin@acme.example']);
});

test('a deferred recipient is tried again when it is due', async () => {
  inbox.follow({ atRecipient: (_, tries) => (tries < 3 ? { code: 451 } : undefined) });
  await plan([{ id: 'acme' }]);

  const first = await page({ policy: { ...hurried, deferralSeconds: [60] } });
  expect(first).toMatchObject({ settled: false, totals: { deferred: 1 } });
  expect(Date.parse(first.nextAt ?? '') - Date.now()).toBeGreaterThan(50_000);

  await database.updateTable('delivery').set({ due_at: '2020-01-01T00:00:00.000Z' }).execute();
  expect((await sendAll()).totals.accepted).toBe(1);
  expect(await ledgerRows(database)).toMatchObject([{ attempts: 3 }]);
});

test('a deferred recipient is due at once when a person says that the cause is mended', async () => {
  inbox.follow({ atRecipient: (_, tries) => (tries < 2 ? { code: 451 } : undefined) });
  await plan(tenants(3));
  const unhurried = { ...hurried, deferralSeconds: [3600] };
  expect((await page({ policy: unhurried })).totals).toMatchObject({ deferred: 3 });
  expect((await page({ policy: unhurried })).totals).toMatchObject({ deferred: 3 });

  const result = await page({ policy: unhurried, retryNow: true });

  expect(result).toMatchObject({ settled: true, totals: { accepted: 3, deferred: 0 } });
});

test('what waits on other shards stays as it is when one of them is to go on', async () => {
  inbox.follow({ atRecipient: () => ({ code: 451 }) });
  await plan(tenants(20), { shards: 2 });
  const unhurried = { ...hurried, deferralSeconds: [3600] };
  for (const each of [0, 1]) await page({ shard: each, policy: unhurried });
  inbox.follow({});

  await page({ policy: unhurried, retryNow: true });

  const other = await shardStatus(database).progress({ ...shard, shard: 1 });
  expect(other.totals.deferred).toBeGreaterThan(0);
  expect(Date.parse(other.nextDueAt ?? '')).toBeGreaterThan(Date.now());
});

test('a repetition reaches everybody once more, says that there is no news, and is a message of its own', async () => {
  await plan(tenants(3));
  await sendAll();
  const draft: NoticeDraftInput = {
    noticeId: 'update-1',
    kind: 'update',
    translations: { en: { ...completeTranslation, description: 'The intruder is out.' } },
  };
  const template =
    '# {{notice.subject}}\n\n{{#if notice.description}}{{notice.description}}{{else}}No news.{{/if}}\n';
  const update = await campaignOf(database, { draft, templates: { en: template }, campaignId: 'update-1.1' });
  for (const repetition of [0, 1, 2]) {
    const campaignId = repetition === 0 ? 'update-1.1' : `update-1.1+${String(repetition)}`;
    await run(planDeliveries(deliveryPlan(database)), { ...update, campaignId, repetition });
    await run(planDeliveries(deliveryPlan(database)), { ...update, campaignId, repetition });
    expect((await sendAll({ campaignId })).totals.accepted).toBe(3);
  }

  const texts = inbox.messages.slice(3).map(({ bytes }) => bytes.toString());
  expect(texts.map((text) => text.includes('No news.'))).toEqual([
    ...Array<boolean>(3).fill(false),
    ...Array<boolean>(6).fill(true),
  ]);
  const ids = texts.map((text) => /^Message-ID: (.*)$/im.exec(text)?.[1]);
  expect(new Set(ids).size).toBe(9);
});

test('a reply that is lost is a doubt, and the copy sent then is the same to the byte', async () => {
  let isFirst = true;
  inbox.follow({
    atMessage: () => {
      const dropConnection = isFirst;
      isFirst = false;
      return { dropConnection };
    },
  });
  await plan([{ id: 'acme', name: 'Acme [Ltd]' }]);

  const first = await page({ batchSize: 1, policy: { ...hurried, deferralSeconds: [60] } });
  expect(first.totals).toMatchObject({ inDoubt: 1, accepted: 0 });
  await database.updateTable('delivery').set({ due_at: '2020-01-01T00:00:00.000Z' }).execute();
  await sendAll();

  const [one, two] = inbox.messages;
  expect(inbox.messages).toHaveLength(2);
  expect(two?.bytes.equals(one?.bytes ?? Buffer.alloc(0))).toBe(true);
  expect(await ledgerRows(database)).toMatchObject([
    { state: 'accepted', possibleDuplicate: true, doubts: 1 },
  ]);
});

test("a copy that would differ from what may have arrived is a person's to decide", async () => {
  await plan([{ id: 'acme' }]);
  await database
    .updateTable('delivery')
    .set({ state: 'in-doubt', doubts: 1, body_hash: 'e'.repeat(64) })
    .execute();

  await sendAll();

  expect(inbox.messages).toEqual([]);
  expect(await ledgerRows(database)).toMatchObject([{ state: 'needs-human', reason: 'bytes-changed' }]);
});

test('an unreachable relay loses nothing: the page pauses and says when to come back', async () => {
  await plan(tenants(50));
  await inbox.stop();

  const result = await page({ policy: { ...hurried, relayPauseSeconds: 60 } });

  expect(result).not.toHaveProperty('stopped');
  expect(Date.parse(result.nextAt ?? '') - Date.now()).toBeGreaterThan(50_000);
  expect(result.totals.planned + result.totals.deferred).toBe(50);

  inbox = await startSmtpInbox({ port: inbox.port });
  await database.updateTable('delivery').set({ due_at: '2020-01-01T00:00:00.000Z' }).execute();
  expect((await sendAll()).totals.accepted).toBe(50);
  expect(inbox.recipients()).toEqual(addressesOf(tenants(50)));
});

test('five failures of our own stop the line, and nothing is marked failed because of them', async () => {
  await plan(tenants(100));
  let sent = 0;
  const failing: LiveTransport = {
    reaches: 'contacts',
    send: () => {
      sent += 1;
      return Promise.resolve({ kind: 'own-failure', failure: 'authentication', reply: '535 no' });
    },
  };

  const result = await page({}, ports(failing));

  expect(result.stopped).toEqual({ reason: 'authentication' });
  expect(result).not.toHaveProperty('nextAt');
  expect(sent).toBeLessThan(100);
  expect(result.totals).toMatchObject({ refused: 0, needsHuman: 0, inDoubt: 0, sending: 0 });
  expect((await sendAll()).totals.accepted).toBe(100);
});

test('a tenant whose notice cannot be rendered does not keep the others from theirs', async () => {
  await plan(tenants(20));
  const opened = ports();
  const failing: SendPagePorts = {
    ...opened,
    openCampaign: async (campaign) => {
      const whole = await opened.openCampaign(campaign);
      return (
        whole && {
          ...whole,
          compose: (delivery) =>
            delivery.tenantId === 't0007'
              ? Promise.reject(new Error('the template threw'))
              : whole.compose(delivery),
        }
      );
    },
  };

  const result = await page({}, failing);

  expect(result.totals).toMatchObject({ accepted: 19, needsHuman: 1 });
});

test('a template that throws for one tenant in a hundred keeps none of the others from theirs', async () => {
  await plan([...tenants(99), { id: 'tokyo', languages: ['ja'] }], {
    draft: { ...completeDraft, translations: { en: completeTranslation, ja: completeTranslation } },
    templates: { en: englishTemplate, ja: 'Dear {{tenant.nickname}},' },
  });

  const result = await page();

  expect(result).toMatchObject({ settled: true, totals: { accepted: 99, needsHuman: 1 } });
  expect(inbox.recipients()).toEqual(addressesOf(tenants(99)));
  const rows = await ledgerRows(database);
  expect(rows.filter(({ state }) => state !== 'accepted')).toMatchObject([
    { tenant: 'tokyo', state: 'needs-human', reason: 'cannot-be-rendered', messageId: null },
  ]);
});

test('a drill reaches no real contact', async () => {
  await plan(tenants(3), { mode: 'drill' });
  expect((await page()).totals.accepted).toBe(3);
  expect(inbox.messages).toEqual([]);
});

test('cancelled, it finishes what is on the wire, sends nothing more, and leaves nothing in doubt', async () => {
  await plan(tenants(200));
  const environment = new MockActivityEnvironment({}, { logger });
  let sent = 0;
  const slow: LiveTransport = {
    reaches: 'contacts',
    send: async () => {
      sent += 1;
      if (sent === 40) environment.cancel();
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { kind: 'accepted', reply: 'ok' };
    },
  };

  const cancelled = environment.run(sendPage(ports(slow)), { ...shard, batchSize: 2000, policy: hurried });

  await expect(cancelled).rejects.toThrow(CancelledFailure);
  expect(sent).toBeLessThan(110);
  const { totals } = await shardStatus(database).progress(shard);
  expect(totals).toMatchObject({ accepted: sent, planned: 200 - sent, sending: 0, inDoubt: 0 });
  expect((await page()).totals.accepted).toBe(200);
});

test('a worker that died leaves doubts, and the next one waits for its lease and resends them last', async () => {
  await plan(tenants(40));
  const dead = { ...shard, owner: 'dead', fence: '1' };
  await shardLeases(database).take(shard, dead.owner, 600);
  const armed = (await deliveryLedger(database).due(dead, 10)).map(({ deliveryId }) => ({
    deliveryId,
  }));
  await deliveryLedger(database).arm(dead, armed);
  const begun = Date.now();

  const result = await page();

  expect(Date.now() - begun).toBeGreaterThanOrEqual(500);
  expect(result).toMatchObject({ settled: true, totals: { accepted: 40 } });
  const duplicates = (await ledgerRows(database)).filter(({ possibleDuplicate }) => possibleDuplicate);
  expect(duplicates).toHaveLength(10);
  const order = inbox.messages.map(({ to }) => to);
  const last = new Set(duplicates.map(({ address }) => address));
  expect(order.slice(0, 20).some((address) => last.has(address))).toBe(false);
});

test('a worker that was stopped for longer than its lease writes nothing when it wakes', async () => {
  await plan(tenants(5));
  const stopped: LiveTransport = {
    reaches: 'contacts',
    send: async () => {
      await database.updateTable('delivery_shard').set({ lease_until: '2020-01-01T00:00:00.000Z' }).execute();
      await shardLeases(database).take(shard, 'other', 50);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { kind: 'accepted', reply: 'ok' };
    },
  };

  await expect(page({ leaseMs: 300 }, ports(stopped))).rejects.toMatchObject({ type: 'ShardLeaseLost' });
  expect((await shardStatus(database).progress(shard)).totals).toMatchObject({
    accepted: 0,
    inDoubt: 5,
  });
  expect((await sendAll()).totals.accepted).toBe(5);
});

test('two pages of one shard at once send every message once', async () => {
  await plan(tenants(120));

  await Promise.all([page(), page(), page()]);

  expect(inbox.recipients()).toEqual(addressesOf(tenants(120)));
});

test.each([0, 1.5, 2001])('a batch of %p is refused for good', async (batchSize) => {
  await expect(page({ batchSize })).rejects.toMatchObject({ type: 'BatchSizeInvalid', nonRetryable: true });
});

test('a campaign that was never planned is refused for good', async () => {
  await expect(page({ campaignId: 'unknown' })).rejects.toMatchObject({
    type: 'CampaignUnknown',
    nonRetryable: true,
  });
});
