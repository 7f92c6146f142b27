/**
 * How long an import of many tenants takes, how much memory it needs, and how long it then takes to find those that an
 * incident affects. Prints the figures; leaves nothing behind.
 *
 *     npx tsx scripts/bench/tenant-import.ts [number of tenants] [URL of a PostgreSQL, else one is started]
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import type { IdentifyAffectedTenantsInput } from '../../src/activities/identify-affected-tenants';
import { affectedTenantSets } from '../../src/adapters/postgres/affected-tenants';
import { type Database, openDatabase } from '../../src/adapters/postgres/database';
import { migrateToLatest } from '../../src/adapters/postgres/migrate';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import { exampleTenants } from '../generate-example-tenants';
import { endGracefully, startPostgres } from '../local/servers.mjs';

const tenantCount = Number(process.argv[2] ?? 100_000);

const incident: IdentifyAffectedTenantsInput = {
  incidentId: 'bench',
  version: 1,
  services: [{ service: 'github-oauth-tokens', regions: [] }],
  from: '2022-12-19T00:00:00.000Z',
  to: '2023-01-05T00:00:00.000Z',
  include: [],
  exclude: [],
  changed: [],
  everyFactChanged: false,
  reason: 'Measured',
};

async function main(): Promise<void> {
  const postgres = await startPostgres({ databaseUrl: process.argv[3] });
  const folder = await mkdtemp(join(tmpdir(), 'tenant-import-'));
  const stop = async () => {
    await rm(folder, { recursive: true, force: true });
    await postgres.stop();
  };
  const forget = endGracefully(stop);
  try {
    const file = join(folder, 'tenants.jsonl');
    await writeTenants(file);
    await withOwnDatabase(postgres.url, (database) => measure(database, file));
  } finally {
    forget();
    await stop();
  }
}

async function measure(database: Database, file: string): Promise<void> {
  console.log(`${tenantCount} tenants, ${cpus().length} cores, Node ${process.version}`);
  const first = await seconds(() => importTenants(database, file));
  console.log(`first import      ${first.seconds.toFixed(1)} s  ${JSON.stringify(first.result)}`);
  const second = await seconds(() => importTenants(database, file));
  console.log(`import once more  ${second.seconds.toFixed(1)} s  ${JSON.stringify(second.result)}`);
  const found = await seconds(() => affectedTenantSets(database).writeVersion(incident));
  console.log(`affected tenants  ${found.seconds.toFixed(1)} s  ${JSON.stringify(found.result)}`);
  console.log(`largest RSS       ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

async function withOwnDatabase(
  serverUrl: string,
  action: (database: Database) => Promise<void>,
): Promise<void> {
  const name = `tenant_import_bench_${process.pid}`;
  const server = openDatabase({ url: serverUrl, maxConnections: 1 });
  await sql`create database ${sql.id(name)}`.execute(server);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const database = openDatabase({ url: url.href });
  try {
    await migrateToLatest(database);
    await action(database);
  } finally {
    await database.destroy();
    await sql`drop database ${sql.id(name)} with (force)`.execute(server);
    await server.destroy();
  }
}

/** The example tenants again and again, each time under other ids. */
async function writeTenants(file: string): Promise<void> {
  const examples = exampleTenants();
  const stream = createWriteStream(file);
  for (let index = 0; index < tenantCount; index += 1) {
    const example = examples[index % examples.length];
    const line = `${JSON.stringify({ ...example, id: `bench-${index}` })}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

async function seconds<Result>(action: () => Promise<Result>): Promise<{ seconds: number; result: Result }> {
  const begun = performance.now();
  const result = await action();
  return { seconds: (performance.now() - begun) / 1000, result };
}

void main();
