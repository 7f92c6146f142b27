/** From messages that came in to the ledger: each is read, recorded once, and none stops the others. */
import { createHash } from 'node:crypto';
import type { Database } from '../postgres/database';
import {
  recordReceipt,
  recordUnreadable,
  type ReceiptRecord,
  type RecordedOutcome,
} from '../postgres/delivery-receipts';
import type { IncomingMessage } from './bounce-sources';
import { readDeliveryStatus } from './delivery-status';

export interface BounceSummary {
  readonly messages: number;
  /** Recorded now, by what came of them. */
  readonly outcomes: Readonly<Record<RecordedOutcome, number>>;
  /** Here before; they have changed nothing. */
  readonly known: number;
  /** Messages that nobody knows or could read, a sentence each; the first of them. */
  readonly problems: readonly string[];
}

const problemsTold = 100;

/** Safe to run again over the same messages. @throws when the database fails; what is recorded stays recorded. */
export async function ingestBounces(
  database: Database,
  messages: readonly IncomingMessage[],
): Promise<BounceSummary> {
  const outcomes = { applied: 0, unchanged: 0, early: 0, unknown: 0, unreadable: 0 };
  const problems: string[] = [];
  let known = 0;
  for (const message of messages) {
    const { record, problem } = await ingest(database, message);
    if (record !== 'left') await message.done();
    if (record === 'left') outcomes.unreadable += 1;
    else if (record.kind === 'known') known += 1;
    else outcomes[record.outcome] += 1;
    const isNews = record === 'left' || record.kind === 'recorded';
    if (problem !== undefined && isNews && problems.length < problemsTold)
      problems.push(`${message.name}: ${problem}`);
  }
  return { messages: messages.length, outcomes, known, problems };
}

interface Ingested {
  /** `left`: where it is, for the next time. */
  readonly record: ReceiptRecord | 'left';
  readonly problem?: string;
}

async function ingest(database: Database, message: IncomingMessage): Promise<Ingested> {
  const raw = await message.read();
  if ('problem' in raw)
    return raw.isFinal
      ? unreadable(database, digestOf(message.key), raw.problem)
      : { record: 'left', problem: raw.problem };
  const digest = digestOf(raw);
  const report = await readDeliveryStatus(raw);
  if (report.kind === 'unreadable') return unreadable(database, digest, report.problem);
  const { kind: _report, ...receipt } = report;
  const record = await recordReceipt(database, { digest, ...receipt });
  return record.outcome === 'unknown'
    ? { record, problem: `it is about message ${report.identity}, which is not in the ledger; it is kept` }
    : { record };
}

async function unreadable(database: Database, digest: string, problem: string): Promise<Ingested> {
  return { record: await recordUnreadable(database, { digest, problem }), problem };
}

function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
