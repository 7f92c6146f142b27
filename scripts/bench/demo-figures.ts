/**
 * Plays the demo and tells what it took: time, memory and CPU of the worker, events in the histories. Linux only, for
 * memory and CPU are read from /proc.
 *
 *     node scripts/setup.mjs && npx tsx scripts/bench/demo-figures.ts
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { countsOf, historyOf } from './incident-cost/histories';

const projectDirectory = join(__dirname, '..', '..');
const ticksPerSecond = 100; // USER_HZ, which is 100 on every Linux that Node runs on

interface Demo {
  readonly process: ChildProcess;
  output(): string;
  hasEnded(): boolean;
}

async function main(): Promise<void> {
  const startedAtMs = performance.now();
  const demo = playDemo();
  try {
    await untilItSays(demo, 'Staying up:');
    const playedMs = performance.now() - startedAtMs;
    const worker = workerFigures(demo.process.pid);
    const events = await eventFigures(demo);
    const endingAtMs = performance.now();
    demo.process.kill('SIGINT');
    await once(demo.process, 'exit');
    tell({ playedMs, endingMs: performance.now() - endingAtMs, worker, events });
  } finally {
    if (!demo.hasEnded()) demo.process.kill('SIGTERM');
  }
}

function playDemo(): Demo {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', '--keep'], {
    cwd: projectDirectory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  return { process: child, output: () => output, hasEnded: () => child.exitCode !== null };
}

async function untilItSays(demo: Demo, text: string): Promise<void> {
  while (!demo.output().includes(text)) {
    if (demo.hasEnded()) throw new Error(`the demo ended early:\n${demo.output()}`);
    await sleep(100);
  }
}

// The worker

interface WorkerFigures {
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
}

/** The demo notes its servers in .cache/run, the worker among them. */
function workerFigures(demoProcessId: number | undefined): WorkerFigures {
  const folder = join(projectDirectory, '.cache', 'run');
  const records = readdirSync(folder)
    .filter((name) => name.startsWith('worker-') && name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RunRecord);
  const record = records.find(({ owner }) => owner.pid === demoProcessId);
  if (record === undefined) throw new Error('the demo has no worker');
  const proc = `/proc/${String(record.server.pid)}`;
  const peakKb = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1];
  const [userTicks = 0, systemTicks = 0] = readFileSync(`${proc}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return { peakRssMb: Number(peakKb) / 1024, cpuSeconds: (userTicks + systemTicks) / ticksPerSecond };
}

interface RunRecord {
  readonly owner: { readonly pid: number };
  readonly server: { readonly pid: number };
}

// The histories

interface EventFigures {
  readonly incident: Readonly<Record<string, number>>;
  readonly shards: number;
  readonly shardEvents: number;
  readonly tenants: number;
}

async function eventFigures(demo: Demo): Promise<EventFigures> {
  const address = /Temporal (127\.0\.0\.1:\d+)\./.exec(demo.output())?.[1];
  const workflowId = /durable workflow now: (\S+)\.\n/.exec(demo.output())?.[1];
  if (address === undefined || workflowId === undefined) throw new Error('the demo tells other things now');
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const incident = countsOf(await historyOf(client, workflowId));
    const shardIds: string[] = [];
    for await (const { workflowId: id } of client.workflow.list({ query: 'WorkflowType = "deliverNotices"' }))
      shardIds.push(id);
    const histories = await Promise.all(shardIds.map((id) => historyOf(client, id)));
    const shardEvents = histories.reduce((sum, history) => sum + history.length, 0);
    const status = await client.workflow
      .getHandle(workflowId)
      .query<{ notification: { tenants: number } }>('status');
    return { incident, shards: shardIds.length, shardEvents, tenants: status.notification.tenants };
  } finally {
    await connection.close();
  }
}

interface Figures {
  readonly playedMs: number;
  readonly endingMs: number;
  readonly worker: WorkerFigures;
  readonly events: EventFigures;
}

function tell({ playedMs, endingMs, worker, events }: Figures): void {
  const total = Object.values(events.incident).reduce((sum, count) => sum + count, 0);
  const perTenant = (events.shardEvents / events.tenants).toFixed(4);
  console.log(
    `${String(cpus().length)} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.version}`,
  );
  console.log(`demo, until the last line    ${(playedMs / 1000).toFixed(1)} s (target under 90)`);
  console.log(`until everything has ended   ${(endingMs / 1000).toFixed(1)} s`);
  console.log(`worker, largest RSS          ${worker.peakRssMb.toFixed(0)} MB`);
  console.log(`worker, CPU                  ${worker.cpuSeconds.toFixed(1)} s`);
  console.log(`incident, history events     ${String(total)} (target under 400)`);
  for (const [kind, count] of Object.entries(events.incident).sort((a, b) => b[1] - a[1]))
    console.log(`  ${kind.padEnd(40)} ${String(count)}`);
  console.log(
    `delivery, history events     ${String(events.shardEvents)} in ${String(events.shards)} shards`,
  );
  console.log(
    `  per tenant                 ${perTenant} of ${String(events.tenants)} tenants (target under 0.05)`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
