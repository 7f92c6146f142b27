// Webhooks over real HTTPS on the loopback address: what is sent, what every answer means, and whom nobody may call.
import { once } from 'node:events';
import { createServer, type AddressInfo, type LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { ComposedMessage } from '../../../src/activities/delivery-line';
import { webhookChannel, type WebhookOptions } from '../../../src/adapters/channels/webhook-channel';
import type { AttemptOutcome } from '../../../src/domain/delivery';
import {
  acmeSecret,
  reachable,
  resolvingTo,
  startWebhookReceiver,
  type Answer,
  type WebhookReceiver,
} from '../../support/webhook-receiver';

const nextSecret = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const identity = '0123456789abcdef0123456789abcdef';

let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.stop());

const bytes = Buffer.from(JSON.stringify({ specversion: '1.0', data: { text: 'Grüße' } }));

const message = (overrides: Partial<ComposedMessage> = {}): ComposedMessage => ({
  channel: 'webhook',
  secretName: 'acme',
  messageId: `${identity}@cloud.example`,
  envelope: { from: 'security@cloud.example', to: receiver.url },
  bytes,
  bodyHash: 'h',
  ...overrides,
});

const send = (options: Partial<WebhookOptions> = {}, sent = message()): Promise<AttemptOutcome> =>
  webhookChannel({ ...reachable, ...options }).send(sent);

describe('what is sent', () => {
  test('one POST of the event, which the receiver verifies with the library of the standard', async () => {
    expect(await send()).toEqual({ kind: 'accepted', reply: 'HTTP 202' });

    expect(receiver.received).toHaveLength(1);
    const [first] = receiver.received;
    const { headers, body } = first ?? fail();
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': identity,
    });
    expect(new Webhook(acmeSecret).verify(body, headers as Record<string, string>)).toEqual(
      JSON.parse(bytes.toString()),
    );
    expect(() => new Webhook(nextSecret).verify(body, headers as Record<string, string>)).toThrow();
  });

  test('a second copy has the id of the first', async () => {
    await send();
    await send();

    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([identity, identity]);
  });

  test('while a secret is replaced, both sign', async () => {
    await send({ secrets: new Map([['acme', [acmeSecret, nextSecret]]]) });

    const [first] = receiver.received;
    const { headers, body } = first ?? fail();
    for (const known of [acmeSecret, nextSecret])
      expect(() => new Webhook(known).verify(body, headers as Record<string, string>)).not.toThrow();
  });

  test('nothing without a secret', async () => {
    expect(await send({ secrets: new Map() })).toMatchObject({ kind: 'refused', reason: 'secret-unknown' });
    expect(receiver.received).toEqual([]);
  });
});

describe('what an answer means', () => {
  test.each<[number, Partial<AttemptOutcome>]>([
    [200, { kind: 'accepted' }],
    [204, { kind: 'accepted' }],
    [400, { kind: 'refused', code: 400 }],
    [401, { kind: 'refused', code: 401 }],
    [404, { kind: 'refused', code: 404 }],
    [408, { kind: 'deferred', code: 408 }],
    [410, { kind: 'refused', code: 410, reason: 'gone' }],
    [413, { kind: 'refused', code: 413 }],
    [425, { kind: 'deferred', code: 425 }],
    [429, { kind: 'deferred', code: 429 }],
    [500, { kind: 'deferred', code: 500 }],
    [503, { kind: 'deferred', code: 503 }],
  ])('%i', async (status, outcome) => {
    receiver.follow((response) => response.writeHead(status).end());

    expect(await send()).toMatchObject(outcome);
  });

  test('a deferral waits as long as it is asked to, in seconds or until a date', async () => {
    receiver.follow((response) => response.writeHead(429, { 'retry-after': '120' }).end());
    expect(await send()).toMatchObject({ retryAfterMs: 120_000 });

    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    receiver.follow((response) => response.writeHead(503, { 'retry-after': inAnHour }).end());
    const outcome = await send();
    expect('retryAfterMs' in outcome && outcome.retryAfterMs).toBeGreaterThan(3_500_000);

    receiver.follow((response) => response.writeHead(503, { 'retry-after': 'soon' }).end());
    expect(await send()).not.toHaveProperty('retryAfterMs');
  });

  test.each([301, 302, 303, 307, 308])('%i: a redirect is a refusal, and is not followed', async (status) => {
    receiver.follow((response) => response.writeHead(status, { location: receiver.url }).end());

    expect(await send()).toMatchObject({ kind: 'refused', code: status, reason: 'redirected' });
    expect(receiver.received).toHaveLength(1);
  });

  test('the words of the receiver are kept, on one line and not for ever', async () => {
    receiver.follow((response) => response.writeHead(400).end(`no\r\nsuch\u0000thing ${'x'.repeat(5000)}`));

    const outcome = await send();
    const reply = 'reply' in outcome ? outcome.reply : '';
    expect(reply).toMatch(/^HTTP 400: no such thing x+$/);
    expect(reply).toHaveLength(500);
  });

  test('an answer without end is cut off, and its status counts', async () => {
    let written = 0;
    receiver.follow((response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) response.once('drain', more);
      };
      response.on('error', () => undefined);
      response.writeHead(200);
      more();
    });

    expect(await send()).toMatchObject({ kind: 'accepted' });
    expect(written).toBeLessThan(50_000_000);
  });

  test('an answer whose body never ends counts by its status when the time is over', async () => {
    receiver.follow((response) => void response.writeHead(200).write('a'));

    expect(await send({ answerTimeoutMs: 200 })).toEqual({ kind: 'accepted', reply: 'HTTP 200: a' });
  });
});

describe('without an answer', () => {
  test.each<[string, Answer]>([
    ['a connection that is cut after the body', (_, request) => void request.socket.destroy()],
    ['no answer in time', () => undefined],
    [
      'something that is not HTTP',
      (_, request) => void request.socket.write('SMTP is another protocol\r\n\r\n'),
    ],
    [
      'a switch of protocols',
      (_, request) =>
        void request.socket.write('HTTP/1.1 101 Go on\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n'),
    ],
  ])('%s leaves a doubt', async (_, cut) => {
    receiver.follow(cut);

    expect(await send({ answerTimeoutMs: 300 })).toMatchObject({ kind: 'in-doubt' });
    expect(receiver.received).toHaveLength(1);
  });

  test('nobody there any more: later again, and no doubt', async () => {
    const { url } = receiver;
    await receiver.stop();
    receiver = await startWebhookReceiver();

    const outcome = await send({}, message({ envelope: { from: '', to: url } }));
    expect(outcome).toMatchObject({
      kind: 'deferred',
      reply: expect.stringContaining('ECONNREFUSED') as string,
    });
    expect(outcome).not.toHaveProperty('code');
  });

  test('a certificate that nobody vouches for: nothing is sent', async () => {
    const { certificateAuthority: _, ...options } = reachable;

    expect(await webhookChannel(options).send(message())).toMatchObject({ kind: 'deferred' });
    expect(receiver.received).toEqual([]);
  });

  test('a name that is not found: later again', async () => {
    const lookup: LookupFunction = (name, _, callback) =>
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '', 4);

    expect(await send({ lookup })).toMatchObject({ kind: 'deferred' });
  });

  test('a receiver that does not shake hands: given up after the time for connecting', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const to = `https://localhost:${String((silent.address() as AddressInfo).port)}/`;

    const outcome = await send({ connectTimeoutMs: 100 }, message({ envelope: { from: '', to } }));

    expect(outcome).toMatchObject({ kind: 'deferred', reply: 'no secure connection within 0.1 s' });
    silent.close();
  });
});

describe('whom nobody may call', () => {
  const guarded: Partial<WebhookOptions> = { dangerouslyAllowedAddresses: [] };

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
  ])('a name that resolves to %s', async (address) => {
    const outcome = await send({ ...guarded, lookup: resolvingTo(address) });

    expect(outcome).toMatchObject({ kind: 'refused', reason: 'address-forbidden' });
    expect(receiver.received).toEqual([]);
  });

  test('a name of which one address is public and another is not', async () => {
    expect(await send({ ...guarded, lookup: resolvingTo('93.184.215.14', '127.0.0.1') })).toMatchObject({
      reason: 'address-forbidden',
    });
  });

  test('a name that was public when somebody looked and is private when it is called', async () => {
    let lookups = 0;
    const rebinding: LookupFunction = (name, options, callback) => {
      lookups += 1;
      resolvingTo(lookups === 1 ? '93.184.215.14' : '127.0.0.1')(name, options, callback);
    };
    await new Promise((resolve) => rebinding('localhost', {}, resolve));

    expect(await send({ ...guarded, lookup: rebinding })).toMatchObject({ reason: 'address-forbidden' });
    expect(lookups).toBe(2);
    expect(receiver.received).toEqual([]);
  });

  test('an address without any name', async () => {
    const to = receiver.url.replace('localhost', '127.0.0.1');

    expect(await send(guarded, message({ envelope: { from: '', to } }))).toMatchObject({
      reason: 'address-forbidden',
    });
  });

  test('nothing but what was allowed by name: one address is not its neighbours', async () => {
    const options = { dangerouslyAllowedAddresses: ['127.0.0.2', '10.0.0.0/8'] };

    expect(await send(options)).toMatchObject({ reason: 'address-forbidden' });
    expect(await send({ dangerouslyAllowedAddresses: ['127.0.0.0/8'] })).toMatchObject({ kind: 'accepted' });
  });
});
