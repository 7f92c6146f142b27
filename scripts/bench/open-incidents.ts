/**
 * How much memory open incidents take on one worker, and how soon each answers: so many incidents in the middle of their
 * work on a real development server, the worker of the compiled program in a process of its own, then a status query to
 * every one of them, twice. Linux only, for memory is read from /proc.
 *
 *     npm run bench:open-incidents -- [incidents, 1000] [cached workflows, 500] [NODE_OPTIONS of the worker]
 *
 * An incident that is not cached is replayed from its history for its answer.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Client, Connection } from '@temporalio/client';
import { openDatabase } from '../../src/adapters/postgres/database';
import { migrateToLatest } from '../../src/adapters/postgres/migrate';
import { Firebreak } from '../../src/client';
import { startPostgres, startTemporal, startWorker } from '../local/servers.mjs';
import { endingAll, type Ends } from './ending';
import { declaration, incidentInTheMiddle } from './open-incidents/story';

const incidents = Number(process.argv[2] ?? 1000);
const cached = Number(process.argv[3] ?? 500);
const nodeOptions = process.argv[4] ?? '';
const atOnce = 8;

interface Surroundings {
  readonly firebreak: Firebreak;
  readonly workerPid: number;
}

async function surroundings(ends: Ends): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'open-incidents-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const temporal = await startTemporal();
  ends.push(() => temporal.stop());
  const postgres = await startPostgres();
  ends.push(() => postgres.stop());
  const database = openDatabase({ url: postgres.url });
  await migrateToLatest(database);
  await database.destroy();
  const worker = await startWorker({
    role: 'incident',
    logFile: join(folder, 'worker.log'),
    environment: {
      TEMPORAL_ADDRESS: temporal.address,
      DATABASE_URL: postgres.url,
      FIREBREAK_MAX_CACHED_WORKFLOWS: String(cached),
      NODE_OPTIONS: nodeOptions,
    },
  });
  ends.push(() => worker.stop());
  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  return { firebreak: Firebreak.over(new Client({ connection })), workerPid: worker.pid };
}

async function measure({ firebreak, workerPid }: Surroundings): Promise<void> {
  const sayMemory = (when: string) => {
    console.log(`${when.padEnd(28)} worker RSS ${memoryOf(workerPid)}`);
  };
  const ids = Array.from({ length: incidents }, (_, index) => `open-${String(index + 1)}`);
  console.log(
    `${String(incidents)} open incidents, at most ${String(cached)} cached${nodeOptions === '' ? '' : `, NODE_OPTIONS=${nodeOptions}`}; ${String(cpus().length)} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.version}`,
  );
  await open(firebreak, 'warm-up');
  sayMemory('with one incident');
  await forEach(ids.slice(0, incidents / 2), (id) => open(firebreak, id));
  sayMemory(`with ${String(incidents / 2)}`);
  await forEach(ids.slice(incidents / 2), (id) => open(firebreak, id));
  sayMemory(`with ${String(incidents)}`);
  for (const round of ['first', 'second']) {
    const waitsMs: number[] = [];
    await forEach(ids, async (id) => waitsMs.push(await waitForStatus(firebreak, id)));
    console.log(`${`${round} query to every one`.padEnd(28)} ${spread(waitsMs)}`);
    sayMemory(`after the ${round} queries`);
  }
}

async function open(firebreak: Firebreak, incidentId: string): Promise<void> {
  await firebreak.declareIncident({ incidentId, ...declaration });
  await firebreak.tellTogether(incidentId, incidentInTheMiddle);
}

async function waitForStatus(firebreak: Firebreak, incidentId: string): Promise<number> {
  const begunMs = performance.now();
  await firebreak.status(incidentId);
  return performance.now() - begunMs;
}

async function forEach(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
  const left = [...ids];
  const actOnRest = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) await act(id);
  };
  await Promise.all(Array.from({ length: atOnce }, actOnRest));
}

function memoryOf(pid: number): string {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const megabytes = (field: string) =>
    (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024).toFixed(0);
  return `${megabytes('VmRSS')} MB, at its largest ${megabytes('VmHWM')} MB`;
}

function spread(waitsMs: readonly number[]): string {
  const sorted = [...waitsMs].sort((left, right) => left - right);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(0);
  return `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms`;
}

endingAll(async (ends) => measure(await surroundings(ends))).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
