/**
 * Where cases play: PostgreSQL, the time-skipping server, workers in this process whose mail ends in a folder, and two
 * people who sign with keys that are thrown away afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { startPostgres } from '../local/servers.mjs';
import { timeSkippingEnvironment } from '../local/time-skipping';
import { bundledWorkflows, payloadConverterPath } from '../local/workflow-bundle';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { openDatabase, type Database } from '../../src/adapters/postgres/database';
import { migrateToLatest } from '../../src/adapters/postgres/migrate';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import { readConfig, type Config } from '../../src/config';
import type { RulePack } from '../../src/contract/rule-pack';
import type { HolidaySource } from '../../src/domain/clocks-calendars';
import { drillWorkers } from '../../src/worker';
import { enrollSignatories, type Signatories } from './signatories';

export interface CaseStage {
  readonly temporal: Client;
  readonly database: Database;
  readonly signatories: Signatories;
  /** The rules that the workers use. */
  readonly pack: RulePack;
  readonly holidays: HolidaySource;
  /** What the notices of the drills became, a file a message. */
  readonly mailbox: string;
  /** What the server's clock says. */
  nowMs(): Promise<number>;
  /** Lets time pass for everything on the stage. */
  pass(durationMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param databaseUrl a PostgreSQL to use; without one a fresh one is started */
export async function setCaseStage(databaseUrl?: string): Promise<CaseStage> {
  const ends: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await Promise.resolve(end()).catch(() => undefined);
  };
  try {
    return await raise(databaseUrl, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function raise(
  databaseUrl: string | undefined,
  ends: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<CaseStage> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-case-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const [url, environment] = await Promise.all([postgresUrl(databaseUrl, ends), timeSkippingServer(ends)]);
  const database = openDatabase({ url });
  ends.push(() => database.destroy());
  await migrateToLatest(database);
  const config = configFor(url, folder);
  ends.push(await runWorkers(config, database, environment));
  const signatories = await enrollSignatories(database);
  ends.push(() => signatories.revokeAll());
  return {
    temporal: environment.client,
    database,
    signatories,
    pack: await loadRulePack(config.rulesDirectories),
    holidays: holidayCalendars(),
    mailbox: config.drillMailbox,
    nowMs: () => environment.currentTimeMs(),
    pass: (durationMs) => environment.sleep(durationMs),
    stop,
  };
}

async function postgresUrl(given: string | undefined, ends: (() => unknown)[]): Promise<string> {
  const postgres = await startPostgres({ databaseUrl: given });
  ends.push(() => postgres.stop());
  return postgres.url;
}

async function timeSkippingServer(ends: (() => unknown)[]): Promise<TestWorkflowEnvironment> {
  const environment = await timeSkippingEnvironment();
  ends.push(() => environment.teardown());
  return environment;
}

/** Of the surroundings of whoever runs it, nothing but the rules is taken: a case plays the same everywhere. */
function configFor(databaseUrl: string, folder: string): Config {
  const rules = process.env['FIREBREAK_RULES'];
  return readConfig({
    DATABASE_URL: databaseUrl,
    FIREBREAK_DRILL_MAILBOX: join(folder, 'drill-mailbox'),
    ...(rules !== undefined && { FIREBREAK_RULES: rules }),
  });
}

/** @returns how to end them */
async function runWorkers(
  config: Config,
  database: Database,
  { nativeConnection }: TestWorkflowEnvironment,
): Promise<() => Promise<void>> {
  const workers = await drillWorkers(config, database, nativeConnection, {
    workflowBundle: await bundledWorkflows(),
    dataConverter: { payloadConverterPath },
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}
