/** What a measurement runs on: Temporal, PostgreSQL, the relay that counts, and the compiled worker, each a process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { openDatabase, type Database } from '../../../src/adapters/postgres/database';
import { migrateToLatest } from '../../../src/adapters/postgres/migrate';
import { startPostgres, startTemporal, startWorker } from '../../local/servers.mjs';
import type { Ends } from '../ending';
import { serverPid, startHelper, type Helper } from './processes';
import type { SinkFigures } from './sink';
import { addTenants } from './tenants';

export interface Surroundings {
  readonly client: Client;
  readonly database: Database;
  readonly temporalAddress: string;
  readonly relay: Relay;
  readonly pids: Readonly<Record<'worker' | 'server' | 'database' | 'sink', number>>;
}

/** The sink, by what it is for. */
export interface Relay {
  readonly port: number;
  readonly pid: number;
  figures(): Promise<SinkFigures>;
  forget(): Promise<unknown>;
}

export const benchTaskQueue = 'delivery-bench';
export const sender = {
  name: 'Example Provider',
  address: 'security@provider.example',
  messageIdDomain: 'provider.example',
};

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };

export async function surroundings(ends: Ends, tenants: number): Promise<Surroundings> {
  const folder = mkdtempSync(join(tmpdir(), 'delivery-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const temporal = await startTemporal();
  ends.push(() => temporal.stop());
  const postgres = await startPostgres({ fsync: true });
  ends.push(() => postgres.stop());
  const database = openDatabase({ url: postgres.url, statementTimeoutMs: 30 * 60_000 });
  ends.push(() => database.destroy());
  await migrateToLatest(database);
  await addTenants(database, tenants);
  const relay = relayOf(await startHelper(ends, 'sink.ts'));
  const worker = await startWorker({
    logFile: join(folder, 'worker.log'),
    environment: {
      TEMPORAL_ADDRESS: temporal.address,
      DATABASE_URL: postgres.url,
      FIREBREAK_SMTP_URL: `smtp://127.0.0.1:${String(relay.port)}`,
      FIREBREAK_MAIL_FROM: sender.address,
      FIREBREAK_MAIL_FROM_NAME: sender.name,
      FIREBREAK_MESSAGE_ID_DOMAIN: sender.messageIdDomain,
      LOG_LEVEL: 'error',
    },
  });
  ends.push(() => worker.stop());
  await startBenchWorker(ends, temporal.address);
  const connection = await Connection.connect({ address: temporal.address });
  ends.push(() => connection.close());
  return {
    client: new Client({ connection }),
    database,
    temporalAddress: temporal.address,
    relay,
    pids: {
      worker: worker.pid,
      server: serverPid('temporal'),
      database: serverPid('postgres'),
      sink: relay.pid,
    },
  };
}

function relayOf(sink: Helper): Relay {
  return {
    port: (sink.greeting as { readonly port: number }).port,
    pid: sink.pid,
    figures: async () => (await sink.ask('figures')) as SinkFigures,
    forget: () => sink.ask('reset'),
  };
}

/** Runs the workflow that stands for the incident; its activities and shards run on the worker that is measured. */
async function startBenchWorker(ends: Ends, address: string): Promise<void> {
  Runtime.install({ logger: quiet });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: benchTaskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: require.resolve('./workflows'),
      logger: quiet,
    }),
  });
  const running = worker.run();
  ends.push(async () => {
    worker.shutdown();
    await running;
    await connection.close();
  });
}
