/**
 * The register of process failures in PostgreSQL (S60): what incidents found wrong with how things are done, kept where
 * the end of an incident takes nothing away. A waiver that has run out opens a failure again, on its date.
 */
import { type ColumnType, type Selectable, sql } from 'kysely';
import type { KeepProcessRegisterInput, ProcessRegister } from '../../activities/keep-process-register';
import type { Instant } from '../../domain/instant';
import type { ProcessFailure } from '../../domain/process-register';
import type { Database } from './database';

export interface ProcessRegisterTable {
  incident_id: string;
  ref: string;
  mode: 'live' | 'drill';
  title: string;
  owner: string | null;
  priority: string | null;
  opened_at: ColumnType<Date, Instant, Instant>;
  state: ProcessFailure['state'];
  is_settled: boolean;
  waived_until: ColumnType<Date | null, Instant | null, Instant | null>;
  revision: number;
  changed_at: ColumnType<Date, Instant | undefined, unknown>;
}

export interface ProcessRegisterTables {
  process_register: ProcessRegisterTable;
}

/** A failure as the register tells it. */
export interface RegisteredFailure extends Omit<ProcessFailure, 'isSettled'> {
  readonly incidentId: string;
  readonly mode: 'live' | 'drill';
  /** By the clock of the database: a waiver that has run out settles nothing any more. */
  readonly isOpen: boolean;
  readonly changedAt: Instant;
}

export interface ProcessRegisterStore extends ProcessRegister {
  /** The open ones alone, or all; the oldest first. */
  list(which?: { readonly onlyOpen?: boolean }): Promise<RegisteredFailure[]>;
}

export function processRegister(database: Database): ProcessRegisterStore {
  return {
    keep: (state) => keep(database, state),
    list: ({ onlyOpen = false } = {}) => list(database, onlyOpen),
  };
}

async function keep(
  database: Database,
  { incidentId, mode, revision, failures }: KeepProcessRegisterInput,
): Promise<void> {
  if (failures.length === 0) return;
  const rows = failures.map((failure) => ({
    incident_id: incidentId,
    mode,
    revision,
    ref: failure.ref,
    title: failure.title,
    owner: failure.owner ?? null,
    priority: failure.priority ?? null,
    opened_at: failure.openedAt,
    state: failure.state,
    is_settled: failure.isSettled,
    waived_until: failure.waivedUntil ?? null,
  }));
  await database
    .insertInto('process_register')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['incident_id', 'ref'])
        .doUpdateSet((builder) => ({
          title: builder.ref('excluded.title'),
          owner: builder.ref('excluded.owner'),
          priority: builder.ref('excluded.priority'),
          state: builder.ref('excluded.state'),
          is_settled: builder.ref('excluded.is_settled'),
          waived_until: builder.ref('excluded.waived_until'),
          revision: builder.ref('excluded.revision'),
          changed_at: sql<Date>`now()`,
        }))
        .whereRef('process_register.revision', '<', 'excluded.revision'),
    )
    .execute();
}

const isOpen = sql<boolean>`not is_settled or coalesce(waived_until <= now(), false)`;

async function list(database: Database, onlyOpen: boolean): Promise<RegisteredFailure[]> {
  const rows = await database
    .selectFrom('process_register')
    .selectAll()
    .select(isOpen.as('is_open'))
    .$if(onlyOpen, (query) => query.where(isOpen))
    .orderBy('opened_at')
    .orderBy('incident_id')
    .orderBy('ref')
    .execute();
  return rows.map(failureOf);
}

function failureOf(row: Selectable<ProcessRegisterTable> & { is_open: boolean }): RegisteredFailure {
  return {
    incidentId: row.incident_id,
    mode: row.mode,
    ref: row.ref,
    title: row.title,
    openedAt: row.opened_at.toISOString(),
    state: row.state,
    isOpen: row.is_open,
    changedAt: row.changed_at.toISOString(),
    ...(row.owner !== null && { owner: row.owner }),
    ...(row.priority !== null && { priority: row.priority }),
    ...(row.waived_until !== null && { waivedUntil: row.waived_until.toISOString() }),
  };
}
