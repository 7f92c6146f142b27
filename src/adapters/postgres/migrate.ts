/**
 * Brings a database to the tables that this version of the program needs. Kysely's migrator holds an advisory lock
 * and one transaction, so any number of processes may do it at once and a failure leaves nothing half-done.
 */
import { Migrator } from 'kysely';
import type { Database } from './database';
import { migrations } from './migrations';

/** The program must not work on tables that are missing or old. */
export class DatabaseNotMigrated extends Error {
  override readonly name = 'DatabaseNotMigrated';

  constructor(readonly pending: readonly string[]) {
    super(
      `The database lacks ${pending.length} migration(s), from ${String(pending[0])} on. Run: firebreak migrate`,
    );
  }
}

/**
 * Applies what is missing, in order.
 * @returns the names of the migrations that this call applied; none when another process was first.
 */
export async function migrateToLatest(database: Database): Promise<{ applied: string[] }> {
  const { error, results = [] } = await migratorOf(database).migrateToLatest();
  if (error !== undefined)
    throw migrationFailure(error, results.find(({ status }) => status === 'Error')?.migrationName);
  return { applied: results.map(({ migrationName }) => migrationName) };
}

/** The names of the migrations that the database lacks, in order. Changes nothing. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const known = await migratorOf(database).getMigrations();
  return known.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
}

/** @throws DatabaseNotMigrated when a migration is pending. */
export async function assertMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0) throw new DatabaseNotMigrated(pending);
}

function migratorOf(database: Database): Migrator {
  return new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
}

function migrationFailure(cause: unknown, migrationName: string | undefined): Error {
  const where = migrationName === undefined ? '' : ` at ${migrationName}`;
  return new Error(`Migrating the database failed${where}; it is as it was before.`, { cause });
}
