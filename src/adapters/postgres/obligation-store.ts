/**
 * The table of obligations: profiles of affected tenants out, obligations in. Everything is done in sets inside the
 * database; no tenant ever passes through this process.
 */
import { type ColumnType, type RawBuilder, type Transaction, sql } from 'kysely';
import type {
  CountedProfile,
  ObligationsToWrite,
  ObligationWriter,
  TenantProfiles,
  TenantSetRef,
} from '../../activities/look-up-obligations';
import type { Duty } from '../../contract/rule-pack';
import type { Instant } from '../../domain/instant';
import type { ClockState, Obligation, ObligationOutcome } from '../../domain/obligations';
import type { Database, Tables } from './database';

type Timestamp = ColumnType<Date, Instant, Instant>;
type OptionalTimestamp = ColumnType<Date | null, Instant | null | undefined, Instant | null>;

export interface ObligationTable {
  incident_id: string;
  /** '' for what the provider itself owes. */
  tenant_id: string;
  rule_id: string;
  stage: string;
  /** `superseded`: asked by an earlier evaluation and no longer. */
  outcome: ObligationOutcome | 'superseded';
  missing_fact: string | null;
  because: string;
  duty: Duty;
  recipient: string;
  anchor_kind: string | null;
  clock: ClockState;
  due_at: OptionalTimestamp;
  /** The other end of the range, where only the day or month of the anchor is known. */
  latest_due_at: OptionalTimestamp;
  /** Whether the due instant itself is still in time. */
  due_inclusive: boolean;
  /** Policy, never law. */
  soft_due_at: OptionalTimestamp;
  /** The arithmetic in words. */
  explain: string;
  channels: string[];
  required_content: string[];
  contact_kind: string | null;
  tenant_set_version: number;
  pack_version: string;
  pack_digest: string;
  evaluation: string;
  evaluated_at: Timestamp;
  met_at: OptionalTimestamp;
  /** What people said last before the due instant was allowed to become later. */
  due_decision: string | null;
}

export interface ObligationTables {
  obligation: ObligationTable;
}

type Connection = Database | Transaction<Tables>;

const TENANTS_PER_STATEMENT = 20_000;

export function obligationStore(database: Database): TenantProfiles & ObligationWriter {
  return {
    profilesOf: (set, factNames) => profilesOf(database, set, factNames),
    languagesOf: (set) => languagesOf(database, set),
    write: (obligations) => writeObligations(database, obligations),
  };
}

/** A tenant changed in the directory between evaluation and writing; the activity simply tries again. */
export class ProfilesChanged extends Error {
  override readonly name = 'ProfilesChanged';

  constructor(readonly tenants: number) {
    super(
      `${tenants} affected tenant(s) changed in the directory while their obligations were looked up; trying again`,
    );
  }
}

// Profiles

async function profilesOf(
  database: Database,
  set: TenantSetRef,
  factNames: readonly string[],
): Promise<CountedProfile[]> {
  const { rows } = await sql<CountedProfile>`
    select profile, count(*)::int as tenants
      from (${profiledTenants(set, factNames)}) as profiled
     group by profile
     order by profile`.execute(database);
  return rows;
}

/**
 * Every tenant of the version with the facts that rules read, as one jsonb value: equal values are one profile. A
 * tenant that has left the directory stays affected, with nothing known about it.
 */
function profiledTenants(
  { incidentId, tenantSetVersion }: TenantSetRef,
  factNames: readonly string[],
): RawBuilder<{ tenant_id: string; profile: unknown }> {
  return sql`
    select affected.tenant_id,
           jsonb_build_object(
             'country', tenant.country,
             'subdivision', tenant.subdivision,
             'sector', tenant.sector,
             'timeZone', coalesce(tenant.time_zone, 'UTC'),
             'facts', coalesce(
               (select jsonb_object_agg(fact.key, fact.value)
                  from jsonb_each(tenant.facts) as fact
                 where fact.key = any(${[...factNames]}::text[])), '{}'),
             'contracts', coalesce(
               (select jsonb_agg(distinct jsonb_build_object('hours', contract.hours, 'anchor', contract.anchor))
                  from tenant_contract as contract
                 where contract.tenant_id = affected.tenant_id), '[]')) as profile
      from affected_tenant as affected
      left join tenant on tenant.id = affected.tenant_id
     where affected.incident_id = ${incidentId}
       and affected.version = ${tenantSetVersion}
       and affected.excluded_reason is null`;
}

async function languagesOf(
  database: Database,
  { incidentId, tenantSetVersion }: TenantSetRef,
): Promise<string[]> {
  const { rows } = await sql<{ language: string }>`
    select tenant.languages[1] as language
      from affected_tenant as affected
      join tenant on tenant.id = affected.tenant_id
     where affected.incident_id = ${incidentId}
       and affected.version = ${tenantSetVersion}
       and affected.excluded_reason is null
       and tenant.languages[1] is not null
     group by 1
     order by count(*) desc, 1`.execute(database);
  return rows.map(({ language }) => language);
}

// Writing

async function writeObligations(database: Database, obligations: ObligationsToWrite): Promise<number> {
  await markFiled(database, obligations);
  for await (const range of tenantRanges(database, obligations))
    await writeRange(database, obligations, range);
  await writeOwn(database, obligations);
  await markFiled(database, obligations);
  await refuseUnknownProfiles(database, obligations);
  await setAsideTheRest(database, obligations);
  return countInForce(database, obligations.incidentId);
}

/** Tenants in (after, upTo]; everything beyond `after` when `upTo` is null. */
interface TenantRange {
  readonly after: string;
  readonly upTo: string | null;
}

async function* tenantRanges(
  database: Database,
  { incidentId, tenantSetVersion }: TenantSetRef,
): AsyncIterable<TenantRange> {
  let after = '';
  for (;;) {
    const last = await database
      .selectFrom('affected_tenant')
      .select('tenant_id')
      .where('incident_id', '=', incidentId)
      .where('version', '=', tenantSetVersion)
      .where('tenant_id', '>', after)
      .orderBy('tenant_id')
      .offset(TENANTS_PER_STATEMENT - 1)
      .limit(1)
      .executeTakeFirst();
    yield { after, upTo: last?.tenant_id ?? null };
    if (last === undefined) return;
    after = last.tenant_id;
  }
}

async function writeRange(
  database: Database,
  obligations: ObligationsToWrite,
  { after, upTo }: TenantRange,
): Promise<void> {
  const { incidentId, factNames, profiles } = obligations;
  const known = profiles.map(({ profile }, number) => ({ number, profile }));
  const asked = profiles.flatMap((each, number) =>
    each.obligations.map((obligation) => ({ number, ...columnsOf(obligation) })),
  );
  await sql`
    with known as materialized (
           select number, profile from jsonb_to_recordset(${JSON.stringify(known)}::jsonb) as known(number int, profile jsonb)),
         asked as materialized (${askedRows(asked)})
    insert into obligation (${columns})
    select ${incidentId}, profiled.tenant_id, ${values(obligations)}
      from (${profiledTenants(obligations, factNames)}
             and affected.tenant_id > ${after}
             and (${upTo}::text is null or affected.tenant_id <= ${upTo})) as profiled
      join known on known.profile = profiled.profile
      join asked on asked.number = known.number
    ${inPlace}`.execute(database);
}

async function writeOwn(database: Database, obligations: ObligationsToWrite): Promise<void> {
  const asked = obligations.own.map((obligation) => ({ number: 0, ...columnsOf(obligation) }));
  await sql`
    with asked as materialized (${askedRows(asked)})
    insert into obligation (${columns})
    select ${obligations.incidentId}, '', ${values(obligations)} from asked
    ${inPlace}`.execute(database);
}

/** Before anything is written, so that what was filed stays as it was; and after it, for what had no row yet. */
async function markFiled(database: Database, { incidentId, filed }: ObligationsToWrite): Promise<void> {
  if (filed.length === 0) return;
  await sql`
    update obligation set met_at = filed.at
      from jsonb_to_recordset(${JSON.stringify(filed)}::jsonb) as filed("ruleId" text, stage text, at timestamptz)
     where obligation.incident_id = ${incidentId} and obligation.tenant_id = '' and obligation.met_at is null
       and obligation.rule_id = filed."ruleId" and obligation.stage = filed.stage`.execute(database);
}

/** A tenant whose profile nobody evaluated would owe nothing in silence. */
async function refuseUnknownProfiles(database: Database, obligations: ObligationsToWrite): Promise<void> {
  const known = obligations.profiles.map(({ profile }) => profile);
  const { rows } = await sql<{ tenants: number }>`
    select count(*)::int as tenants
      from (${profiledTenants(obligations, obligations.factNames)}) as profiled
     where not exists (
       select from jsonb_array_elements(${JSON.stringify(known)}::jsonb) as known(profile)
        where known.profile = profiled.profile)`.execute(database);
  const tenants = rows[0]?.tenants ?? 0;
  if (tenants > 0) throw new ProfilesChanged(tenants);
}

/** What was met stays as it was; what nobody asks any more stays on record, out of force. */
async function setAsideTheRest(
  database: Database,
  { incidentId, evaluation, evaluatedAt }: ObligationsToWrite,
): Promise<void> {
  await database
    .updateTable('obligation')
    .set({ outcome: 'superseded', evaluation, evaluated_at: evaluatedAt })
    .where('incident_id', '=', incidentId)
    .where('evaluation', '!=', evaluation)
    .where('outcome', '!=', 'superseded')
    .where('met_at', 'is', null)
    .execute();
}

async function countInForce(database: Connection, incidentId: string): Promise<number> {
  const { count } = await database
    .selectFrom('obligation')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('incident_id', '=', incidentId)
    .where('outcome', '!=', 'superseded')
    .executeTakeFirstOrThrow();
  return Number(count);
}

// Columns

const columns = sql`
  incident_id, tenant_id, rule_id, stage, outcome, missing_fact, because, duty, recipient, anchor_kind, clock, due_at,
  latest_due_at, due_inclusive, soft_due_at, explain, channels, required_content, contact_kind, tenant_set_version,
  pack_version, pack_digest, evaluation, evaluated_at, due_decision`;

/** The columns after incident and tenant, from `asked`. */
function values(written: ObligationsToWrite): RawBuilder<unknown> {
  return sql`
    asked.rule_id, asked.stage, asked.outcome, asked.missing_fact, asked.because, asked.duty, asked.recipient,
    asked.anchor_kind, asked.clock, asked.due_at, asked.latest_due_at, asked.due_inclusive, asked.soft_due_at,
    asked.explain, asked.channels, asked.required_content, asked.contact_kind, ${written.tenantSetVersion}::int,
    ${written.packVersion}, ${written.packDigest}, ${written.evaluation}, ${written.evaluatedAt}::timestamptz,
    ${written.decision ?? null}::text`;
}

function askedRows(asked: readonly object[]): RawBuilder<unknown> {
  return sql`
    select * from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as asked(
      number int, rule_id text, stage text, outcome text, missing_fact text, because text, duty text, recipient text,
      anchor_kind text, clock text, due_at timestamptz, latest_due_at timestamptz, due_inclusive boolean,
      soft_due_at timestamptz, explain text, channels text[], required_content text[], contact_kind text)`;
}

/** Nobody has decided anything since that could make it due later: then it stays due when it was (invariant C7). */
const isDelayedSilently = sql`
  (excluded.due_decision is null and obligation.due_at is not null and obligation.outcome in ('applies', 'undecided')
   and excluded.outcome in ('applies', 'undecided')
   and (excluded.due_at is null or excluded.due_at > obligation.due_at))`;

/** The same duty is the same row: a re-evaluation changes what it says, never which it is. */
const inPlace = sql`
  on conflict (incident_id, tenant_id, rule_id, stage) do update set
    outcome = excluded.outcome, missing_fact = excluded.missing_fact, because = excluded.because,
    duty = excluded.duty, recipient = excluded.recipient, anchor_kind = excluded.anchor_kind, 
    clock = case when ${isDelayedSilently} then obligation.clock else excluded.clock end,
    due_at = case when ${isDelayedSilently} then obligation.due_at else excluded.due_at end,
    due_decision = coalesce(excluded.due_decision, obligation.due_decision), latest_due_at = excluded.latest_due_at, due_inclusive = excluded.due_inclusive,
    soft_due_at = excluded.soft_due_at, explain = case when ${isDelayedSilently} then obligation.explain else excluded.explain end, channels = excluded.channels,
    required_content = excluded.required_content, contact_kind = excluded.contact_kind,
    tenant_set_version = excluded.tenant_set_version, pack_version = excluded.pack_version,
    pack_digest = excluded.pack_digest, evaluation = excluded.evaluation, evaluated_at = excluded.evaluated_at
  where obligation.met_at is null and obligation.evaluation <> excluded.evaluation`;

function columnsOf(obligation: Obligation) {
  return {
    rule_id: obligation.ruleId,
    stage: obligation.stage,
    outcome: obligation.outcome,
    missing_fact: obligation.missingFact ?? null,
    because: obligation.because,
    duty: obligation.duty,
    recipient: obligation.recipient,
    anchor_kind: obligation.anchor ?? null,
    clock: obligation.clock,
    due_at: obligation.dueAt ?? null,
    latest_due_at: obligation.latestDueAt ?? null,
    due_inclusive: obligation.dueInclusive,
    soft_due_at: obligation.softDueAt ?? null,
    explain: obligation.explain,
    channels: obligation.channels,
    required_content: obligation.requiredContent,
    contact_kind: obligation.contactKind ?? null,
  };
}
