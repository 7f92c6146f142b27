// A tenant's own system for a test: a real HTTPS server on the loopback address that keeps what it gets.
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { text } from 'node:stream/consumers';
import type { WebhookOptions } from '../../src/adapters/channels/webhook-channel';
import { relayCertificate } from './relay-certificate';

interface ReceivedEvent {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedEvent[];
  /** Replaces the 202 that everything gets. */
  follow(answer: Answer): void;
  stop(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedEvent[] = [];
  let answer: Answer = (response) => response.writeHead(202).end();
  const server = createServer(
    { key: relayCertificate.key, cert: relayCertificate.cert },
    (request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        answer(response, request);
      });
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${String((server.address() as AddressInfo).port)}/hook`,
    received,
    follow: (next) => {
      answer = next;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Resolves every name to these addresses, as whoever owns the name may do. */
export function resolvingTo(...addresses: string[]): LookupFunction {
  return (_, options, callback) => {
    const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first = { address: '', family: 4 }] = all;
    if (options.all === true) (callback as (error: null, found: typeof all) => void)(null, all);
    else callback(null, first.address, first.family);
  };
}

export const acmeSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** How a channel reaches a receiver on this machine. */
export const reachable: WebhookOptions = {
  secrets: new Map([['acme', [acmeSecret]]]),
  certificateAuthority: relayCertificate.cert,
  dangerouslyAllowedAddresses: ['127.0.0.1'],
  lookup: resolvingTo('127.0.0.1'),
};
