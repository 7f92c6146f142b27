// The wire to a fake relay: a TCP proxy that reads along in SMTP and, at the final dot of a message, cuts the connection,
// keeps the reply back, or stands still. The server behind it notices nothing but the connection.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Fate } from './fake-relay-script';

export interface RelayProxy {
  readonly port: number;
  /** Recipients of the messages that stand still now. */
  frozen(): readonly string[];
  /** Lets go on what stands still. */
  release(): void;
  /** Loses every connection. */
  dropConnections(): void;
  stop(): Promise<void>;
}

interface ProxyOptions {
  readonly relayPort: number;
  /** Asked when the final dot of a message to this recipient has come. */
  readonly fateOf: (recipient: string) => Fate;
}

interface Standing {
  readonly recipient: string;
  readonly goOn: () => void;
}

export async function startRelayProxy(options: ProxyOptions): Promise<RelayProxy> {
  const clients = new Set<Socket>();
  const standing = new Set<Standing>();
  const server = createServer((client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    carry(client, options, standing);
  });
  await listen(server);
  return {
    port: (server.address() as AddressInfo).port,
    frozen: () => [...standing].map(({ recipient }) => recipient),
    release: () => {
      for (const each of [...standing]) each.goOn();
    },
    dropConnections: () => {
      for (const client of clients) client.destroy();
    },
    stop: async () => {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

/** Carries one connection to the relay and back. */
function carry(client: Socket, { relayPort, fateOf }: ProxyOptions, standing: Set<Standing>): void {
  const relay = connect({ host: '127.0.0.1', port: relayPort });
  const cut = () => {
    client.destroy();
    relay.destroy();
  };
  let isSilent = false;
  const cutUnlessSilent = () => {
    if (!isSilent) cut();
  };
  for (const socket of [client, relay]) {
    socket.setNoDelay(true);
    socket.on('error', cutUnlessSilent);
  }
  client.on('close', cut);
  relay.on('close', cutUnlessSilent);
  const toClient = (bytes: Buffer) => {
    if (!client.destroyed) client.write(bytes);
  };
  let onReply = toClient;
  relay.on('data', (bytes) => {
    conversation.hearReplies(bytes);
    onReply(bytes);
  });
  const conversation = createConversation({
    pass: (bytes) => void relay.write(bytes),
    atDot: (dot, recipient) => meet(fateOf(recipient), dot, recipient),
  });
  client.on('data', conversation.hearClient);

  function meet(fate: Fate, dot: Buffer, recipient: string): void {
    const send = () => void relay.write(dot);
    switch (fate.kind) {
      case 'accept':
      case 'reply':
        return send();
      case 'cut':
        if (fate.at === 'before-dot') return cut();
        onReply = cut;
        return send();
      case 'swallow':
        // The server gives up on a silent client after a minute; the client must not notice.
        isSilent = true;
        onReply = () => undefined;
        if (fate.closeAfterMs !== undefined) setTimeout(cut, fate.closeAfterMs);
        return send();
      case 'late':
        holdReply((pass) => setTimeout(pass, fate.ms));
        return send();
      case 'freeze':
        if (fate.at === 'before-dot') return standStill(recipient, send);
        holdReply((pass) => standStill(recipient, pass));
        return send();
    }
  }

  function holdReply(until: (pass: () => void) => void): void {
    onReply = (bytes) => {
      onReply = toClient;
      until(() => toClient(bytes));
    };
  }

  function standStill(recipient: string, goOn: () => void): void {
    const one: Standing = {
      recipient,
      goOn: () => {
        standing.delete(one);
        goOn();
      },
    };
    standing.add(one);
    client.once('close', () => standing.delete(one));
  }
}

interface ConversationParts {
  readonly pass: (bytes: Buffer) => void;
  /** The final dot is not passed on: whoever is asked here does that. */
  readonly atDot: (dot: Buffer, recipient: string) => void;
}

const finalDot = Buffer.from('\r\n.\r\n');

/** Follows an SMTP conversation far enough to know who a message is for and where it ends. */
function createConversation({ pass, atDot }: ConversationParts) {
  let state: 'commands' | 'data-asked' | 'body' = 'commands';
  let recipient = '';
  let line = '';
  let replyLine = '';
  /** Clients send several commands at once. The first answer is the greeting. */
  let unanswered = 1;
  /** Of a body, what may be the beginning of its end. */
  let held: Buffer = Buffer.alloc(0);

  function hearClient(bytes: Buffer): void {
    if (state === 'body') hearBody(bytes);
    else hearCommands(bytes);
  }

  function hearCommands(bytes: Buffer): void {
    for (const character of bytes.toString('latin1')) {
      line += character;
      if (character !== '\n') continue;
      hearCommand(line);
      line = '';
    }
    pass(bytes);
  }

  function hearCommand(command: string): void {
    unanswered += 1;
    recipient = /^RCPT TO:\s*<([^>]*)>/i.exec(command)?.[1] ?? recipient;
    if (/^DATA\r?\n$/i.test(command)) state = 'data-asked';
  }

  function hearReplies(bytes: Buffer): void {
    for (const character of bytes.toString('latin1')) {
      replyLine += character;
      if (character !== '\n') continue;
      if (/^\d{3} /.test(replyLine)) hearReply(replyLine);
      replyLine = '';
    }
  }

  /** The answer to DATA says whether a message follows. */
  function hearReply(reply: string): void {
    unanswered -= 1;
    if (state !== 'data-asked' || unanswered > 0) return;
    state = reply.startsWith('354') ? 'body' : 'commands';
    held = Buffer.alloc(0);
  }

  function hearBody(bytes: Buffer): void {
    const all = Buffer.concat([held, bytes]);
    const end = all.indexOf(finalDot);
    if (end < 0) {
      const kept = Math.min(all.length, finalDot.length - 1);
      pass(all.subarray(0, all.length - kept));
      held = Buffer.from(all.subarray(all.length - kept));
      return;
    }
    pass(all.subarray(0, end));
    state = 'commands';
    unanswered += 1;
    atDot(finalDot, recipient);
    const rest = all.subarray(end + finalDot.length);
    if (rest.length > 0) hearCommands(rest);
  }

  return { hearClient, hearReplies };
}
