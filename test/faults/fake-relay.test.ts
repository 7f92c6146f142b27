/** The relay of the fault tests does what its script says, and knows afterwards what it holds. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  composeMessage,
  createSmtpMailer,
  type SmtpMailer,
  type SmtpRelay,
} from '../../src/adapters/smtp-mailer';
import { startFakeRelay, type FakeRelay, type FakeRelayOptions } from '../support/fake-relay';
import { startFakeRelayProcess } from '../support/fake-relay-client';
import { endOfAddress, fateOf, type Fate, type RelayScript, type Rule } from '../support/fake-relay-script';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function relayWith(rules: readonly Rule[] = [], more: Partial<RelayScript> = {}): Promise<FakeRelay> {
  return started({ script: { seed: 7, rules, ...more } });
}

async function started(options: FakeRelayOptions): Promise<FakeRelay> {
  const relay = await startFakeRelay(options);
  cleanUp.push(() => relay.stop());
  return relay;
}

function mailerTo({ host, port }: FakeRelay, more: Partial<SmtpRelay> = {}): SmtpMailer {
  const mailer = createSmtpMailer({ host, port, security: 'plaintext', maxConnections: 4, ...more });
  cleanUp.push(() => mailer.close());
  return mailer;
}

const identityOf = (to: string) => createHash('sha256').update(to).digest('hex').slice(0, 32);

/** Long enough to come in several pieces, with a line that is a dot and one that begins with one. */
const messageTo = (to: string) =>
  composeMessage(sender, {
    identity: identityOf(to),
    to,
    subject: 'A notice',
    text: `Dear Tenant of ${to},\n\n.\n.hidden\n${'what happened '.repeat(8000)}`,
    html: '<p>.</p>',
    language: 'en',
    tlp: 'AMBER',
    isDrill: false,
    date: '2026-11-24T08:00:00.000Z',
  });

const send = async (mailer: SmtpMailer, to: string) => mailer.send(await messageTo(to));

const everybody = (fate: Fate, more: Partial<Rule> = {}): Rule => ({ fate, ...more });

test('it holds what it took: Message-ID, recipient, hash, tenant and time', async () => {
  const relay = await relayWith();
  const before = new Date().toISOString();

  await send(mailerTo(relay), 'security@acme.example');

  const { messageId, bodyHash } = await messageTo('security@acme.example');
  const [held, ...others] = await relay.held();
  expect(held).toEqual({
    messageId,
    recipient: 'security@acme.example',
    bodyHash,
    tenantMarker: 'Tenant of security@acme.example',
    at: expect.any(String) as string,
  });
  expect(held?.at.localeCompare(before)).toBeGreaterThanOrEqual(0);
  expect(others).toEqual([]);
});

test.each<[string, Fate, object, number]>([
  [
    'a reply to the recipient',
    { kind: 'reply', at: 'recipient', code: 550 },
    { kind: 'refused', code: 550 },
    0,
  ],
  ['a reply to the message', { kind: 'reply', at: 'message', code: 451 }, { kind: 'deferred', code: 451 }, 0],
  ['a cut before the final dot', { kind: 'cut', at: 'before-dot' }, { kind: 'in-doubt' }, 0],
  ['a cut after the final dot', { kind: 'cut', at: 'after-dot' }, { kind: 'in-doubt' }, 1],
  ['a reply that is swallowed', { kind: 'swallow', closeAfterMs: 50 }, { kind: 'in-doubt' }, 1],
  ['a reply that comes late', { kind: 'late', ms: 50 }, { kind: 'accepted' }, 1],
])('%s', async (_, fate, outcome, held) => {
  const relay = await relayWith([everybody(fate, { only: 'troubled' })]);
  const mailer = mailerTo(relay, { maxConnections: 1 });

  expect(await send(mailer, 'troubled@acme.example')).toMatchObject(outcome);

  expect(await relay.held()).toHaveLength(held);
  expect(await send(mailer, 'calm@acme.example')).toMatchObject({ kind: 'accepted' });
});

test.each<['before-dot' | 'after-dot', number]>([
  ['before-dot', 0],
  ['after-dot', 1],
])('what stands still %s goes on when it is released', async (at, heldMeanwhile) => {
  const relay = await relayWith([everybody({ kind: 'freeze', at })]);
  const sending = send(mailerTo(relay), 'a@acme.example');
  while ((await relay.frozen()).length === 0) await sleep(5);

  expect(await relay.frozen()).toEqual(['a@acme.example']);
  expect((await relay.counts()).held).toBe(heldMeanwhile);
  await relay.release();

  expect(await sending).toMatchObject({ kind: 'accepted' });
  expect(await relay.frozen()).toEqual([]);
  expect((await relay.counts()).held).toBe(1);
});

test('the first tries of an address may be put off', async () => {
  const relay = await relayWith([
    everybody({ kind: 'reply', at: 'recipient', code: 451 }, { firstTries: 2 }),
  ]);
  const mailer = mailerTo(relay);

  const kinds = [];
  for (let tries = 0; tries < 3; tries += 1) kinds.push((await send(mailer, 'a@acme.example')).kind);

  expect(kinds).toEqual(['deferred', 'deferred', 'accepted']);
  expect(await relay.counts()).toEqual({ held: 1, dropped: 0, tries: 3, deferred: 2, refused: 0 });
});

test.each<421 | 452>([421, 452])(
  'more than so many messages in a while are put off with %i',
  async (code) => {
    const relay = await relayWith([], { rateLimit: { messages: 2, perMs: 60_000, code } });
    const mailer = mailerTo(relay);

    const outcomes = [];
    for (const to of ['a@x.example', 'b@x.example', 'c@x.example']) outcomes.push(await send(mailer, to));

    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'deferred']);
    expect(outcomes[2]).toMatchObject({ code });
  },
);

test('from one message on nobody can log in any more', async () => {
  const credentials = { user: 'firebreak', password: 'right' };
  const relay = await started({ script: { seed: 1, loginEndsAfter: 2 }, credentials });
  const mailer = mailerTo(relay, { credentials, maxConnections: 1 });

  const outcomes = [];
  for (const to of ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example'])
    outcomes.push(await send(mailer, to));

  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'deferred', 'own-failure']);
  expect(outcomes[3]).toMatchObject({ failure: 'authentication' });
  expect((await relay.counts()).held).toBe(2);
});

test('with an idempotency header a second copy is answered and dropped', async () => {
  const relay = await relayWith([], { idempotencyHeader: 'message-id' });
  const mailer = mailerTo(relay);

  await send(mailer, 'a@acme.example');
  expect(await send(mailer, 'a@acme.example')).toMatchObject({ kind: 'accepted' });

  expect(await relay.counts()).toMatchObject({ held: 1, dropped: 1 });
});

describe('fates by seed', () => {
  const addresses = Array.from({ length: 5000 }, (_, index) => `security@t${String(index)}.example`);
  const rules: readonly Rule[] = [
    everybody({ kind: 'reply', at: 'recipient', code: 550 }, { share: 0.02 }),
    everybody({ kind: 'reply', at: 'recipient', code: 451 }, { share: 0.1, eachTry: true }),
  ];
  const fates = (seed: number) => addresses.map((address) => fateOf({ seed, rules }, address, 1));

  test('the same seed gives the same fates, another one others', () => {
    expect(fates(1)).toEqual(fates(1));
    expect(fates(1)).not.toEqual(fates(2));
  });

  test('the shares are what was asked for', () => {
    const codes = fates(3).map((fate) => (fate.kind === 'reply' ? fate.code : 250));
    const shareOf = (code: number) => codes.filter((each) => each === code).length / codes.length;
    expect(shareOf(550)).toBeCloseTo(0.02, 2);
    expect(shareOf(451)).toBeCloseTo(0.1, 1);
  });

  test('the oracle tells how each address ends when it is tried again and again', async () => {
    const script = { seed: 3, rules };
    const some = addresses.slice(0, 60);
    const relay = await started({ script });
    const mailer = mailerTo(relay);

    for (const address of some) {
      let outcome = await send(mailer, address);
      while (outcome.kind === 'deferred') outcome = await send(mailer, address);
      expect(outcome.kind).toBe(endOfAddress(script, address));
    }
  });

  test('an address that is always put off never ends', () => {
    const always: RelayScript = {
      seed: 1,
      rules: [everybody({ kind: 'reply', at: 'recipient', code: 450 })],
    };
    expect(endOfAddress(always, 'a@x.example')).toBe('never');
  });
});

test('in a process of its own it does the same, follows a new script and ends with its owner', async () => {
  const relay = await startFakeRelayProcess({ script: { seed: 1 } });
  cleanUp.push(() => relay.stop());
  const mailer = mailerTo(relay);
  await send(mailer, 'a@acme.example');
  await relay.follow({ seed: 1, rules: [everybody({ kind: 'reply', at: 'recipient', code: 550 })] });

  expect(await send(mailer, 'b@acme.example')).toMatchObject({ kind: 'refused' });
  expect((await relay.held()).map(({ recipient }) => recipient)).toEqual(['a@acme.example']);
  expect(await relay.counts()).toEqual({ held: 1, dropped: 0, tries: 2, deferred: 0, refused: 1 });

  await relay.stop();
  expect(await send(mailer, 'c@acme.example')).toMatchObject({
    kind: 'own-failure',
    failure: 'relay-unreachable',
  });
});
