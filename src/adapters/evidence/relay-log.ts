/**
 * The log of a Postfix relay as evidence. A message is there when its Message-ID stands beside a queue id under which it
 * was queued or delivered. The Message-ID alone proves nothing: it is written while the message still comes in, before
 * the final dot.
 */
import type { RelayEvidence } from '../../activities/reconcile-doubts';
import type { Doubt, Finding } from '../../domain/doubt';
import { openLog, type OpenLog } from './relay-log-files';

/** @param path the file that the relay writes to; what was rotated away is looked for beside it. */
export const relayLog = (path: string, { quietMs }: { readonly quietMs: number }): RelayEvidence => ({
  quietMs,
  lookUp: async (doubts) => {
    const log = await openLog(path, new Date(Math.min(...doubts.map(({ armedAt }) => Date.parse(armedAt)))));
    try {
      const reading = await read(log, new Set(doubts.flatMap(({ messageId }) => messageId ?? [])));
      return doubts.map((doubt) => findingOf(doubt, reading, log));
    } finally {
      await log.close();
    }
  },
});

/** What the log says of one message. */
interface Trace {
  readonly queueId: string;
  /** The relay has taken charge of it. */
  isQueued: boolean;
  /** Of the last delivery: sent, deferred, bounced. */
  status?: string;
}

interface LogReading {
  readonly traces: ReadonlyMap<string, Trace>;
  readonly firstLineAt?: Date;
}

async function read(log: OpenLog, messageIds: ReadonlySet<string>): Promise<LogReading> {
  const traces = new Map<string, Trace>();
  const byQueueId = new Map<string, Trace>();
  let firstLineAt: Date | undefined;
  for await (const line of log.lines()) {
    firstLineAt ??= timeOf(line);
    const entry = entryOf(line);
    if (entry?.messageId !== undefined) begin(entry.queueId, entry.messageId);
    else if (entry !== undefined) goOn(byQueueId.get(entry.queueId), entry.status);
  }
  return { traces, ...(firstLineAt !== undefined && { firstLineAt }) };

  function begin(queueId: string, messageId: string): void {
    // Queue ids are used again: from here on this one means another message.
    byQueueId.delete(queueId);
    if (!messageIds.has(messageId)) return;
    const trace = { queueId, isQueued: false };
    byQueueId.set(queueId, trace);
    // Of several copies, one that is queued counts.
    if (traces.get(messageId)?.isQueued !== true) traces.set(messageId, trace);
  }
}

function goOn(trace: Trace | undefined, status: string | undefined): void {
  if (trace === undefined) return;
  trace.isQueued = true;
  if (status !== undefined) trace.status = status;
}

interface LogEntry {
  readonly queueId: string;
  readonly messageId?: string;
  readonly status?: string;
}

/** `cleanup` names the message, `qmgr` has it in its queue, and each delivery ends with a status. */
const entryPattern =
  /\]: ([A-Za-z0-9]+): (?:message-id=<([^>]*)>|from=<.*\(queue active\)|to=<.*\bstatus=([a-z]+))/;

function entryOf(line: string): LogEntry | undefined {
  const [, queueId, messageId, status] = entryPattern.exec(line) ?? [];
  if (queueId === undefined) return undefined;
  return { queueId, ...(messageId !== undefined && { messageId }), ...(status !== undefined && { status }) };
}

function findingOf({ messageId, armedAt, since }: Doubt, reading: LogReading, log: OpenLog): Finding {
  if (messageId === undefined) return { evidence: 'not-seen' };
  const trace = reading.traces.get(messageId);
  if (trace?.isQueued === true) {
    const note = `the relay's log says: ${trace.status ?? 'queued'}`;
    return { evidence: 'log-has-it', queueId: trace.queueId, note };
  }
  // It came in, and there is no word of how that ended.
  if (trace !== undefined) return { evidence: 'not-seen' };
  const begins = log.reachesBack || (reading.firstLineAt ?? new Date()) <= new Date(armedAt);
  const isWhole = log.isReadable && begins && log.writtenAt >= new Date(since);
  return { evidence: isWhole ? 'log-lacks-it' : 'not-seen' };
}

const dayMs = 24 * 3_600_000;

/** RFC 3339, or the traditional form without a year, which is then the newest one that does not lie ahead. */
function timeOf(line: string): Date | undefined {
  const [exact] = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/.exec(line) ?? [];
  if (exact !== undefined) return new Date(exact);
  const [, day, time] = /^([A-Z][a-z]{2} [ \d]\d) (\d\d:\d\d:\d\d) /.exec(line) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const year = new Date().getFullYear();
  const inYear = (each: number) => new Date(`${day} ${String(each)} ${time}`);
  return inYear(year).getTime() > Date.now() + dayMs ? inYear(year - 1) : inYear(year);
}
