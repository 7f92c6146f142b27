/** A page of deliveries at a relay that does not take us as we are: the line stops, and nobody is marked as failed. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { planDeliveries } from '../../src/activities/plan-deliveries';
import { sendPage, type SendPageInput, type SendPageResult } from '../../src/activities/send-page';
import { openCampaign } from '../../src/adapters/notice-composer';
import { readCampaign } from '../../src/adapters/postgres/campaign-contents';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { createSmtpMailer, type SmtpRelay } from '../../src/adapters/smtp-mailer';
import { addTenants, affect, campaignOf, incidentId } from '../support/deliveries';
import { ledgerPorts } from '../support/delivery-ports';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { relayCertificate } from '../support/relay-certificate';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const tenants = Array.from({ length: 60 }, (_, index) => `t${String(index).padStart(2, '0')}`);

let test_: TestDatabase;
let database: Database;
const cleanUp: (() => unknown)[] = [];

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
  await addTenants(
    database,
    tenants.map((id) => ({ id })),
  );
  await affect(database, 1, tenants);
  await new MockActivityEnvironment().run(planDeliveries(deliveryPlan(database)), await campaignOf(database));
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
  await test_.destroy();
});

async function inboxOf(...options: Parameters<typeof startSmtpInbox>): Promise<SmtpInbox> {
  const inbox = await startSmtpInbox(...options);
  cleanUp.push(() => inbox.stop());
  return inbox;
}

async function page(relay: SmtpRelay, input: Partial<SendPageInput> = {}): Promise<SendPageResult> {
  const mailer = createSmtpMailer(relay);
  cleanUp.push(() => mailer.close());
  const send = sendPage({
    ...ledgerPorts(database),
    openCampaign: async (ref) => {
      const content = await readCampaign(database, ref);
      return content && openCampaign(content, sender);
    },
    transports: {
      live: mailer,
      drill: { reaches: 'nobody', send: () => Promise.reject(new Error('no drill')) },
    },
  });
  const campaign = { incidentId, campaignId: 'campaign-1', shard: 0, batchSize: 2000 };
  return new MockActivityEnvironment().run(send, { ...campaign, ...input });
}

const nobodyFailed = { refused: 0, needsHuman: 0, inDoubt: 0, sending: 0 };
const everyAddress = tenants.map((id) => `security@${id}.example`);

test('authentication that fails from the tenth mail on stops the line, and resumed it sends each of the others once', async () => {
  let mails = 0;
  const failing = () => ((mails += 1) >= 10 ? { code: 535, text: '5.7.8 who are you' } : undefined);
  const inbox = await inboxOf({ script: { atSender: failing } });

  const result = await page(relayOf(inbox));

  expect(result).toMatchObject({
    stopped: { reason: 'authentication' },
    totals: { accepted: 9, ...nobodyFailed },
  });
  inbox.follow({});
  expect(await page(relayOf(inbox), { retryNow: true })).toMatchObject({
    settled: true,
    totals: { accepted: 60 },
  });
  expect(inbox.recipients()).toEqual(everyAddress);
});

test('a text that the relay refuses for one tenant after the other stops the line, and nobody is given up for it', async () => {
  const inbox = await inboxOf({
    script: { atMessage: () => ({ reply: { code: 554, text: '5.7.1 looks like spam' } }) },
  });

  const result = await page(relayOf(inbox));

  expect(result).toMatchObject({
    stopped: { reason: 'content-refused' },
    totals: { accepted: 0, ...nobodyFailed },
  });
  inbox.follow({});
  expect(await page(relayOf(inbox), { retryNow: true })).toMatchObject({
    settled: true,
    totals: { accepted: 60 },
  });
  expect(inbox.recipients()).toEqual(everyAddress);
});

test.each(['tls', 'starttls'] as const)(
  'a certificate that nobody vouches for: nothing is sent (%s)',
  async (security) => {
    const inbox = await inboxOf({ security, certificate: relayCertificate });

    const result = await page({ ...relayOf(inbox), security });

    expect(result).toMatchObject({
      stopped: { reason: 'certificate' },
      totals: { accepted: 0, ...nobodyFailed },
    });
    expect(inbox.messages).toEqual([]);
  },
);

test('a relay without encryption where it is asked for: nothing is sent', async () => {
  const inbox = await inboxOf();

  const result = await page({ ...relayOf(inbox), security: 'starttls' });

  expect(result).toMatchObject({
    stopped: { reason: 'certificate' },
    totals: { accepted: 0, ...nobodyFailed },
  });
  expect(inbox.messages).toEqual([]);
});
