/** `firebreak bounces`: reports of mail systems about notices, from a mailbox directory or standard input. */
import { Command, InvalidArgumentError } from 'commander';
import { messageFrom, messagesInMaildir } from '../adapters/bounces/bounce-sources';
import { ingestBounces, type BounceSummary } from '../adapters/bounces/ingest-bounces';
import type { Database } from '../adapters/postgres/database';
import {
  keptProblems,
  noteWoken,
  shardsToWake,
  type KeptProblem,
} from '../adapters/postgres/delivery-receipts';
import { withClient, withDatabase, type CliContext } from './context';

export function bouncesCommand(context: CliContext): Command {
  const bounces = new Command('bounces').description('what mail systems report about notices that have left');
  bounces
    .command('ingest <maildir>')
    .description('read reports from a mailbox directory, or one from standard input (-); twice does no harm')
    .action((maildir: string) => ingest(context, maildir));
  bounces
    .command('kept')
    .description('reports about messages that nobody knows, and what could not be read; the newest first')
    .option('--limit <reports>', 'reports at most', reportsAtMost, 100)
    .action(async ({ limit }: { readonly limit: number }) => {
      const kept = await withDatabase(context, (database) => keptProblems(database, limit));
      context.print(kept, kept.length === 0 ? 'Nothing is kept.' : kept.map(lineOf).join('\n'));
    });
  return bounces;
}

async function ingest(context: CliContext, maildir: string): Promise<void> {
  const messages = maildir === '-' ? [messageFrom(process.stdin)] : await messagesInMaildir(maildir);
  const { summary, woken } = await withDatabase(context, async (database) => ({
    summary: await ingestBounces(database, messages),
    woken: await wakeShards(context, database),
  }));
  context.print({ ...summary, woken }, [...summaryLines(summary, woken), ...summary.problems].join('\n'));
}

/** Whoever bounced has a next contact: the shard goes on, or begins again when it had ended. */
async function wakeShards(context: CliContext, database: Database): Promise<number> {
  const shards = await shardsToWake(database);
  if (shards.length === 0) return 0;
  await withClient(context, async (firebreak) => {
    for (const shard of shards) {
      await firebreak.wakeShard(shard);
      await noteWoken(database, shard);
    }
  });
  return shards.length;
}

function summaryLines({ messages, outcomes, known }: BounceSummary, woken: number): string[] {
  const told = (count: number, words: string) =>
    count === 0 ? [] : [`${count.toLocaleString('en')} ${words}`];
  const parts = [
    ...told(outcomes.applied, 'applied'),
    ...told(outcomes.unchanged, 'without anything new'),
    ...told(outcomes.early, 'kept until the acceptance is recorded'),
    ...told(outcomes.unknown, 'about messages that nobody knows, kept'),
    ...told(outcomes.unreadable, 'not a report that could be read'),
    ...told(known, 'here before'),
  ];
  const read = `${messages.toLocaleString('en')} ${messages === 1 ? 'message' : 'messages'} read`;
  const shards = `${String(woken)} ${woken === 1 ? 'shard goes' : 'shards go'} on with the next contacts.`;
  return [`${[read, ...parts].join('; ')}.`, ...(woken === 0 ? [] : [shards])];
}

function reportsAtMost(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new InvalidArgumentError('it is a whole number from 1 to 10,000');
  return limit;
}

function lineOf({ receivedAt, kind, identity, status, problem }: KeptProblem): string {
  const at = receivedAt.toISOString();
  if (problem !== null) return `${at}  not readable: ${problem}`;
  return `${at}  ${kind}${status === null ? '' : ` ${status}`}, of message ${identity ?? ''}, which nobody knows`;
}
