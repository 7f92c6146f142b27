// A mail relay for tests of what goes wrong: an SMTP server behind a wire that fails, both as a script says, that can be
// asked afterwards what it holds. It delivers nothing to anybody. In a process of its own: fake-relay-process.ts.
import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import {
  startSmtpInbox,
  type ReceivedMessage,
  type Reply,
  type SmtpInbox,
} from '../../scripts/local/smtp-inbox.mjs';
import { startRelayProxy, type RelayProxy } from './fake-relay-proxy';
import { fateOf, type Fate, type RelayScript } from './fake-relay-script';

/** One message that the relay has taken: every copy that came over the wire is one. */
export interface HeldMessage {
  /** Without angle brackets. */
  readonly messageId: string;
  /** The recipient of the envelope. */
  readonly recipient: string;
  /** SHA-256 of the bytes as they came. */
  readonly bodyHash: string;
  /** Whom the text addresses: what stands between `Dear ` and the comma. */
  readonly tenantMarker: string;
  /** Instant at which its final dot came. */
  readonly at: string;
}

export interface RelayCounts {
  /** Messages taken, dropped copies not among them. */
  readonly held: number;
  /** Second copies that the idempotency header gave away. */
  readonly dropped: number;
  /** Times that a recipient was named. */
  readonly tries: number;
  readonly deferred: number;
  readonly refused: number;
}

export interface FakeRelay {
  readonly host: string;
  readonly port: number;
  /** Replaces the script; tries are counted on. */
  follow(script: RelayScript): Promise<void>;
  held(): Promise<readonly HeldMessage[]>;
  counts(): Promise<RelayCounts>;
  /** Recipients of the messages that stand still now. */
  frozen(): Promise<readonly string[]>;
  release(): Promise<void>;
  dropConnections(): Promise<void>;
  stop(): Promise<void>;
}

export interface FakeRelayOptions {
  readonly script?: RelayScript;
  /** Whoever sends must log in with these. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

const obliging: RelayScript = { seed: 0 };

/** Starts on a free port of 127.0.0.1. */
export async function startFakeRelay({
  script = obliging,
  credentials,
}: FakeRelayOptions = {}): Promise<FakeRelay> {
  const desk = createDesk(script);
  const inbox = await startSmtpInbox({ script: desk.script, ...(credentials && { credentials }) });
  const proxy = await startRelayProxy({ relayPort: inbox.port, fateOf: desk.fateNow });
  return relayOver(desk, inbox, proxy);
}

function relayOver(desk: Desk, inbox: SmtpInbox, proxy: RelayProxy): FakeRelay {
  return {
    host: '127.0.0.1',
    port: proxy.port,
    follow: (script) => Promise.resolve(desk.follow(script)),
    held: () => Promise.all(desk.taken.map(heldMessage)),
    counts: () => Promise.resolve(desk.counts()),
    frozen: () => Promise.resolve(proxy.frozen()),
    release: () => Promise.resolve(proxy.release()),
    dropConnections: () => Promise.resolve(proxy.dropConnections()),
    stop: async () => {
      await proxy.stop();
      await inbox.stop();
    },
  };
}

interface Taken extends ReceivedMessage {
  readonly atMs: number;
}

type Desk = ReturnType<typeof createDesk>;

/** Decides what happens to whom, counts, and keeps what was taken. */
function createDesk(firstScript: RelayScript) {
  let script = firstScript;
  const tries = new Map<string, number>();
  const taken: Taken[] = [];
  const keys = new Set<string>();
  const counts = { dropped: 0, tries: 0, deferred: 0, refused: 0 };

  const fateNow = (recipient: string): Fate => fateOf(script, recipient, tries.get(recipient) ?? 1);

  function replyTo(recipient: string, at: 'recipient' | 'message'): Reply | undefined {
    const fate = fateNow(recipient);
    return fate.kind === 'reply' && fate.at === at ? counted({ code: fate.code }) : undefined;
  }

  function counted(reply: Reply): Reply {
    counts[reply.code >= 500 ? 'refused' : 'deferred'] += 1;
    return reply;
  }

  const isLoginOver = () => taken.length >= (script.loginEndsAfter ?? Infinity);

  function limitReply(code: 421 | 452): Reply | undefined {
    const { rateLimit } = script;
    if (rateLimit?.code !== code) return undefined;
    const since = Date.now() - rateLimit.perMs;
    const first = taken[taken.length - rateLimit.messages];
    return first !== undefined && first.atMs > since ? counted({ code, text: 'too many, later' }) : undefined;
  }

  function take(message: ReceivedMessage) {
    const { delayMs = 0 } = script;
    const reply = replyTo(message.to, 'message');
    if (reply !== undefined) return { reply, delayMs };
    const key = keyOf(message, script.idempotencyHeader);
    if (key !== undefined && keys.has(key)) counts.dropped += 1;
    else taken.push({ ...message, atMs: Date.now() });
    if (key !== undefined) keys.add(key);
    return { delayMs };
  }

  return {
    taken,
    fateNow,
    counts: (): RelayCounts => ({ held: taken.length, ...counts }),
    follow: (next: RelayScript) => {
      script = next;
    },
    script: {
      atLogin: () => (isLoginOver() ? { code: 535, text: 'the password has been changed' } : undefined),
      atSender: () => (isLoginOver() ? { code: 421, text: 'log in again' } : limitReply(421)),
      atRecipient: (recipient: string) => {
        counts.tries += 1;
        const limited = limitReply(452);
        // Whoever is turned away at the door has not tried yet.
        if (limited === undefined) tries.set(recipient, (tries.get(recipient) ?? 0) + 1);
        return limited ?? replyTo(recipient, 'recipient');
      },
      atMessage: take,
    },
  };
}

function keyOf(message: ReceivedMessage, header: string | undefined): string | undefined {
  return header === undefined ? undefined : headerOf(message, header);
}

function headerOf({ bytes }: ReceivedMessage, name: string): string | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1');
  const line = head
    .split(/\r\n(?![ \t])/)
    .find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim();
}

async function heldMessage(message: Taken): Promise<HeldMessage> {
  const { to: recipient, bytes, atMs } = message;
  const { text = '' } = await PostalMime.parse(bytes);
  return {
    messageId: (headerOf(message, 'Message-ID') ?? '').replace(/^<|>$/g, ''),
    recipient,
    bodyHash: createHash('sha256').update(bytes).digest('hex'),
    tenantMarker: /^Dear (.+),\s*$/m.exec(text)?.[1] ?? '',
    at: new Date(atMs).toISOString(),
  };
}
