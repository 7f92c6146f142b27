// Pages over a real HTTP connection: what is sent, and what counts as not sent.
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { webhookPager } from '../../src/adapters/webhook-pager';
import type { OnCallPage } from '../../src/domain/on-call';

const page: OnCallPage = {
  idempotencyKey: 'INC-1/17',
  incidentId: 'INC-1',
  severity: 'high',
  alarm: 'containment-alarm-raised',
  text: 'Alarm: not contained in time: storage',
  at: '2026-11-23T09:30:00.000Z',
  drill: false,
};

interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let server: Server;
let url: string;
let received: Received[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  received = [];
  answer = (response) => response.writeHead(202).end();
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ method: request.method, headers: request.headers, body: JSON.parse(body) as unknown });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/secret-token`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const failureOf = (pager: ReturnType<typeof webhookPager>) =>
  pager.page(page).then(
    () => undefined,
    (error: unknown) => error as Error,
  );

test('a page is one POST with JSON and a key that tells a second try from a second alarm', async () => {
  await webhookPager(url).page(page);
  await webhookPager(url).page(page);

  expect(received).toMatchObject([
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'INC-1/17' },
      body: page,
    },
    { headers: { 'idempotency-key': 'INC-1/17' } },
  ]);
});

test.each([400, 401, 500, 503])('an answer of %i is not a page', async (status) => {
  answer = (response) => response.writeHead(status).end('no');

  const failure = await failureOf(webhookPager(url));

  expect(failure?.message).toBe(`the on-call service answered ${String(status)}`);
});

test('an answer that sends us elsewhere is not followed', async () => {
  answer = (response) => response.writeHead(307, { location: `${url}/elsewhere` }).end();

  expect((await failureOf(webhookPager(url)))?.message).toBe('fetch failed');
  expect(received).toHaveLength(1);
});

test('a receiver that does not answer in time has not been paged', async () => {
  answer = () => undefined;

  const failure = await failureOf(webhookPager(url, 50));

  expect(failure?.name).toBe('TimeoutError');
});

test('a receiver that is not there has not been paged, and the error keeps the address to itself', async () => {
  await new Promise((resolve) => server.close(resolve));

  const failure = await failureOf(webhookPager(url));

  expect(failure?.message).toBe('fetch failed');
  expect(inspect(failure)).not.toContain('secret-token');
});
