/**
 * What an incident costs a worker, against a bare workflow with the same messages, activities and timers.
 *
 *     npm run build && npx tsx scripts/bench/incident-cost.ts [incidents a round, 30] [pairs of rounds, 3]
 *
 * First the story is played once on the real thing and its answers are recorded. Then two worker processes run in turns
 * (A B A B …), both with activities that answer at once with what was recorded: what is compared is workflow code,
 * handlers, and what the SDK does for them. CPU is that of the worker process alone; the first pair is thrown away.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { publicKeyPemOf } from '../../src/adapters/approver-key-files';
import { approverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import { openDatabase, type Database } from '../../src/adapters/postgres/database';
import { migrateToLatest } from '../../src/adapters/postgres/migrate';
import { saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import { deliveryTaskQueue, deliveryWorkflowId, incidentTaskQueue } from '../../src/workflows/names';
import notice from '../../examples/notice.json';
import { startPostgres, startTemporal, startWorker } from '../local/servers.mjs';
import { endingAll, type Ends } from './ending';
import { startSmtpInbox } from '../local/smtp-inbox.mjs';
import type { BareInput } from './bare-workflow';
import type { CostOrder } from './cost-worker';
import { answersOf, countsOf, historyOf, type Answer, type EventCounts } from './incident-cost/histories';
import {
  approver,
  approverKeys,
  bareTaskQueues,
  playBare,
  playIncident,
  type Sent,
} from './incident-cost/players';
import { author } from './incident-cost/story';

const incidentsPerRound = Number(process.argv[2] ?? 30);
const pairs = Number(process.argv[3] ?? 3);
const atOnce = 4;
const projectDirectory = join(__dirname, '..', '..');

interface Recording {
  readonly sent: readonly Sent[];
  readonly answers: readonly Answer[];
  readonly shardAnswers: readonly Answer[];
  readonly counts: EventCounts;
  readonly shardCounts: EventCounts;
  readonly contentHash: string;
}

async function measure(ends: Ends): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'incident-cost-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const temporal = await startTemporal();
  ends.push(() => temporal.stop());
  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  const client = new Client({ connection });
  const recording = await record(client, temporal.address, folder);
  const workers = {
    incident: await costWorker(ends, folder, firebreakOrder(temporal.address, recording)),
    bare: await costWorker(ends, folder, bareOrder(temporal.address, recording)),
  };
  await sayWhatIsCompared(client, recording);
  await compare(client, recording, workers);
}

/** The story once, on the real thing. Everything it needs is gone afterwards, but for Temporal. */
async function record(client: Client, temporalAddress: string, folder: string): Promise<Recording> {
  const ends: Ends = [];
  try {
    const postgres = await startPostgres();
    ends.push(() => postgres.stop());
    const inbox = await startSmtpInbox();
    ends.push(() => inbox.stop());
    const database = openDatabase({ url: postgres.url });
    ends.push(() => database.destroy());
    const contentHash = await fill(database, 'recorded');
    const worker = await startWorker({
      logFile: join(folder, 'worker.log'),
      environment: {
        TEMPORAL_ADDRESS: temporalAddress,
        DATABASE_URL: postgres.url,
        FIREBREAK_SMTP_URL: `smtp://${inbox.host}:${String(inbox.port)}`,
      },
    });
    ends.push(() => worker.stop());
    return await recorded(client, contentHash);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function fill(database: Database, incidentId: string): Promise<string> {
  await migrateToLatest(database);
  await importTenants(database, join(projectDirectory, 'examples', 'tenants.jsonl'));
  const publicKeyPem = publicKeyPemOf(
    String(approverKeys.publicKey.export({ type: 'spki', format: 'pem' })),
    'key',
  );
  const key = { approverId: approver, roles: ['executive-incident-manager' as const], publicKeyPem };
  for (const enrolledBy of ['first', 'second'])
    await approverKeyStore(database).enroll({ ...key, enrolledBy });
  const { contentHash } = await saveNoticeDraft(database, incidentId, notice as never, author);
  return contentHash;
}

async function recorded(client: Client, contentHash: string): Promise<Recording> {
  const sent = await playIncident(client, 'recorded', contentHash);
  const history = await historyOf(client, 'incident/recorded');
  const shardHistory = await historyOf(client, deliveryWorkflowId('recorded', 'first-1.1', 0));
  return {
    sent,
    contentHash,
    answers: answersOf(history),
    shardAnswers: answersOf(shardHistory),
    counts: countsOf(history),
    shardCounts: countsOf(shardHistory),
  };
}

function answersByType(answers: readonly Answer[]): CostOrder['answers'] {
  const types = [...new Set(answers.map(({ type }) => type))];
  const valuesOf = (type: string) => answers.filter((each) => each.type === type).map(({ value }) => value);
  return Object.fromEntries(types.map((type) => [type, valuesOf(type)]));
}

function firebreakOrder(address: string, { answers, shardAnswers }: Recording): CostOrder {
  const taskQueues = [incidentTaskQueue, deliveryTaskQueue];
  return { kind: 'firebreak', address, taskQueues, answers: answersByType([...answers, ...shardAnswers]) };
}

function bareOrder(address: string, { answers, shardAnswers }: Recording): CostOrder {
  return {
    kind: 'bare',
    address,
    taskQueues: bareTaskQueues,
    answers: answersByType([...answers, ...shardAnswers]),
  };
}

function bareInput({ sent, answers, shardAnswers, counts, shardCounts }: Recording): BareInput {
  return {
    activities: answers.map(({ type }) => type),
    timers: counts['timerStarted'] ?? 0,
    messages: sent.filter(({ kind }) => kind !== 'query').length,
    shard: {
      activities: shardAnswers.map(({ type }) => type),
      reports: shardCounts['signalExternalWorkflowExecutionInitiated'] ?? 0,
    },
    shardTaskQueue: bareTaskQueues[1],
  };
}

// The measured processes

interface CostWorker {
  cpuMs(): Promise<number>;
}

async function costWorker(ends: Ends, folder: string, order: CostOrder): Promise<CostWorker> {
  const file = join(folder, `${order.kind}.json`);
  writeFileSync(file, JSON.stringify(order));
  const child = fork(join(__dirname, 'cost-worker.ts'), [file], { execArgv: ['--import', 'tsx'] });
  ends.push(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the ${order.kind} worker ended`)));
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  return { cpuMs: () => cpuMsOf(child) };
}

async function cpuMsOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [usage] = (await once(child, 'message')) as [{ user: number; system: number }];
  return (usage.user + usage.system) / 1000;
}

// Rounds

interface Round {
  readonly cpuMsPerIncident: number;
  readonly seconds: number;
}

let rounds = 0;

async function round(worker: CostWorker, play: (id: string) => Promise<unknown>): Promise<Round> {
  rounds += 1;
  const ids = Array.from({ length: incidentsPerRound }, (_, index) => `r${String(rounds)}-${String(index)}`);
  const startedAtMs = performance.now();
  const before = await worker.cpuMs();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) await play(id);
    }),
  );
  const cpuMs = (await worker.cpuMs()) - before;
  return { cpuMsPerIncident: cpuMs / incidentsPerRound, seconds: (performance.now() - startedAtMs) / 1000 };
}

async function compare(
  client: Client,
  recording: Recording,
  workers: { readonly incident: CostWorker; readonly bare: CostWorker },
): Promise<void> {
  const input = bareInput(recording);
  const ratios: number[] = [];
  console.log('pair  incident ms CPU  bare ms CPU  ratio  (seconds a round)');
  for (let pair = 0; pair <= pairs; pair += 1) {
    const incident = await round(workers.incident, (id) => playIncident(client, id, recording.contentHash));
    const bare = await round(workers.bare, (id) => playBare(client, `bare/${id}`, input, recording.sent));
    const ratio = incident.cpuMsPerIncident / bare.cpuMsPerIncident;
    if (pair > 0) ratios.push(ratio);
    const figures = [
      incident.cpuMsPerIncident.toFixed(1).padStart(15),
      bare.cpuMsPerIncident.toFixed(1).padStart(11),
    ];
    console.log(
      `${(pair === 0 ? 'warm' : String(pair)).padEnd(4)}  ${figures.join('  ')}  ${ratio.toFixed(2).padStart(5)}  (${incident.seconds.toFixed(1)}, ${bare.seconds.toFixed(1)})`,
    );
  }
  console.log(
    `median ratio ${median(ratios).toFixed(2)} (target at most 1.3), ${String(pairs)} pairs of ${String(incidentsPerRound)}`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Both sides have to do the same: here is what each history holds. */
async function sayWhatIsCompared(client: Client, recording: Recording): Promise<void> {
  await playBare(client, 'bare/counted', bareInput(recording), recording.sent);
  const bare = countsOf(await historyOf(client, 'bare/counted'));
  const total = (counts: EventCounts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(
    `${String(cpus().length)} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.version}; ${String(atOnce)} incidents at once`,
  );
  console.log('in the history             incident  bare');
  for (const [title, kind] of compared) console.log(row(title, recording.counts[kind] ?? 0, bare[kind] ?? 0));
  console.log(row('all events', total(recording.counts), total(bare)));
  const queries = recording.sent.filter(({ kind }) => kind === 'query').length;
  console.log(row('queries (not in history)', queries, queries));
}

const compared = [
  ['updates', 'workflowExecutionUpdateAccepted'],
  ['signals', 'workflowExecutionSignaled'],
  ['activities', 'activityTaskScheduled'],
  ['timers', 'timerStarted'],
  ['children', 'startChildWorkflowExecutionInitiated'],
  ['workflow tasks', 'workflowTaskCompleted'],
  ['attribute upserts', 'upsertWorkflowSearchAttributes'],
  ['memo and detail changes', 'workflowPropertiesModified'],
] as const;

function row(title: string, incident: number, bare: number): string {
  return `${title.padEnd(25)}  ${String(incident).padStart(8)}  ${String(bare).padStart(4)}`;
}

endingAll(measure).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
