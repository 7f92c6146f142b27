// One campaign by several channels: each delivery by its own, and none of them in the way of another.
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import { planDeliveries } from '../../src/activities/plan-deliveries';
import { sendPage, type SendPageResult } from '../../src/activities/send-page';
import { campaignOnChannels } from '../../src/adapters/channels/campaign-on-channels';
import { dashboardChannel } from '../../src/adapters/channels/dashboard-channel';
import { liveChannels } from '../../src/adapters/channels/live-channels';
import { webhookChannel } from '../../src/adapters/channels/webhook-channel';
import { readCampaign } from '../../src/adapters/postgres/campaign-contents';
import { publishedPosts } from '../../src/adapters/postgres/dashboard-issues';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { createSmtpMailer, type SmtpMailer } from '../../src/adapters/smtp-mailer';
import { addTenants, affect, campaignOf, completeDraft, incidentId } from '../support/deliveries';
import { ledgerPorts } from '../support/delivery-ports';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';
import { publishedPost } from '../support/status-posts';
import {
  acmeSecret,
  reachable,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../support/webhook-receiver';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const hurried = { deferralSeconds: [0.05], relayPauseSeconds: 0.05, jitterRatio: 0 };

let test_: TestDatabase;
let database: Database;
let inbox: SmtpInbox;
let mailer: SmtpMailer;
let receiver: WebhookReceiver;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
  inbox = await startSmtpInbox();
  mailer = createSmtpMailer(relayOf(inbox));
  receiver = await startWebhookReceiver();
});
afterEach(async () => {
  await receiver.stop();
  mailer.close();
  await inbox.stop();
  await test_.destroy();
});

// Failures are what some tests are about: they are asserted, not printed.
const logger = new DefaultLogger('ERROR');
const run = <Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> =>
  new MockActivityEnvironment({}, { logger }).run(activity, input);

type Ways = readonly ('mail' | 'webhook')[];

async function addTenant(id: string, ways: Ways, name = id): Promise<void> {
  const contacts = ways.includes('mail')
    ? [{ kind: 'security' as const, email: `security@${id}.example` }]
    : [];
  await addTenants(database, [{ id, name, contacts }]);
  if (ways.includes('webhook'))
    await database
      .insertInto('tenant_contact')
      .values({
        ...{ tenant_id: id, contact_id: 'hook', kind: 'webhook', email: null },
        ...{ url: receiver.url, secret_name: 'acme' },
      })
      .execute();
}

async function plan(tenantIds: readonly string[], overrides: Parameters<typeof campaignOf>[1] = {}) {
  await affect(database, 1, tenantIds);
  const campaign = await campaignOf(database, overrides);
  const webhooksFirst = [
    { channel: 'webhook' },
    { channel: 'email', contacts: 'any' },
    { channel: 'dashboard' },
  ] as const;
  await run(planDeliveries(deliveryPlan(database)), { ...campaign, fallbacks: webhooksFirst });
}

const page = (): Promise<SendPageResult> =>
  run(
    sendPage({
      ...ledgerPorts(database),
      openCampaign: async (campaign) => {
        const content = await readCampaign(database, campaign);
        return content && campaignOnChannels(content, sender);
      },
      transports: {
        live: liveChannels({
          email: mailer,
          webhook: webhookChannel({ ...reachable, answerTimeoutMs: 2000 }),
          dashboard: dashboardChannel(publishedPosts(database)),
        }),
        drill: { reaches: 'nobody', send: () => Promise.resolve({ kind: 'accepted', reply: 'kept' }) },
      },
    }),
    { incidentId, campaignId: 'campaign-1', shard: 0, batchSize: 2000, policy: hurried },
  );

/** Pages until the shard is settled, as the workflow does. */
async function sendAll(): Promise<SendPageResult> {
  for (let round = 0; round < 20; round += 1) {
    const result = await page();
    if (result.settled) return result;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error('the shard does not settle');
}

const rows = () =>
  database
    .selectFrom('delivery')
    .select([
      'tenant_id',
      'channel',
      'state',
      'reason',
      'reply',
      'queue_id',
      'possible_duplicate',
      'message_id',
    ])
    .orderBy('tenant_id')
    .orderBy('rung')
    .execute();

test('every delivery goes by its own channel, and the event says what the mail says', async () => {
  await addTenant('acme', ['mail']);
  await addTenant('globex', ['webhook'], 'Globex & <Söhne>');
  await plan(['acme', 'globex']);

  expect((await sendAll()).totals).toMatchObject({ accepted: 2 });

  expect(inbox.recipients()).toEqual(['security@acme.example']);
  const [{ headers, body }] = receiver.received as [WebhookReceiver['received'][number]];
  const [, row] = await rows();
  expect(`${String(headers['webhook-id'])}@cloud.example`).toBe(row?.message_id);
  expect(new Webhook(acmeSecret).verify(body, headers as Record<string, string>)).toEqual({
    specversion: '1.0',
    id: headers['webhook-id'],
    source: '//cloud.example/incidents/INC-1',
    type: 'example.cloud.incident-notice.first',
    subject: 'globex',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    datacontenttype: 'application/json',
    data: {
      ...{ incidentId, noticeId: 'first-1', kind: 'first', revision: 1, language: 'en' },
      ...{ tlp: 'AMBER', drill: false, subject: 'Security incident: what happened and what to do' },
      text: expect.stringContaining('Dear Globex & <Söhne>,') as string,
      html: expect.stringContaining('Dear Globex &amp; &lt;Söhne&gt;,') as string,
    },
  });
});

test('an answer that was lost is asked for again under the same id, and nothing is called a duplicate', async () => {
  await addTenant('acme', ['webhook']);
  await plan(['acme']);
  receiver.follow((response, request) => {
    if (receiver.received.length === 1) request.socket.destroy();
    else response.writeHead(204).end();
  });

  await sendAll();

  expect(receiver.received).toHaveLength(2);
  const [first, second] = receiver.received;
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(await rows()).toMatchObject([{ state: 'accepted', possible_duplicate: false }]);
});

test('a webhook that is gone gives way to the mail, and is tried last from then on', async () => {
  await addTenant('acme', ['webhook', 'mail']);
  await plan(['acme']);
  receiver.follow((response) => response.writeHead(410).end());

  await sendAll();

  expect(await rows()).toMatchObject([
    { channel: 'webhook', state: 'refused', reason: 'gone' },
    { channel: 'email', state: 'accepted' },
  ]);
  const contacts = await database
    .selectFrom('tenant_contact')
    .select(['contact_id', 'bounced_at'])
    .orderBy('contact_id')
    .execute();
  expect(contacts).toEqual([
    { contact_id: 'hook', bounced_at: expect.any(Date) as Date },
    { contact_id: 'security-1', bounced_at: null },
  ]);
});

test('what webhooks answer does not hide that the relay refuses us', async () => {
  inbox.follow({ atSender: () => ({ code: 550 }) });
  const ids = Array.from({ length: 20 }, (_, index) => `t${String(index).padStart(2, '0')}`);
  for (const [index, id] of ids.entries()) await addTenant(id, [index % 2 === 0 ? 'mail' : 'webhook']);
  await plan(ids);

  expect(await page()).toMatchObject({ stopped: { reason: 'sender-refused' } });
});

test('and webhooks that are out of order stop no mail', async () => {
  receiver.follow((response) => response.writeHead(503).end());
  const ids = Array.from({ length: 20 }, (_, index) => `t${String(index).padStart(2, '0')}`);
  for (const [index, id] of ids.entries()) await addTenant(id, [index < 10 ? 'webhook' : 'mail']);
  await plan(ids);

  expect(await page()).toMatchObject({ totals: { accepted: 10, deferred: 10 } });
});

test('the post on the dashboard is the proof that a tenant without any contact could know', async () => {
  await publishedPost(database, { incidentId, mode: 'live' });
  await addTenant('acme', []);
  await plan(['acme'], { draft: { ...completeDraft, tlp: 'CLEAR' } });

  await sendAll();

  expect(await rows()).toMatchObject([
    {
      ...{ channel: 'dashboard', state: 'accepted', queue_id: 'SP1' },
      reply: expect.stringMatching(/^shown since 2026-.*Z: post post-1, revision 2$/) as string,
    },
  ]);
});

test('a post that is gone when its turn comes leaves the tenant to a person', async () => {
  await publishedPost(database, { incidentId, mode: 'live' });
  await addTenant('acme', []);
  await plan(['acme'], { draft: { ...completeDraft, tlp: 'CLEAR' } });
  await database.deleteFrom('status_post').execute();

  await sendAll();

  expect(await rows()).toMatchObject([
    { channel: 'dashboard', state: 'refused', reason: 'nothing-published' },
    { channel: 'by-hand', state: 'needs-human', reason: 'no-contact-left' },
  ]);
});
