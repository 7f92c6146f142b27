/** `firebreak bounces`, `firebreak ack`, `firebreak deliveries attest`: what is heard of notices, for people and programs. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acknowledgementToken } from '../../src/adapters/acknowledgement-tokens';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { addTenants, affect, completeDraft, incidentId } from '../support/deliveries';
import { bounceOf } from '../support/bounces';
import { ledgerHands, type LedgerHands } from '../support/ledger-hands';
import { testDatabase, type TestDatabase } from '../support/postgres';

const secret = 'a secret of thirty-two characters';

let server: TestDatabase;
let env: Record<string, string>;
let ledger: LedgerHands;
let identities: ReadonlyMap<string, string>;
let mailbox: string;

beforeAll(async () => {
  server = await testDatabase();
  env = {
    DATABASE_URL: server.url,
    FIREBREAK_ACK_URL: 'https://notices.cloud.example/ack',
    FIREBREAK_ACK_KEY: secret,
    FIREBREAK_PRINCIPAL: 'comms-fay',
    FIREBREAK_ROLE: 'communications',
  };
  const { database } = server;
  ledger = ledgerHands(database);
  await addTenants(database, [{ id: 'acme' }, { id: 'globex' }, { id: 'initech', contacts: [] }]);
  await affect(database, 1, ['acme', 'globex', 'initech']);
  await ledger.plan({ draft: { ...completeDraft, acknowledgeWithinHours: 24 } });
  identities = await ledger.acceptAll();
  mailbox = mkdtempSync(join(tmpdir(), 'firebreak-mailbox-'));
  for (const folder of ['new', 'cur', 'tmp']) mkdirSync(join(mailbox, folder));
});
afterAll(async () => {
  rmSync(mailbox, { recursive: true, force: true });
  await server.destroy();
});

const identityOf = (tenant: string) => identities.get(`security@${tenant}.example`) ?? '';
const arrives = (name: string, text: string) => writeFileSync(join(mailbox, 'new', name), text);
const ingest = () => answerOf(['bounces', 'ingest', mailbox], { env });

describe('reports in a mailbox', () => {
  test('are read once, whatever lies between them, and what is not understood is told', async () => {
    arrives('1.report', bounceOf({ action: 'delivered', envelopeId: identityOf('globex') }));
    arrives('2.junk', '\0'.repeat(1_048_576));
    arrives('3.answer', 'From: a@b.example\r\nSubject: Re: your notice\r\n\r\nThank you.');
    arrives('4.stranger', bounceOf({ action: 'failed', envelopeId: 'f'.repeat(32) }));
    arrives('5.late', bounceOf({ action: 'delayed', envelopeId: identityOf('acme') }));

    const summary = await ingest();

    expect(summary).toMatchObject({
      messages: 5,
      outcomes: { applied: 1, unchanged: 1, early: 0, unknown: 1, unreadable: 2 },
      known: 0,
      woken: 0,
    });
    expect(summary['problems']).toEqual([
      'new/2.junk: it is not a delivery status notice; it was left alone',
      'new/3.answer: it is not a delivery status notice; it was left alone',
      `new/4.stranger: it is about message ${'f'.repeat(32)}, which is not in the ledger; it is kept`,
    ]);
    expect(readdirSync(join(mailbox, 'new'))).toEqual([]);
    expect(await ledger.states()).toContain('globex 0 delivered');
  });

  test('change nothing the second time', async () => {
    expect(await ingest()).toMatchObject({
      messages: 5,
      outcomes: { applied: 0, unchanged: 0, early: 0, unknown: 0, unreadable: 0 },
      known: 5,
      problems: [],
    });
  });

  test('that nobody could use are kept, and told to people', async () => {
    const { stdout } = await firebreak(['bounces', 'kept'], { env });
    expect(stdout).toContain(`bounced 5.1.1, of message ${'f'.repeat(32)}, which nobody knows`);
    expect(stdout).toContain('not readable: it is not a delivery status notice');
  });

  test('may come by standard input, one at a time', async () => {
    const stdin = bounceOf({ action: 'delayed', messageId: `<${identityOf('acme')}@provider.example>` });
    const { stdout, code } = await firebreak(['bounces', 'ingest', '-'], { env, stdin });
    expect(code).toBe(0);
    expect(stdout).toBe('1 message read; 1 without anything new.\n');
  });

  test('are recorded when the incident server is away, which is said', async () => {
    const stdin = bounceOf({ action: 'failed', envelopeId: identityOf('acme') });
    const away = { ...env, TEMPORAL_ADDRESS: 'localhost:1' };
    const { code, stderr } = await firebreak(['bounces', 'ingest', '-'], { env: away, stdin });
    expect(code).toBe(1);
    expect(stderr).toContain('no Temporal server answers');
    expect(await ledger.states()).toContain('acme 0 bounced');
  });

  test('are not looked for in what is no mailbox', async () => {
    const failure = await failureOf(['bounces', 'ingest', join(mailbox, 'nowhere')], { env });
    expect(failure).toMatchObject({ code: 2, message: expect.stringContaining('is no maildir') as string });
  });
});

describe('an acknowledgement', () => {
  const plannedAt = async () => {
    const row = await server.database.selectFrom('delivery').select('planned_at').executeTakeFirstOrThrow();
    return row.planned_at.toISOString();
  };

  test('is recorded by its token, and twice does no harm', async () => {
    const token = acknowledgementToken(secret, identityOf('globex'), await plannedAt());
    const { stdout } = await firebreak(['ack', token], { env });
    expect(stdout).toBe('Notice first-1 of INC-1 is acknowledged.\n');
    expect(await answerOf(['ack', token], { env })).toEqual({
      incidentId,
      noticeId: 'first-1',
      isRepeated: true,
    });
    expect(await ledger.states()).toContain('globex 0 acknowledged');
  });

  test.each([
    [
      'forged',
      () =>
        acknowledgementToken(
          'another secret of 32 characters.',
          identityOf('acme'),
          '2026-11-24T10:00:00.000Z',
        ),
      'altered, or made with another key',
    ],
    [
      'altered',
      () => acknowledgementToken(secret, identityOf('acme'), '2026-11-24T10:00:00.000Z').replace(/^./, 'f'),
      'altered',
    ],
    [
      'expired',
      () => acknowledgementToken(secret, identityOf('acme'), '2020-01-01T00:00:00.000Z'),
      'was good until 2020-03-31',
    ],
    [
      'unknown',
      () => acknowledgementToken(secret, 'f'.repeat(32), new Date().toISOString()),
      'not in this ledger',
    ],
    ['no', () => 'thank-you', 'not one of ours'],
  ])('by a token that is %s is refused, and nothing is written', async (_, token, sentence) => {
    const before = await server.database.selectFrom('delivery_receipt').selectAll().execute();
    const failure = await failureOf(['ack', token()], { env });
    expect(failure).toMatchObject({
      code: 2,
      message: expect.stringContaining(sentence) as string,
      field: 'token',
    });
    expect(await server.database.selectFrom('delivery_receipt').selectAll().execute()).toEqual(before);
  });

  test('needs the key of the installation', async () => {
    const { FIREBREAK_ACK_KEY: _key, FIREBREAK_ACK_URL: _url, ...without } = env;
    const failure = await failureOf(['ack', 'thank-you'], { env: without });
    expect(failure).toMatchObject({ code: 2, field: 'FIREBREAK_ACK_KEY' });
  });
});

describe('an attestation', () => {
  const told = ['--channel', 'phone', '--at', '2026-11-24T10:00:00Z', '--reference', 'call 4711'];

  test('for a tenant that waits for nobody is refused', async () => {
    const failure = await failureOf(['deliveries', 'attest', incidentId, '--tenant', 'globex', ...told], {
      env,
    });
    expect(failure).toMatchObject({
      code: 2,
      field: 'tenant',
      message: expect.stringContaining('nothing of tenant globex waits for a person in INC-1') as string,
    });
  });

  test('by a channel that is none is refused', async () => {
    const words = ['deliveries', 'attest', incidentId, '--tenant', 'initech', '--channel', 'pigeon'];
    const failure = await failureOf([...words, '--at', 'now', '--reference', 'x'], { env });
    expect(failure.code).toBe(2);
    expect(failure.message).toContain('post, phone, in-person');
  });

  test('by nobody in particular is refused', async () => {
    const { FIREBREAK_PRINCIPAL: _by, ...nobody } = env;
    const failure = await failureOf(['deliveries', 'attest', incidentId, '--tenant', 'initech', ...told], {
      env: nobody,
    });
    expect(failure).toMatchObject({ code: 2, field: 'FIREBREAK_PRINCIPAL' });
  });
});
