/** The brake on a page under way: real ledger, real line, real SMTP, and a clock that says how long it takes. */
import { performance } from 'node:perf_hooks';
import { MockActivityEnvironment } from '@temporalio/testing';
import { planDeliveries } from '../../src/activities/plan-deliveries';
import { sendPage, type SendPageResult } from '../../src/activities/send-page';
import { openCampaign } from '../../src/adapters/notice-composer';
import { readCampaign } from '../../src/adapters/postgres/campaign-contents';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryBrakes } from '../../src/adapters/postgres/delivery-brakes';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { createSmtpMailer, type SmtpMailer } from '../../src/adapters/smtp-mailer';
import { addTenants, affect, campaignOf, incidentId, ledgerRows } from '../support/deliveries';
import { ledgerPorts } from '../support/delivery-ports';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const tenants = Array.from({ length: 400 }, (_, index) => `t${String(index).padStart(3, '0')}`);
const mailsOnTheWire = 16;
const mostArmed = 80;
const replyAfterMs = 50;

let test_: TestDatabase;
let database: Database;
let inbox: SmtpInbox;
let mailer: SmtpMailer;
/** When each message reached the relay. */
let arrivals: number[];

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
  arrivals = [];
  inbox = await startSmtpInbox({
    script: {
      atMessage: () => {
        arrivals.push(performance.now());
        return { delayMs: replyAfterMs };
      },
    },
  });
  mailer = createSmtpMailer(relayOf(inbox));
  await addTenants(
    database,
    tenants.map((id) => ({ id })),
  );
  await affect(database, 1, tenants);
  await new MockActivityEnvironment().run(planDeliveries(deliveryPlan(database)), await campaignOf(database));
});
afterEach(async () => {
  mailer.close();
  await inbox.stop();
  await test_.destroy();
});

function page(): Promise<SendPageResult> {
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
  return new MockActivityEnvironment().run(send, {
    incidentId,
    campaignId: 'campaign-1',
    shard: 0,
    batchSize: 2000,
  });
}

const brake = (isHeld: boolean, change: number) =>
  deliveryBrakes(database).set({ incidentId, isHeld, change });

async function untilMailsArrived(count: number): Promise<void> {
  while (arrivals.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('in the middle of a page, no mail leaves a second after the hold, and nothing is in doubt because of it', async () => {
  const sending = page();
  await untilMailsArrived(50);

  const heldAt = performance.now();
  await brake(true, 1);
  const result = await sending;
  const endedAfterMs = performance.now() - heldAt;

  const lateMails = arrivals.filter((at) => at > heldAt);
  const lastAfterMs = Math.max(0, ...lateMails.map((at) => at - heldAt));
  process.stderr.write(
    `after the hold ${String(lateMails.length)} mails left, the last after ${lastAfterMs.toFixed(0)} ms; the page ended after ${endedAfterMs.toFixed(0)} ms\n`,
  );
  // What was armed already, at most: see delivery-line.ts.
  expect(lateMails.length).toBeLessThan(mailsOnTheWire + mostArmed);
  expect(lastAfterMs).toBeLessThan(1000);
  expect(endedAfterMs).toBeLessThan(1000);
  expect(result).toMatchObject({ settled: false, stopped: { reason: 'held' } });
  expect(result.totals).toMatchObject({
    accepted: arrivals.length,
    planned: tenants.length - arrivals.length,
    sending: 0,
    inDoubt: 0,
    deferred: 0,
  });
});

test('held before it begins, a page sends nothing; resumed, it goes on where it stood', async () => {
  const first = page();
  await untilMailsArrived(mailsOnTheWire);
  await brake(true, 1);
  await first;
  const before = arrivals.length;

  expect(await page()).toMatchObject({ stopped: { reason: 'held' } });
  expect(arrivals).toHaveLength(before);

  await brake(false, 2);
  expect(await page()).toMatchObject({ settled: true, totals: { accepted: tenants.length } });
  expect(inbox.recipients()).toEqual(tenants.map((id) => `security@${id}.example`));
  expect((await ledgerRows(database)).every(({ possibleDuplicate }) => !possibleDuplicate)).toBe(true);
});

test('another incident is not held', async () => {
  await deliveryBrakes(database).set({ incidentId: 'another', isHeld: true, change: 1 });
  expect(await page()).toMatchObject({ settled: true });
});

test('an order that comes late changes nothing', async () => {
  await brake(false, 2);
  await brake(true, 1);
  expect(await deliveryBrakes(database).isHeld(incidentId)).toBe(false);

  await brake(true, 3);
  await brake(true, 3);
  expect(await deliveryBrakes(database).isHeld(incidentId)).toBe(true);
});
