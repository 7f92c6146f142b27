import PostalMime from 'postal-mime';
import {
  composeMessage,
  createSmtpMailer,
  type MessageContent,
  type SmtpRelay,
} from '../../src/adapters/smtp-mailer';
import { startRawRelay, type RelayAnswer, type RelayMoment } from '../support/raw-relay';
import { relayCertificate } from '../support/relay-certificate';
import { relayOf, startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

const sender = {
  name: 'Example Cloud, Security',
  address: 'security@cloud.example',
  messageIdDomain: 'cloud.example',
};

const content: MessageContent = {
  identity: '0123456789abcdef0123456789abcdef',
  to: 'security@acme.example',
  subject: 'Sicherheitsvorfall – wichtige Mitteilung',
  text: 'TLP:AMBER\n\nGuten Tag, 株式会社',
  html: '<p>TLP:AMBER</p><p>Guten Tag, 株式会社</p>',
  language: 'de',
  tlp: 'AMBER',
  isDrill: false,
  date: '2026-11-24T08:00:00.000Z',
};

const messageTo = (to: string) => composeMessage(sender, { ...content, to });

let inbox: SmtpInbox;
const cleanUp: (() => unknown)[] = [];

beforeEach(async () => {
  inbox = await startSmtpInbox();
  cleanUp.push(() => inbox.stop());
});

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

function mailer(overrides: Partial<SmtpRelay> = {}) {
  const created = createSmtpMailer({ ...relayOf(inbox), ...overrides });
  cleanUp.push(() => created.close());
  return created;
}

describe('composing', () => {
  test('the same content gives the same bytes', async () => {
    const [first, second] = [await composeMessage(sender, content), await composeMessage(sender, content)];

    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(second.bodyHash).toBe(first.bodyHash);
    expect(first.bytes.toString()).not.toMatch(/[^\r]\n/);
    expect(first.messageId).toBe('0123456789abcdef0123456789abcdef@cloud.example');
  });

  test('the message has one recipient and says that a machine sent it', async () => {
    const { bytes } = await composeMessage(sender, content);
    const parsed = await PostalMime.parse(bytes);
    const header = (name: string) => parsed.headers.find(({ key }) => key === name)?.value;

    expect(parsed.to).toEqual([{ address: 'security@acme.example', name: '' }]);
    expect(parsed.from).toEqual({ address: 'security@cloud.example', name: 'Example Cloud, Security' });
    expect(parsed.subject).toBe(content.subject);
    expect(parsed.text?.trim()).toBe(content.text);
    expect(parsed.html?.trim()).toBe(content.html);
    expect(new Date(parsed.date ?? '').toISOString()).toBe(content.date);
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('x-auto-response-suppress')).toBe('OOF');
    expect(header('x-tlp')).toBe('TLP:AMBER');
  });

  test('an address with a comma stays one recipient', async () => {
    const { bytes, envelope } = await messageTo('"a, b@evil.example"@acme.example');

    expect(envelope.to).toBe('"a, b@evil.example"@acme.example');
    expect((await PostalMime.parse(bytes)).to).toHaveLength(1);
  });

  test('an international domain is sent in its ASCII form', async () => {
    expect((await messageTo('info@münchen.example')).envelope.to).toBe('info@xn--mnchen-3ya.example');
  });

  test('a line break in a subject or an address brings no header with it', async () => {
    const subject = 'Incident\r\nBcc: stranger@evil.example';
    const { bytes } = await composeMessage(sender, { ...content, subject });
    const parsed = await PostalMime.parse(bytes);

    expect(parsed.bcc).toBeUndefined();
    expect(parsed.headers.map(({ key }) => key)).not.toContain('bcc');
  });

  test('the header by which a relay knows a second copy bears the identity of the delivery', async () => {
    const { bytes } = await composeMessage({ ...sender, idempotencyHeader: 'X-Idempotency-Key' }, content);
    expect(bytes.toString()).toContain(`\r\nX-Idempotency-Key: ${content.identity}\r\n`);
  });

  test('a drill says so in a header', async () => {
    const { bytes } = await composeMessage(sender, { ...content, isDrill: true });
    expect(bytes.toString()).toContain('X-Drill: yes');
  });
});

describe('sending', () => {
  test("an accepted message arrives byte for byte, with the relay's queue id noted", async () => {
    const message = await messageTo('security@acme.example');

    expect(await mailer().send(message)).toMatchObject({ kind: 'accepted', queueId: '1' });

    expect(inbox.recipients()).toEqual(['security@acme.example']);
    expect(inbox.messages[0]?.bytes.equals(message.bytes)).toBe(true);
  });

  test('5xx for the recipient is a refusal, and the connection stays good for the next message', async () => {
    inbox.follow({ atRecipient: (address) => (address.startsWith('gone') ? { code: 550 } : undefined) });
    const relay = mailer({ maxConnections: 1 });

    expect(await relay.send(await messageTo('gone@acme.example'))).toMatchObject({
      kind: 'refused',
      code: 550,
    });
    expect(await relay.send(await messageTo('here@acme.example'))).toMatchObject({ kind: 'accepted' });
  });

  test('4xx for the recipient is a deferral', async () => {
    inbox.follow({ atRecipient: () => ({ code: 451 }) });
    expect(await mailer().send(await messageTo('later@acme.example'))).toMatchObject({
      kind: 'deferred',
      code: 451,
    });
  });

  test('an address that cannot stand in an envelope is a refusal', async () => {
    const message = {
      ...(await messageTo('a@acme.example')),
      envelope: { from: sender.address, to: 'a@b>\r\nDATA' },
    };
    expect(await mailer().send(message)).toMatchObject({ kind: 'refused' });
  });

  test('an address that is not ASCII before the @ is sent to a relay that offers SMTPUTF8', async () => {
    expect(await mailer().send(await messageTo('käthe@bücher.example'))).toMatchObject({ kind: 'accepted' });
    expect(inbox.recipients()).toEqual(['käthe@bücher.example']);
  });

  test('and refused for the next contact by one that does not, while other mail goes on over the same connection', async () => {
    const ascii = await startSmtpInbox({ hidesSmtpUtf8: true });
    cleanUp.push(() => ascii.stop());
    const limited = createSmtpMailer({ ...relayOf(ascii), maxConnections: 1 });
    cleanUp.push(() => limited.close());

    expect(await limited.send(await messageTo('käthe@bücher.example'))).toMatchObject({
      ...{ kind: 'refused', reason: 'relay-lacks-smtputf8' },
    });
    expect(await limited.send(await messageTo('kaethe@bücher.example'))).toMatchObject({ kind: 'accepted' });
    expect(ascii.recipients()).toEqual(['kaethe@bücher.example']);
  });

  test.each([
    [451, { kind: 'deferred', code: 451 }],
    [552, { kind: 'own-failure', failure: 'content-refused', code: 552 }],
    [421, { kind: 'deferred', code: 421 }],
  ])('%i after the message is a reply to it', async (code, outcome) => {
    inbox.follow({ atMessage: () => ({ reply: { code } }) });
    expect(await mailer().send(await messageTo('a@acme.example'))).toMatchObject(outcome);
  });

  test("a refused sender is our failure, not the recipient's", async () => {
    inbox.follow({ atSender: () => ({ code: 550 }) });
    const outcome = await mailer().send(await messageTo('a@acme.example'));
    expect(outcome).toMatchObject({ kind: 'own-failure', failure: 'sender-refused' });
  });

  test.each([true, false])(
    'a connection lost after the final dot is a doubt (message kept: %p)',
    async (kept) => {
      inbox.follow({ atMessage: () => ({ kept, dropConnection: true }) });
      const outcome = await mailer().send(await messageTo('a@acme.example'));

      expect(outcome.kind).toBe('in-doubt');
      expect(inbox.messages).toHaveLength(kept ? 1 : 0);
    },
  );

  test('a reply that does not come in time is a doubt', async () => {
    inbox.follow({ atMessage: () => ({ delayMs: 2000 }) });
    const outcome = await mailer({ replyTimeoutMs: 200 }).send(await messageTo('a@acme.example'));
    expect(outcome.kind).toBe('in-doubt');
  });

  test('a relay that cannot be reached is our failure, and nothing was sent', async () => {
    const unreachable = mailer({ port: 1, connectTimeoutMs: 500 });
    const outcome = await unreachable.send(await messageTo('a@acme.example'));
    expect(outcome).toMatchObject({ kind: 'own-failure', failure: 'relay-unreachable' });
  });

  test('a kept connection that the relay has closed costs nobody a failure', async () => {
    const relay = mailer({ maxConnections: 1 });
    await relay.send(await messageTo('a@acme.example'));
    inbox.dropIdleConnections();

    expect(await relay.send(await messageTo('b@acme.example'))).toMatchObject({ kind: 'accepted' });
  });

  test('many messages go over a few connections, each once', async () => {
    const relay = mailer({ maxConnections: 4 });
    const addresses = Array.from({ length: 200 }, (_, index) => `a${String(index)}@acme.example`).sort();

    const outcomes = await Promise.all(addresses.map(async (to) => relay.send(await messageTo(to))));

    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(inbox.recipients()).toEqual(addresses);
  });
});

describe('a relay that behaves badly', () => {
  /** A mailer with one connection to a relay that answers like this. */
  async function badRelay(answer: (moment: RelayMoment) => RelayAnswer, overrides: Partial<SmtpRelay> = {}) {
    const relay = await startRawRelay(answer);
    cleanUp.push(() => relay.stop());
    return { relay, mailer: mailer({ ...relayOf(relay), maxConnections: 1, ...overrides }) };
  }
  const at = (moment: RelayMoment, answer: RelayAnswer) => (now: RelayMoment) =>
    now === moment ? answer : undefined;

  test.each<RelayMoment>(['GREETING', 'EHLO', 'MAIL', 'RCPT', 'DATA'])(
    'hung up on at %s, no byte of the message has left: no doubt, and nothing against the recipient',
    async (moment) => {
      const { relay, mailer: sending } = await badRelay(at(moment, 'hang up'));

      expect(await sending.send(await messageTo('a@acme.example'))).toMatchObject({
        kind: 'own-failure',
        failure: 'relay-unreachable',
      });
      expect(relay.commands).not.toContain('.');
    },
  );

  test('hung up on after the final dot, the message is in doubt, and the next one has a connection of its own', async () => {
    let isFirst = true;
    const { relay, mailer: sending } = await badRelay((moment) => {
      if (moment !== 'MESSAGE' || !isFirst) return undefined;
      isFirst = false;
      return 'hang up';
    });

    const outcomes = [];
    for (const to of ['a', 'b', 'c'])
      outcomes.push(await sending.send(await messageTo(`${to}@acme.example`)));

    expect(outcomes.map(({ kind }) => kind)).toEqual(['in-doubt', 'accepted', 'accepted']);
    expect(relay.connections()).toBe(2);
  });

  test('one that does not greet is given up after the time to connect, and nothing was sent', async () => {
    const { mailer: sending } = await badRelay(at('GREETING', 'silence'), { connectTimeoutMs: 200 });
    expect(await sending.send(await messageTo('a@acme.example'))).toMatchObject({
      kind: 'own-failure',
      failure: 'relay-unreachable',
    });
  });

  test('the reply to the final dot may take longer than a connection', async () => {
    inbox.follow({ atMessage: () => ({ delayMs: 600 }) });
    const patient = mailer({ connectTimeoutMs: 200, replyTimeoutMs: 5000 });
    expect(await patient.send(await messageTo('a@acme.example'))).toMatchObject({ kind: 'accepted' });
  });

  test.each([
    [550, 'refused'],
    [451, 'deferred'],
  ])(
    '%i for the only recipient counts as that reply says, whatever the error as a whole says',
    async (code, kind) => {
      const { mailer: sending } = await badRelay(at('RCPT', `${String(code)} no`));
      expect(await sending.send(await messageTo('a@acme.example'))).toMatchObject({ kind, code });
    },
  );

  test.each([
    ['MAIL', '530 5.7.0 Authentication required', 'authentication'],
    ['MAIL', '535 5.7.8 no longer welcome', 'authentication'],
    ['MAIL', '553 5.7.1 not your address', 'sender-refused'],
    ['DATA', '554 5.7.1 not from you', 'content-refused'],
    ['GREETING', '554 5.3.2 not today', 'relay-unreachable'],
    ['GREETING', '421 4.3.2 too busy', 'relay-unreachable'],
  ] as const)('at %s, "%s" is ours to mend: %s', async (moment, answer, failure) => {
    const { mailer: sending } = await badRelay(at(moment, answer));
    expect(await sending.send(await messageTo('a@acme.example'))).toMatchObject({
      kind: 'own-failure',
      failure,
    });
  });

  test.each([
    ['454 4.7.0 try again later', 'relay-unreachable'],
    ['535 5.7.8 wrong', 'authentication'],
  ])(
    '"%s" to the password is a failure of ours (%s), never final for the recipient',
    async (answer, failure) => {
      const credentials = { user: 'firebreak', password: 'secret' };
      const { relay, mailer: sending } = await badRelay(at('AUTH', answer), { credentials });

      expect(await sending.send(await messageTo('a@acme.example'))).toMatchObject({
        kind: 'own-failure',
        failure,
      });
      expect(relay.commands.filter((command) => command.startsWith('MAIL'))).toEqual([]);
    },
  );

  test('an address with a comma is one recipient on the wire', async () => {
    const { relay, mailer: sending } = await badRelay(() => undefined);
    await sending.send(await messageTo('"a, b@evil.example"@acme.example'));
    expect(relay.commands.filter((command) => command.startsWith('RCPT'))).toHaveLength(1);
  });
});

describe('security', () => {
  const credentials = { user: 'firebreak', password: 'right' };

  async function secureInbox(security: 'tls' | 'starttls') {
    const secured = await startSmtpInbox({ security, certificate: relayCertificate, credentials });
    cleanUp.push(() => secured.stop());
    return secured;
  }

  test.each(['tls', 'starttls'] as const)(
    '%s with a trusted certificate and the right password sends',
    async (security) => {
      const secured = await secureInbox(security);
      const { host, port } = secured;
      const relay = mailer({
        host,
        port,
        security,
        credentials,
        certificateAuthority: relayCertificate.cert,
      });

      expect(await relay.send(await messageTo('a@acme.example'))).toMatchObject({ kind: 'accepted' });
      expect(secured.messages).toHaveLength(1);
    },
  );

  test.each(['tls', 'starttls'] as const)(
    '%s with an untrusted certificate sends nothing',
    async (security) => {
      const secured = await secureInbox(security);
      const relay = mailer({ port: secured.port, security, credentials });

      const outcome = await relay.send(await messageTo('a@acme.example'));
      expect(outcome).toMatchObject({ kind: 'own-failure', failure: 'certificate' });
      expect(secured.messages).toEqual([]);
    },
  );

  test('a relay without STARTTLS gets nothing when it is required', async () => {
    const outcome = await mailer({ security: 'starttls' }).send(await messageTo('a@acme.example'));
    expect(outcome).toMatchObject({ kind: 'own-failure', failure: 'certificate' });
    expect(inbox.messages).toEqual([]);
  });

  test('a wrong password is our failure', async () => {
    const secured = await secureInbox('tls');
    const relay = mailer({
      port: secured.port,
      security: 'tls',
      credentials: { ...credentials, password: 'wrong' },
      certificateAuthority: relayCertificate.cert,
    });
    const outcome = await relay.send(await messageTo('a@acme.example'));
    expect(outcome).toMatchObject({ kind: 'own-failure', failure: 'authentication' });
  });

  test('plaintext to another machine is refused before anything is opened', () => {
    expect(() => createSmtpMailer({ host: 'mail.example', port: 25, security: 'plaintext' })).toThrow(
      /tls or starttls/,
    );
  });
});
