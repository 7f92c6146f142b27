/** Opens the database only when it answers, and says in one sentence why it does not. */
import { sql } from 'kysely';
import { ToldInFull } from '../../contract/told-in-full';
import { openDatabase, type Database, type DatabaseOptions } from './database';

/** The message names where the database was looked for, never the password. */
export class DatabaseUnreachable extends ToldInFull {
  readonly type = 'DatabaseUnreachable';
  override readonly name = 'DatabaseUnreachable';
}

/** @throws DatabaseUnreachable after 10 seconds at the latest */
export async function openReachableDatabase(options: DatabaseOptions): Promise<Database> {
  const database = openDatabase(options);
  try {
    await sql`select 1`.execute(database);
    return database;
  } catch (cause) {
    await database.destroy();
    throw new DatabaseUnreachable(
      `PostgreSQL at ${placeOf(options.url)} cannot be used: ${reasonOf(cause)}, then try again`,
      { cause },
    );
  }
}

function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start it or correct DATABASE_URL',
  ENOTFOUND: 'the host is unknown; correct DATABASE_URL',
  EAI_AGAIN: 'the name of the host cannot be looked up; correct DATABASE_URL or the network',
  '28P01': 'it refuses the user or the password; correct DATABASE_URL',
  '28000': 'it does not let this user in; correct DATABASE_URL or its access rules',
  '3D000': 'it has no database of this name; create it or correct DATABASE_URL',
  '53300': 'it has no connection left; end some or raise max_connections',
  '57P03': 'it is still starting; wait a little',
};

function reasonOf(cause: unknown): string {
  const known = reasons[codeOf(cause) ?? ''];
  return known ?? `${cause instanceof Error ? cause.message : String(cause)}; check it and DATABASE_URL`;
}

/** Of an error of PostgreSQL or the network; with several addresses for a host, of the first that failed. */
function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : undefined;
}
