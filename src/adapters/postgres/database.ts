/**
 * The one way to PostgreSQL: a pool with its limits, and the types of all tables.
 * Each store owns the types of its own tables; this file only joins them.
 */
import { Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import type { TenantDirectoryTables } from './tenant-directory';
import type { AffectedTenantTables } from './affected-tenants';
import type { ObligationTables } from './obligation-store';
import type { NoticeTables } from './notice-store';
import type { DeliveryBrakeTables } from './delivery-brakes';
import type { DeliveryTables } from './delivery-ledger';
import type { DeliveryReceiptTables } from './delivery-receipts';
import type { DeliveryByHandTables } from './hand-settlements';
import type { ApproverKeyTables } from './approver-key-store';
import type { DashboardIssueTables } from './dashboard-issues';
import type { StatusPostDraftTables } from './status-post-store';
import type { ProcessRegisterTables } from './process-register';
import type { TemplateTables } from './template-store';

export interface Tables
  extends
    TenantDirectoryTables,
    AffectedTenantTables,
    ObligationTables,
    NoticeTables,
    TemplateTables,
    DeliveryTables,
    DeliveryReceiptTables,
    DeliveryByHandTables,
    DeliveryBrakeTables,
    ApproverKeyTables,
    StatusPostDraftTables,
    ProcessRegisterTables,
    DashboardIssueTables {}

export type Database = Kysely<Tables>;

export interface DatabaseOptions {
  /** PostgreSQL connection URL. */
  readonly url: string;
  readonly maxConnections?: number;
  /** Upper limit of one statement. */
  readonly statementTimeoutMs?: number;
  /** Called when an idle connection breaks; without a listener Node would end the process. */
  readonly onIdleError?: (error: Error) => void;
}

/** Opens a pool. The caller ends it with `database.destroy()`. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    connectionTimeoutMillis: 10_000,
    options: '-c timezone=UTC',
  });
  pool.on('error', options.onIdleError ?? (() => undefined));
  // One that breaks while it is borrowed, between two statements: the next of them fails, and that is told.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
