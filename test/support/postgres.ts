// A database of its own for every test that wants one, on the PostgreSQL of the run. The first one is migrated and kept
// as a template; the others are copies of it, which takes a tenth of a second.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { openDatabase } from '../../src/adapters/postgres/database';
import type { Database } from '../../src/adapters/postgres/database';
import { migrateToLatest } from '../../src/adapters/postgres/migrate';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** Closes the pool and drops the database, whoever else is still connected to it. */
  destroy(): Promise<void>;
}

/** A fresh database with all tables and no rows. */
export async function testDatabase(): Promise<TestDatabase> {
  const template = templateName();
  await asAdministrator(async (administrator) => {
    await ensureTemplate(administrator, template);
  });
  return createDatabase(`template ${template}`);
}

/** A fresh database without any table, for tests of migrating and of what happens without it. */
export async function emptyTestDatabase(): Promise<TestDatabase> {
  return createDatabase('template template0');
}

/** Drops whatever this run has left on a PostgreSQL that is not ours. */
export async function dropTestDatabases(): Promise<void> {
  await asAdministrator(async (administrator) => {
    const { rows } = await administrator.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [namePrefix()],
    );
    for (const { datname } of rows)
      await administrator.query(`drop database if exists ${datname} with (force)`);
  });
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `${namePrefix()}${randomBytes(6).toString('hex')}`;
  await asAdministrator((administrator) => administrator.query(`create database ${name} ${options}`));
  const url = urlOf(name);
  const database = openDatabase({ url });
  return {
    url,
    database,
    destroy: async () => {
      await database.destroy();
      await asAdministrator((administrator) =>
        administrator.query(`drop database if exists ${name} with (force)`),
      );
    },
  };
}

// Test files run in several processes: the lock lets one of them build the template, and the others wait. It gets its
// name only when it is complete, because a database with a connection cannot be copied.
async function ensureTemplate(administrator: Client, template: string): Promise<void> {
  await administrator.query('select pg_advisory_lock(hashtext($1))', [template]);
  try {
    const { rowCount } = await administrator.query('select 1 from pg_database where datname = $1', [
      template,
    ]);
    if (rowCount === 0) await buildTemplate(administrator, template);
  } finally {
    await administrator.query('select pg_advisory_unlock(hashtext($1))', [template]);
  }
}

async function buildTemplate(administrator: Client, template: string): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await administrator.query(`drop database if exists ${unfinished} with (force)`);
  await administrator.query(`create database ${unfinished} template template0`);
  const database = openDatabase({ url: urlOf(unfinished) });
  try {
    await migrateToLatest(database);
  } finally {
    await database.destroy();
  }
  await administrator.query(`alter database ${unfinished} rename to ${template}`);
}

async function asAdministrator<T>(action: (administrator: Client) => Promise<T>): Promise<T> {
  const administrator = new Client({ connectionString: serverUrl() });
  await administrator.connect();
  try {
    return await action(administrator);
  } finally {
    await administrator.end();
  }
}

function urlOf(databaseName: string): string {
  const url = new URL(serverUrl());
  url.pathname = `/${databaseName}`;
  return url.href;
}

function templateName(): string {
  return `${namePrefix()}template`;
}

// Two runs may share one PostgreSQL, and the second may bring newer migrations: nothing is shared between runs.
function namePrefix(): string {
  return `firebreak_test_${process.env['FIREBREAK_TEST_RUN'] ?? 'alone'}_`;
}

function serverUrl(): string {
  const url = process.env['FIREBREAK_TEST_POSTGRES_URL'];
  if (url === undefined) {
    throw new Error(
      'This test needs PostgreSQL, which Jest starts only for the folders listed in jest.config.cjs (withServers).',
    );
  }
  return url;
}
