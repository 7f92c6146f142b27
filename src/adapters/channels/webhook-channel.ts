/**
 * Notices to tenants' own systems: one signed POST of one event (Standard Webhooks), one attempt. The address comes
 * from outside, so nothing that lies in an inner network is ever called, whatever its name resolves to, and no redirect
 * is followed.
 */
import { request, type Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { Webhook } from 'standardwebhooks';
import type { ComposedMessage } from '../../activities/delivery-line';
import type { Channel } from '../../activities/send-page';
import type { AttemptOutcome } from '../../domain/delivery';
import { outcomeOfAnswer, outcomeOfFailure, type WebhookAnswer } from './webhook-answers';
import { eventMediaType } from './webhook-event';
import type { WebhookSecrets } from './webhook-secrets';

export interface WebhookOptions {
  readonly secrets: WebhookSecrets;
  /** Addresses and CIDR ranges that may be called although they lie in an inner network. */
  readonly dangerouslyAllowedAddresses?: readonly string[];
  /** PEM of the authority that signed the receivers' certificates, where it is not a public one. */
  readonly certificateAuthority?: string;
  /** Until the connection is secure. */
  readonly connectTimeoutMs?: number;
  /** From the beginning until the answer is there. */
  readonly answerTimeoutMs?: number;
  /** How names are resolved; by the system unless given. */
  readonly lookup?: LookupFunction;
}

const mostBytesRead = 65_536;

export function webhookChannel(options: WebhookOptions): Channel {
  const agent = new RequestFilteringHttpsAgent({
    allowIPAddressList: [...(options.dangerouslyAllowedAddresses ?? [])],
    ...(options.certificateAuthority !== undefined && { ca: options.certificateAuthority }),
    ...(options.lookup !== undefined && { lookup: options.lookup }),
  });
  return {
    send: (message) => {
      const secrets = options.secrets.get(message.secretName ?? '');
      if (secrets === undefined) return Promise.resolve(secretUnknown(message));
      return post(message, signedHeaders(message, secrets), agent, options);
    },
  };
}

function secretUnknown({ secretName = '' }: ComposedMessage): AttemptOutcome {
  const reply = `no secret is called "${secretName}" on this worker`;
  return { kind: 'refused', reply, reason: 'secret-unknown' };
}

/** The id is the same for every copy: a receiver that keeps to the standard acts on the first alone. */
function signedHeaders({ messageId, bytes }: ComposedMessage, secrets: readonly string[]) {
  const now = new Date();
  const [id = messageId] = messageId.split('@');
  const payload = bytes.toString();
  return {
    'content-type': eventMediaType,
    'content-length': bytes.length,
    'user-agent': 'firebreak',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, payload)).join(' '),
  };
}

function post(
  { envelope, bytes }: ComposedMessage,
  headers: ReturnType<typeof signedHeaders>,
  agent: Agent,
  { connectTimeoutMs = 10_000, answerTimeoutMs = 30_000 }: WebhookOptions,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    let wasConnected = false;
    let isAnswered = false;
    const call = request(envelope.to, { method: 'POST', headers, agent });
    const connecting = giveUpAfter(connectTimeoutMs, 'no secure connection');
    const answering = giveUpAfter(answerTimeoutMs, 'no answer');

    function giveUpAfter(ms: number, what: string): NodeJS.Timeout {
      return setTimeout(() => call.destroy(new Error(`${what} within ${String(ms / 1000)} s`)), ms);
    }
    function settle(outcome: AttemptOutcome): void {
      clearTimeout(connecting);
      clearTimeout(answering);
      resolve(outcome);
    }
    function fail(error: Error): void {
      if (!isAnswered) settle(outcomeOfFailure(error, wasConnected));
    }

    call.once('socket', (socket) =>
      socket.once('secureConnect', () => {
        wasConnected = true;
        clearTimeout(connecting);
      }),
    );
    call.once('response', (response) => {
      isAnswered = true;
      void answerFrom(response).then((answer) => settle(outcomeOfAnswer(answer, Date.now())));
    });
    call.on('error', fail);
    // Such as after a switch of protocols, which is no answer.
    call.once('close', () => fail(new Error('closed without an answer')));
    call.end(bytes);
  });
}

/** The status counts, whatever becomes of the rest; of that only the beginning is read. */
async function answerFrom(response: IncomingMessage): Promise<WebhookAnswer> {
  const { statusCode: status = 0, headers } = response;
  const retryAfter = headers['retry-after'];
  const body = await beginningOf(response);
  return { status, body, ...(retryAfter !== undefined && { retryAfter }) };
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      // Leaving the loop closes the connection.
      if (length >= mostBytesRead) break;
    }
  } catch {
    // Cut off or too slow: what has come is enough for the ledger.
  }
  return Buffer.concat(chunks).subarray(0, mostBytesRead).toString();
}
