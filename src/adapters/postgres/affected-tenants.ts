/**
 * The versions of the tenants that an incident affects. Sets are made, compared and digested inside the database, so
 * that the number of tenants costs this process nothing.
 */
import { type ColumnType, type JSONColumnType, type RawBuilder, sql, type Transaction } from 'kysely';
import type {
  AffectedTenantSets,
  IdentifyAffectedTenantsInput,
  VersionRefusal,
} from '../../activities/identify-affected-tenants';
import type { TenantSetResult } from '../../domain/events';
import { fingerprintOf } from '../../domain/fingerprint';
import type { Database, Tables } from './database';

export interface AffectedTenantVersionTable {
  incident_id: string;
  version: number;
  /** SHA-256, see `digestOf`. */
  digest: string;
  /** Without the excluded ones. */
  tenant_count: number;
  added: number;
  removed: number;
  changed: number;
  excluded: number;
  /** Affected tenants without any contact. */
  unreachable: number;
  /** The request that the version was made from. */
  source: JSONColumnType<IdentifyAffectedTenantsInput>;
  created_at: ColumnType<Date, never, never>;
}

export interface AffectedTenantTable {
  incident_id: string;
  version: number;
  tenant_id: string;
  reason: string;
  /** A tenant that is excluded stays listed, with the reason. */
  excluded_reason: string | null;
  /** It was in an earlier version, and its facts changed with this one: a supplementary notice is due. */
  changed: boolean;
}

export interface AffectedTenantTables {
  affected_tenant_version: AffectedTenantVersionTable;
  affected_tenant: AffectedTenantTable;
}

interface Exposure {
  readonly service: string;
  /** Null for all regions. */
  readonly region: string | null;
}

type Counts = Omit<TenantSetResult, 'version' | 'digest'>;

export const affectedTenantSets = (database: Database): AffectedTenantSets => ({
  writeVersion: (input) =>
    database.transaction().execute((transaction) => writeVersion(transaction, withReasonsOnOneLine(input))),
});

async function writeVersion(
  transaction: Transaction<Tables>,
  input: IdentifyAffectedTenantsInput,
): Promise<{ kind: 'written'; result: TenantSetResult } | VersionRefusal> {
  await sql`set local statement_timeout = '10min'`.execute(transaction);
  await holdVersions(transaction, input.incidentId);
  const earlier = await storedVersion(transaction, input);
  if (earlier !== undefined) return earlier;
  if (!(await hasPreviousVersion(transaction, input))) return { kind: 'previous-version-missing' };
  const tenantIds = await unknownTenants(transaction, input);
  if (tenantIds.length > 0) return { kind: 'unknown-tenants', tenantIds };

  await writeTenants(transaction, input);
  const result = {
    version: input.version,
    ...(await countsOf(transaction, input)),
    digest: await digestOf(transaction, input),
  };
  await recordVersion(transaction, input, result);
  return { kind: 'written', result };
}

/** A retry that overtakes its first attempt waits here and then finds what that wrote. */
async function holdVersions(transaction: Transaction<Tables>, incidentId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${'affected tenants of ' + incidentId}, 0))`.execute(
    transaction,
  );
}

async function storedVersion(
  transaction: Transaction<Tables>,
  input: IdentifyAffectedTenantsInput,
): Promise<{ kind: 'written'; result: TenantSetResult } | { kind: 'version-conflict' } | undefined> {
  const stored = await transaction
    .selectFrom('affected_tenant_version')
    .selectAll()
    .where('incident_id', '=', input.incidentId)
    .where('version', '=', input.version)
    .executeTakeFirst();
  if (stored === undefined) return undefined;
  if (fingerprintOf(stored.source) !== fingerprintOf(input)) return { kind: 'version-conflict' };
  const { version, digest, tenant_count: tenants, added, removed, changed, excluded, unreachable } = stored;
  return {
    kind: 'written',
    result: { version, tenants, excluded, added, removed, changed, unreachable, digest },
  };
}

async function hasPreviousVersion(
  transaction: Transaction<Tables>,
  { incidentId, version }: IdentifyAffectedTenantsInput,
): Promise<boolean> {
  if (version === 1) return true;
  const previous = await transaction
    .selectFrom('affected_tenant_version')
    .select('version')
    .where('incident_id', '=', incidentId)
    .where('version', '=', version - 1)
    .executeTakeFirst();
  return previous !== undefined;
}

async function unknownTenants(
  transaction: Transaction<Tables>,
  { include, exclude }: IdentifyAffectedTenantsInput,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct named.id collate "C" as id
      from unnest(${[...include, ...exclude]}::text[]) as named (id)
     where not exists (select from tenant where tenant.id = named.id)
     order by 1`.execute(transaction);
  return rows.map(({ id }) => id);
}

// Users, included ids and the versions before are put under one another and grouped: a join would be planned without
// statistics of a table that has just grown, and then take hours for a million tenants.
async function writeTenants(
  transaction: Transaction<Tables>,
  input: IdentifyAffectedTenantsInput,
): Promise<void> {
  const { incidentId, version, include, exclude, changed, everyFactChanged, reason } = input;
  const excludedReason = input.excludeReason ?? reason;
  await sql`
    with mention as (
      select tenant_id, service || ' in ' || region as used, false as is_earlier from (${usesOf(input)}) uses
      union all
      select id, null, false from unnest(${include}::text[]) as included (id)
      union all
      select tenant_id, null, true from affected_tenant
       where incident_id = ${incidentId} and version < ${version} and excluded_reason is null
    )
    insert into affected_tenant (incident_id, version, tenant_id, reason, excluded_reason, changed)
    select ${incidentId}, ${version}, tenant_id,
           ${reason} || coalesce(' (used ' || string_agg(distinct used, ', ') || ')', ''),
           case when tenant_id = any(${exclude}::text[]) then ${excludedReason} end,
           bool_or(is_earlier)
             and tenant_id <> all(${exclude}::text[])
             and (${everyFactChanged} or tenant_id = any(${changed}::text[]))
      from mention
     group by tenant_id
    having not bool_and(is_earlier)`.execute(transaction);
}

/** Every use of one of the services while it was exposed: both spans are half open. */
function usesOf({ services, from, to }: IdentifyAffectedTenantsInput): RawBuilder<unknown> {
  const exposed = services.flatMap<Exposure>(({ service, regions }) =>
    regions.length === 0 ? [{ service, region: null }] : regions.map((region) => ({ service, region })),
  );
  return sql`
    select tenant_id, service, region
      from tenant_service
     where exists (
             select from json_to_recordset(${JSON.stringify(exposed)}) as exposed (service text, region text)
              where exposed.service = tenant_service.service
                and coalesce(exposed.region = tenant_service.region, true))
       and (${to ?? null}::timestamptz is null or used_from < ${to ?? null}::timestamptz)
       and (used_to is null or used_to > ${from}::timestamptz)`;
}

// One pass over both versions, and look-ups by key: plans that stay good while a table that has just grown by a
// million rows has no statistics yet.
async function countsOf(
  transaction: Transaction<Tables>,
  { incidentId, version }: IdentifyAffectedTenantsInput,
): Promise<Counts> {
  const { rows } = await sql<Counts>`
    with member as (
      select tenant_id,
             bool_or(version = ${version} and excluded_reason is null) as is_affected,
             bool_or(version = ${version} and excluded_reason is not null) as is_excluded,
             bool_or(version = ${version - 1} and excluded_reason is null) as was_affected,
             bool_or(version = ${version} and changed) as has_changed
        from affected_tenant
       where incident_id = ${incidentId} and version in (${version - 1}, ${version})
       group by tenant_id)
    select count(*) filter (where is_affected)::integer as tenants,
           count(*) filter (where is_excluded)::integer as excluded,
           count(*) filter (where is_affected and not was_affected)::integer as added,
           count(*) filter (where was_affected and not is_affected)::integer as removed,
           count(*) filter (where has_changed)::integer as changed,
           count(*) filter (where is_affected and not exists (
             select from tenant_contact where tenant_contact.tenant_id = member.tenant_id))::integer as unreachable
      from member`.execute(transaction);
  const [counts] = rows;
  if (counts === undefined) throw new Error('a count gave no row');
  return counts;
}

/**
 * SHA-256 that anybody with the list can make again. A tenant's hash is that of `id LF reason LF excluded reason`;
 * tenants fall into 256 buckets by the first byte of the SHA-256 of their id; a bucket's hash is that of its tenants'
 * hashes in the order of the ids (bytewise); the digest is that of the hashes of the buckets that are not empty, in
 * order. Buckets keep what is aggregated small for a million tenants.
 */
async function digestOf(
  transaction: Transaction<Tables>,
  { incidentId, version }: IdentifyAffectedTenantsInput,
): Promise<string> {
  const { rows } = await sql<{ digest: string }>`
    with hashed as (
      select tenant_id, get_byte(sha256(convert_to(tenant_id, 'UTF8')), 0) as bucket,
             sha256(convert_to(concat_ws(chr(10), tenant_id, reason, coalesce(excluded_reason, '')), 'UTF8')) as hash
        from affected_tenant where incident_id = ${incidentId} and version = ${version}),
    bucketed as (
      select bucket, sha256(string_agg(hash, ''::bytea order by tenant_id)) as hash from hashed group by bucket)
    select encode(sha256(coalesce(string_agg(hash, ''::bytea order by bucket), ''::bytea)), 'hex') as digest
      from bucketed`.execute(transaction);
  const [row] = rows;
  if (row === undefined) throw new Error('a digest gave no row');
  return row.digest;
}

async function recordVersion(
  transaction: Transaction<Tables>,
  input: IdentifyAffectedTenantsInput,
  { tenants, ...result }: TenantSetResult,
): Promise<void> {
  await transaction
    .insertInto('affected_tenant_version')
    .values({
      ...result,
      incident_id: input.incidentId,
      tenant_count: tenants,
      source: JSON.stringify(input),
    })
    .execute();
}

/** The digest separates its parts by line feeds, so a part must not hold one; nor can the database hold half characters. */
function withReasonsOnOneLine(input: IdentifyAffectedTenantsInput): IdentifyAffectedTenantsInput {
  const { reason, excludeReason } = input;
  return {
    ...input,
    reason: onOneLine(reason),
    ...(excludeReason === undefined ? {} : { excludeReason: onOneLine(excludeReason) }),
  };
}

function onOneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/\p{Cs}/gu, '\ufffd')
    .trim();
}
