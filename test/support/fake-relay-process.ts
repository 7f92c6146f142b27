// A fake relay as a program of its own, so that nothing that is done to workers reaches it. Its standard input is a pipe
// from its owner and ends with it. The first line of it is the options; the first line printed are the two ports.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { startFakeRelay, type FakeRelay, type FakeRelayOptions } from './fake-relay';
import type { RelayScript } from './fake-relay-script';

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => void serve(JSON.parse(line) as FakeRelayOptions));
lines.once('close', () => process.exit(0));

async function serve(options: FakeRelayOptions): Promise<void> {
  const relay = await startFakeRelay(options);
  const control = createServer((request, response) => {
    void answer(relay, request).then(
      (value) => response.end(JSON.stringify(value ?? null)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  control.listen(0, '127.0.0.1', () => {
    const { port } = control.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ smtp: relay.port, control: port })}\n`);
  });
}

async function answer(relay: FakeRelay, request: IncomingMessage): Promise<unknown> {
  switch (request.url) {
    case '/follow':
      return relay.follow(JSON.parse(await bodyOf(request)) as RelayScript);
    case '/held':
      return relay.held();
    case '/counts':
      return relay.counts();
    case '/frozen':
      return relay.frozen();
    case '/release':
      return relay.release();
    case '/drop-connections':
      return relay.dropConnections();
    default:
      throw new Error(`the relay is not asked for ${String(request.url)}`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
