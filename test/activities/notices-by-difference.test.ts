// A set of affected tenants that grows and shrinks twice, with the real activities on a real database: who gets which
// notice, who gets none, and what each notice lacks before it may leave.
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import PostalMime from 'postal-mime';
import { countDeliveries } from '../../src/activities/count-deliveries';
import { identifyAffectedTenants } from '../../src/activities/identify-affected-tenants';
import { planDeliveries } from '../../src/activities/plan-deliveries';
import { prepareNotice } from '../../src/activities/prepare-notice';
import { sendPage } from '../../src/activities/send-page';
import { openCampaign, renderSample } from '../../src/adapters/notice-composer';
import { readTemplates } from '../../src/adapters/template-files';
import { affectedTenantSets } from '../../src/adapters/postgres/affected-tenants';
import { readCampaign } from '../../src/adapters/postgres/campaign-contents';
import type { Database } from '../../src/adapters/postgres/database';
import { ledgerCounts } from '../../src/adapters/postgres/delivery-ledger';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { noticeRecipients } from '../../src/adapters/postgres/notice-recipients';
import { noticeContents, saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import { receivedNotices } from '../../src/adapters/postgres/received-notices';
import { tenantCoverages } from '../../src/adapters/postgres/tenant-standing';
import { createSmtpMailer, type SmtpMailer } from '../../src/adapters/smtp-mailer';
import type { NoticeDraftInput } from '../../src/contract/notice';
import { addTenants, completeTranslation, incidentId } from '../support/deliveries';
import { ledgerPorts } from '../support/delivery-ports';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { packagedTemplates } from '../support/templates';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const packDigest = 'a'.repeat(64);

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

const logger = new DefaultLogger('ERROR');
const run = <Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> =>
  new MockActivityEnvironment({}, { logger }).run(activity, input);

async function affected(version: number, include: readonly string[], changed: readonly string[] = []) {
  const identify = identifyAffectedTenants(affectedTenantSets(database), tenantCoverages(database));
  const { digest, coverage } = await run(identify, {
    ...{ incidentId, version, services: [], from: '2026-10-09T00:00:00.000Z', reason: 'their data was read' },
    ...{ include, exclude: [], changed, everyFactChanged: false },
  });
  const { tenantSetVersion: _, ...owed } = coverage;
  return { digest, owed };
}

async function propose(draft: NoticeDraftInput, tenantSetVersion: number, tenantSetDigest: string) {
  const saved = await saveNoticeDraft(database, incidentId, draft, 'author-1');
  const prepare = prepareNotice({
    notices: noticeContents(database),
    recipients: noticeRecipients(database),
    readTemplates: (kind) => readTemplates(packagedTemplates, kind),
    renderSample,
  });
  const prepared = await run(prepare, {
    ...{ incidentId, ...saved, tenantSetVersion, tenantSetDigest, packDigest },
    ...{ requiredContent: [], missingTranslation: 'block' as const },
  });
  return { ...saved, ...prepared };
}

/** What happens once the notice is approved. @returns what is then still owed, and who got what. */
async function send(draft: NoticeDraftInput, tenantSetVersion: number, digest: string) {
  const { noticeId, revision, templateHash, lacks } = await propose(draft, tenantSetVersion, digest);
  expect(lacks).toEqual([]);
  const campaign = { incidentId, campaignId: `${noticeId}.${String(revision)}` };
  await run(planDeliveries(deliveryPlan(database)), {
    ...{ ...campaign, noticeId, revision, kind: draft.kind, templateHash, tenantSetVersion },
    ...{ shards: 1, mode: 'live' as const },
  });
  const deliver = sendPage({
    ...ledgerPorts(database),
    openCampaign: async (ref) => {
      const content = await readCampaign(database, ref);
      return content && openCampaign(content, sender);
    },
    transports: {
      live: mailer,
      drill: { reaches: 'nobody', send: () => Promise.reject(new Error('this is no drill')) },
    },
  });
  expect(await run(deliver, { ...campaign, shard: 0, batchSize: 100 })).toMatchObject({ settled: true });
  const count = countDeliveries(ledgerCounts(database), tenantCoverages(database));
  const { coverage } = await run(count, { ...campaign, shards: 1, tenantSetVersion });
  const received = await receivedNotices(database)(incidentId, noticeId);
  return {
    owed: coverage.untold + coverage.outdated + coverage.notWithdrawn,
    received: Object.fromEntries(received.map(({ tenantId, kind }) => [tenantId, kind])),
  };
}

const inBoth = (changes: Partial<typeof completeTranslation> = {}) => {
  const text = { ...completeTranslation, ...changes };
  return { en: text, ja: text };
};
const withdrawal = inBoth({ description: 'Your data was not among what was read.' });

test('each version tells the added, the changed and the removed their own notice, and nobody twice', async () => {
  await addTenants(database, [
    ...['u1', 'u2', 'w', 'x', 'y'].map((id) => ({ id, languages: ['ja'] })),
    { id: 'f', languages: ['en'] },
  ]);

  const first = await affected(1, ['u1', 'u2', 'w', 'f']);
  expect(first.owed).toEqual({ untold: 4, outdated: 0, notWithdrawn: 0 });
  const english = { noticeId: 'N1', kind: 'first' as const, translations: { en: completeTranslation } };
  expect((await propose(english, 1, first.digest)).lacks).toEqual(['translation:ja']);
  expect(await send({ ...english, translations: inBoth() }, 1, first.digest)).toEqual({
    owed: 0,
    received: { u1: 'first', u2: 'first', w: 'first', f: 'first' },
  });

  const second = await affected(2, ['u1', 'u2', 'x', 'f'], ['u1', 'u2', 'f']);
  expect(second.owed).toEqual({ untold: 1, outdated: 3, notWithdrawn: 1 });
  const byDifference = { noticeId: 'N2', kind: 'by-difference' as const, translations: inBoth() };
  expect((await propose(byDifference, 2, second.digest)).lacks).toEqual([
    'variant:supplementary',
    'variant:withdrawal',
  ]);
  const variants = { supplementary: inBoth({ description: 'It began earlier.' }), withdrawal };
  expect(await send({ ...byDifference, variants }, 2, second.digest)).toEqual({
    owed: 0,
    received: { u1: 'supplementary', u2: 'supplementary', f: 'supplementary', x: 'first', w: 'withdrawal' },
  });

  const third = await affected(3, ['u1', 'u2', 'x', 'y', 'f']);
  expect(third.owed).toEqual({ untold: 1, outdated: 0, notWithdrawn: 0 });
  expect(await send({ ...byDifference, noticeId: 'N3' }, 3, third.digest)).toEqual({
    owed: 0,
    received: { y: 'first' },
  });

  const mailsTo = (id: string) =>
    inbox.messages
      .map(({ bytes }) => bytes.toString())
      .filter(
        (mail) => mail.includes(`To: security@${id}.example`) || mail.includes(`<security@${id}.example>`),
      );
  expect(mailsTo('w')).toHaveLength(2);
  expect((await PostalMime.parse(mailsTo('w')[1] ?? '')).text).toContain('先のご通知を撤回いたします');
  expect(mailsTo('u1')[1]).toContain('It began earlier.');
  expect(mailsTo('x')).toHaveLength(1);
  expect(inbox.messages).toHaveLength(4 + 5 + 1);
});

test('a notice for some tenants names those whom it cannot be for, and leaves the others owed', async () => {
  await addTenants(
    database,
    ['k', 'e', 'l', 'z'].map((id) => ({ id })),
  );
  const { digest } = await affected(1, ['k', 'e', 'l']);
  const draft: NoticeDraftInput = {
    ...{ noticeId: 'N1', kind: 'by-difference', translations: { en: completeTranslation } },
    onlyTenants: ['l', 'z'],
  };

  expect((await propose(draft, 1, digest)).lacks).toEqual(['tenant:z']);
  expect(await send({ ...draft, onlyTenants: ['l'] }, 1, digest)).toEqual({
    owed: 2,
    received: { l: 'first' },
  });
  expect(
    (await propose({ ...draft, noticeId: 'N2', kind: 'final', onlyTenants: ['k', 'l'] }, 1, digest)).lacks,
  ).toEqual(['tenant:k']);
});
