/**
 * Loads a file of tenants into the directory, all or nothing: one transaction, filled in batches, given up at the
 * first problem while the rest of the file is still checked, so that one run names many problems.
 */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { sql, type Transaction } from 'kysely';
import { InputProblem } from '../../contract/input-problem';
import {
  contactIds,
  type ImportedTenant,
  type TenantImportProblem,
  type TenantImportResult,
} from '../../contract/tenant-import';
import { readTenantFile } from '../tenant-files';
import type { Database, Tables } from './database';

/** The file was not taken; the directory is as it was before. */
export class TenantImportRefused extends InputProblem {
  override readonly name = 'TenantImportRefused';
  /** By line. */
  override readonly problems: readonly TenantImportProblem[];

  /** @param isComplete false when reading stopped because there were too many problems. */
  constructor(
    problems: readonly TenantImportProblem[],
    readonly isComplete: boolean,
  ) {
    const inOrder = [...problems].sort((left, right) => left.line - right.line);
    const count = `${isComplete ? '' : 'at least '}${problems.length} problem${problems.length === 1 ? '' : 's'}`;
    super(
      `Nothing was imported: ${count} in the file. First: ${inOrder.slice(0, 1).map(asText).join('')}`,
      'file',
    );
    this.problems = inOrder;
  }
}

export interface TenantImportProgress {
  readonly bytesRead: number;
  readonly totalBytes: number;
  readonly tenants: number;
}

export interface TenantImportOptions {
  /** Called after every batch. */
  readonly onProgress?: (progress: TenantImportProgress) => void;
}

/** How many problems are collected before the file is given up. */
export const maxProblems = 100;

const batchSize = 1000;

interface Line {
  readonly line: number;
  readonly tenant: ImportedTenant;
}

/**
 * Inserts the tenants of a file, and replaces those that are there already with all their contacts, services and
 * contracts. Tenants that the file does not name stay as they are. A bounce that was recorded for a contact is kept
 * as long as its address stays the same.
 *
 * @param file path of a .csv, .jsonl or .ndjson file, UTF-8.
 * @throws TenantImportRefused with up to 100 problems when anything in the file is wrong.
 * @throws InputProblem when the file cannot be read or is empty, or while another import is running.
 */
export async function importTenants(
  database: Database,
  file: string,
  { onProgress }: TenantImportOptions = {},
): Promise<TenantImportResult> {
  const totalBytes = await sizeOf(file);
  return database.transaction().execute(async (transaction) => {
    await prepare(transaction);
    const load = new TenantLoad(transaction, basename(file));
    for await (const { line, bytesRead, content } of readTenantFile(file)) {
      if ('problems' in content) load.refuse(line, content.problems);
      else if (await load.take({ line, tenant: content.tenant }))
        onProgress?.({ bytesRead, totalBytes, tenants: load.tenants });
      if (load.hasTooManyProblems) break;
    }
    const result = await load.finish();
    onProgress?.({ bytesRead: totalBytes, totalBytes, tenants: load.tenants });
    return result;
  });
}

/** What one import has seen and written so far. */
class TenantLoad {
  readonly #problems: TenantImportProblem[] = [];
  readonly #total = { inserted: 0, updated: 0, contacts: 0, services: 0, contracts: 0 };
  #batch: Line[] = [];
  tenants = 0;

  constructor(
    private readonly transaction: Transaction<Tables>,
    private readonly file: string,
  ) {}

  get hasTooManyProblems(): boolean {
    return this.#problems.length >= maxProblems;
  }

  refuse(line: number, problems: readonly { field: string; problem: string }[]): void {
    const room = maxProblems - this.#problems.length;
    this.#problems.push(...problems.slice(0, room).map((problem) => ({ file: this.file, line, ...problem })));
  }

  /** @returns true when a batch was written. */
  async take(line: Line): Promise<boolean> {
    this.#batch.push(line);
    this.tenants += 1;
    if (this.#batch.length < batchSize) return false;
    await this.#write();
    return true;
  }

  /** @throws TenantImportRefused, which makes the transaction roll back, when there was a problem. */
  async finish(): Promise<TenantImportResult> {
    await this.#write();
    if (this.#problems.length > 0) throw new TenantImportRefused(this.#problems, !this.hasTooManyProblems);
    if (this.tenants === 0) throw new InputProblem(`The file ${this.file} holds no tenant.`, 'file');
    await sql`analyze tenant, tenant_contact, tenant_service, tenant_contract`.execute(this.transaction);
    return this.#total;
  }

  async #write(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    const repeated = await noteIds(this.transaction, batch);
    for (const { line, first } of repeated)
      this.refuse(line, [{ field: 'id', problem: `names the same tenant as line ${first}` }]);
    if (this.#problems.length === 0) await this.#writeRows(batch.map(({ tenant }) => tenant));
  }

  async #writeRows(tenants: readonly ImportedTenant[]): Promise<void> {
    const inserted = await writeTenants(this.transaction, tenants);
    this.#total.inserted += inserted;
    this.#total.updated += tenants.length - inserted;
    this.#total.contacts += await writeContacts(this.transaction, tenants);
    this.#total.services += await writeServices(this.transaction, tenants);
    this.#total.contracts += await writeContracts(this.transaction, tenants);
  }
}

/** Opens it, because a file that exists may still be closed to us. */
async function sizeOf(file: string): Promise<number> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new InputProblem(`The file ${file} cannot be read${codeOf(cause)}.`, 'file');
  });
  try {
    const found = await handle.stat();
    if (found.isFile()) return found.size;
  } finally {
    await handle.close();
  }
  throw new InputProblem(`${file} is not a file.`, 'file');
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? `: ${String(cause.code)}` : '';
}

/** One import at a time; and a list of the ids seen, in the database so that memory stays bounded. */
async function prepare(transaction: Transaction<Tables>): Promise<void> {
  const { rows } = await sql<{ free: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('firebreak tenant import')) as free`.execute(transaction);
  if (rows[0]?.free !== true)
    throw new InputProblem('Another import of tenants is running; wait until it has ended and try again.');
  await sql`
    create temporary table imported_id (id text collate "C" primary key, line integer not null)
    on commit drop`.execute(transaction);
}

/** @returns the lines that name a tenant for the second time, with the line that named it first. */
async function noteIds(
  transaction: Transaction<Tables>,
  batch: readonly Line[],
): Promise<{ line: number; first: number }[]> {
  const lines = JSON.stringify(batch.map(({ line, tenant }) => ({ id: tenant.id, line })));
  const { rows } = await sql<{ line: number; first: number }>`
    with given as (select * from json_to_recordset(${lines}) as given (id text, line integer)),
         noted as (
           insert into imported_id select distinct on (id) id, line from given order by id, line
           on conflict do nothing returning id, line)
    select given.line, coalesce(noted.line, imported_id.line) as first
      from given left join noted using (id) left join imported_id using (id)
     where noted.line is distinct from given.line`.execute(transaction);
  return rows;
}

async function writeTenants(
  transaction: Transaction<Tables>,
  tenants: readonly ImportedTenant[],
): Promise<number> {
  const rows = tenants.map(({ timeZone, ...tenant }) => ({ ...tenant, time_zone: timeZone }));
  // A row version that replaced no other has no xmax.
  const { rows: written } = await sql<{ inserted: boolean }>`
    insert into tenant (id, name, country, subdivision, sector, time_zone, languages, facts)
    select * from json_to_recordset(${JSON.stringify(rows)}) as given
      (id text, name text, country text, subdivision text, sector text, time_zone text, languages text[], facts jsonb)
    on conflict (id) do update set
      name = excluded.name, country = excluded.country, subdivision = excluded.subdivision,
      sector = excluded.sector, time_zone = excluded.time_zone, languages = excluded.languages, facts = excluded.facts
    returning xmax = 0 as inserted`.execute(transaction);
  return written.filter(({ inserted }) => inserted).length;
}

async function writeContacts(
  transaction: Transaction<Tables>,
  tenants: readonly ImportedTenant[],
): Promise<number> {
  const rows = tenants.flatMap(({ id, contacts }) => {
    const ids = contactIds(contacts);
    return contacts.map((contact, index) => ({
      tenant_id: id,
      contact_id: ids[index],
      kind: contact.kind,
      ...(contact.kind === 'webhook'
        ? { url: contact.url, secret_name: contact.secret }
        : { email: contact.email }),
      verified_at: contact.verifiedAt,
      bounced_at: contact.bouncedAt,
    }));
  });
  const given = sql`json_to_recordset(${JSON.stringify(rows)}) as given
    (tenant_id text, contact_id text, kind text, email text, url text, secret_name text, verified_at timestamptz,
     bounced_at timestamptz)`;
  await sql`
    delete from tenant_contact
     where tenant_id = any(${tenants.map(({ id }) => id)})
       and (tenant_id, contact_id) not in (select tenant_id, contact_id from ${given})`.execute(transaction);
  await sql`
    insert into tenant_contact (tenant_id, contact_id, kind, email, url, secret_name, verified_at, bounced_at)
    select * from ${given}
    on conflict (tenant_id, contact_id) do update set
      kind = excluded.kind, email = excluded.email, url = excluded.url, secret_name = excluded.secret_name,
      verified_at = excluded.verified_at,
      bounced_at = coalesce(excluded.bounced_at,
        case when coalesce(tenant_contact.email, tenant_contact.url) = coalesce(excluded.email, excluded.url)
             then tenant_contact.bounced_at end)`.execute(transaction);
  return rows.length;
}

async function writeServices(
  transaction: Transaction<Tables>,
  tenants: readonly ImportedTenant[],
): Promise<number> {
  const rows = tenants.flatMap(({ id, services }) =>
    services.map(({ service, region, usedFrom, usedTo }) => ({
      tenant_id: id,
      service,
      region,
      used_from: usedFrom,
      used_to: usedTo,
    })),
  );
  await sql`delete from tenant_service where tenant_id = any(${tenants.map(({ id }) => id)})`.execute(
    transaction,
  );
  await sql`
    insert into tenant_service (tenant_id, service, region, used_from, used_to)
    select * from json_to_recordset(${JSON.stringify(rows)}) as given
      (tenant_id text, service text, region text, used_from timestamptz, used_to timestamptz)`.execute(
    transaction,
  );
  return rows.length;
}

async function writeContracts(
  transaction: Transaction<Tables>,
  tenants: readonly ImportedTenant[],
): Promise<number> {
  const rows = tenants.flatMap(({ id, contracts }) =>
    contracts.map(({ id: contractId, hours, anchor, clause }) => ({
      tenant_id: id,
      contract_id: contractId,
      hours,
      anchor,
      clause,
    })),
  );
  await sql`delete from tenant_contract where tenant_id = any(${tenants.map(({ id }) => id)})`.execute(
    transaction,
  );
  await sql`
    insert into tenant_contract (tenant_id, contract_id, hours, anchor, clause)
    select * from json_to_recordset(${JSON.stringify(rows)}) as given
      (tenant_id text, contract_id text, hours integer, anchor text, clause text)`.execute(transaction);
  return rows.length;
}

function asText({ file, line, field, problem }: TenantImportProblem): string {
  return `${file}:${line}: ${field === '' ? 'the line' : field} ${problem}.`;
}
