/**
 * The delivery ledger in PostgreSQL: campaigns and the state of every delivery. Work is done set-wise inside the
 * database; unique constraints keep a notice from reaching anybody twice. Leases of shards: delivery-shards.ts.
 */
import {
  type ColumnType,
  type Generated,
  type JSONColumnType,
  type RawBuilder,
  sql,
  type Transaction,
} from 'kysely';
import type {
  ArmedDelivery,
  DeliveryLedger,
  DueDelivery,
  SettledAttempt,
  WrittenState,
} from '../../activities/delivery-line';
import type { LedgerCounts } from '../../activities/count-deliveries';
import type { CampaignRef } from '../../activities/plan-deliveries';
import type { ShardProgress, ShardStatus } from '../../activities/send-page';
import type { ShardHold, ShardRef } from '../../activities/shard-lease';
import type { NoticeKind, NoticeStage } from '../../contract/messages';
import type { LanguageChoice } from '../../contract/notice-languages';
import type { ChannelsCountAs, FallbackStep } from '../../contract/policy';
import {
  noDeliveries,
  totalNameOf,
  type DeliveryChannel,
  type DeliveryPolicy,
  type DeliveryState,
} from '../../domain/delivery';
import type { DeliveryTotals } from '../../domain/events';
import type { Fingerprint } from '../../domain/fingerprint';
import type { Instant } from '../../domain/instant';
import type { Database, Tables } from './database';
import { eventsFrom, isOfCampaign, isOfShard, storable } from './delivery-sql';
import { planNextContacts } from './next-contacts';

type Timestamp = ColumnType<Date, Instant, Instant>;
type GeneratedTimestamp = ColumnType<Date, Instant | undefined, Instant>;

export interface DeliveryCampaignTable {
  incident_id: string;
  campaign_id: string;
  notice_id: string;
  revision: number;
  kind: NoticeStage;
  tenant_set_version: number;
  template_revision: Fingerprint;
  mode: 'live' | 'drill';
  shards: number;
  give_up_at: Timestamp;
  created_at: GeneratedTimestamp;
  repetition: Generated<number>;
  /** From the notice; null where nobody is asked. */
  acknowledge_within_hours: number | null;
  /** How its shards send, so that one can be started again long after its incident has ended. */
  policy: JSONColumnType<Partial<DeliveryPolicy>, string | undefined>;
  /** Of the policy when it was planned (contact-ladder.ts). */
  fallbacks: JSONColumnType<readonly FallbackStep[]>;
  channels_count_as: JSONColumnType<ChannelsCountAs>;
  /** So long each contact after the first is tried at least. */
  contact_window_minutes: Generated<number>;
}

export interface DeliveryShardTable {
  incident_id: string;
  campaign_id: string;
  shard: number;
  owner: string;
  /** bigint, as text. */
  fence: string;
  lease_until: Timestamp;
}

export interface DeliveryTable {
  /** bigint, as text. */
  delivery_id: Generated<string>;
  incident_id: string;
  campaign_id: string;
  shard: number;
  /** Of a repetition the id of its campaign, so that it counts as a notice of its own. */
  notice_id: string;
  /** What this tenant gets; by difference, not the kind of the notice. */
  notice_kind: NoticeKind;
  revision: number;
  tenant_id: string;
  /** Null when the tenant has no contact (left): the row is a person's task. */
  contact_id: string | null;
  channel: DeliveryChannel;
  /** Place on the tenant's ladder of contacts, from 0. */
  rung: number;
  /** A task for a person beside the delivery of this rung, for what its channel does not meet. */
  is_beside: Generated<boolean>;
  tenant_name: string;
  address: string | null;
  /** Of a webhook: under which name the delivery workers know its secret. */
  secret_name: string | null;
  language: string;
  /** The first of the tenant's languages; null when it names none. */
  wanted_language: string | null;
  language_choice: LanguageChoice | null;
  planned_at: GeneratedTimestamp;
  state: DeliveryState;
  reason: string | null;
  due_at: GeneratedTimestamp;
  give_up_at: Timestamp;
  attempts: Generated<number>;
  deferrals: Generated<number>;
  doubts: Generated<number>;
  possible_duplicate: Generated<boolean>;
  owner: string | null;
  fence: Generated<string>;
  message_id: string | null;
  body_hash: string | null;
  reply_code: number | null;
  reply: string | null;
  queue_id: string | null;
  changed_at: GeneratedTimestamp;
  /** When the last attempt was armed. */
  armed_at: Timestamp | null;
  /** By what a doubt was settled, until the next attempt. */
  evidence: string | null;
  /** Until then an acknowledgement is waited for. */
  acknowledge_by: ColumnType<Date | null, Instant | null | undefined, Instant | null>;
  /** An earlier contact was told and did not acknowledge. */
  after_silence: Generated<boolean>;
}

/** The reason of a doubt that waits for a person. */
export const doubtHeld = 'held';

/** Every change of state since the delivery was planned; rows are only ever added. */
export interface DeliveryEventTable {
  delivery_id: string;
  at: GeneratedTimestamp;
  attempt: number;
  fence: string;
  state: DeliveryState;
  reason: string | null;
  reply_code: number | null;
  possible_duplicate: boolean;
  evidence: string | null;
}

export interface DeliveryTables {
  delivery_campaign: DeliveryCampaignTable;
  delivery_shard: DeliveryShardTable;
  delivery: DeliveryTable;
  delivery_event: DeliveryEventTable;
}

export { eventsFrom, isOfShard } from './delivery-sql';

export const deliveryLedger = (database: Database): DeliveryLedger => ({
  endDeferrals: (hold) => endDeferrals(database, hold),
  due: (hold, limit) => dueDeliveries(database, hold, limit),
  arm: (hold, deliveries) => arm(database, hold, deliveries),
  settle: (hold, attempts) =>
    attempts.some(({ settlement }) => settlement.state === 'refused')
      ? settleRefusals(database, hold, attempts)
      : writeSettlements(database, hold, attempts),
});

export const shardStatus = (database: Database): ShardStatus => ({
  progress: (shard) => shardProgress(database, shard),
});

export const ledgerCounts = (database: Database): LedgerCounts => ({
  count: async (campaign, shards) => {
    if (!(await hasCampaign(database, campaign))) return undefined;
    const counts = await stateCounts(database, campaign);
    const asked = await askedToAcknowledge(database, isOfCampaign(campaign));
    const of = <Row extends { readonly shard: number }>(rows: readonly Row[], shard: number) =>
      rows.filter((row) => row.shard === shard);
    return Array.from({ length: shards }, (_, shard) => totalsOf(of(counts, shard), of(asked, shard)));
  },
});

// Due and armed

async function dueDeliveries(database: Database, shard: ShardRef, limit: number): Promise<DueDelivery[]> {
  const dueWhere = (condition: RawBuilder<unknown>) => sql`
    (select * from delivery
      where ${isOfShard(shard)} and ${condition} and due_at <= now()
      order by delivery_id limit ${limit})`;
  // Last those that may have arrived already: whoever has surely got nothing goes first.
  const turns = [
    sql`state = 'planned' and doubts = 0`,
    sql`state = 'deferred'`,
    sql`state = 'planned' and doubts > 0`,
  ];
  const { rows } = await sql<DueRow>`
    select delivery_id as "deliveryId", incident_id as "incidentId", notice_id as "noticeId", notice_kind as kind,
           revision, tenant_id as "tenantId", contact_id as "contactId", channel, tenant_name as "tenantName",
           address, secret_name as "secretName", language, planned_at as "plannedAt", give_up_at as "giveUpAt",
           deferrals, doubts,
           case when doubts > 0 then body_hash end as "earlierBodyHash"
      from (${sql.join(turns.map(dueWhere), sql` union all `)}) waiting
     limit ${limit}`.execute(database);
  return rows.map(dueDelivery);
}

async function endDeferrals(database: Database, hold: ShardHold): Promise<void> {
  await sql`
    update delivery set due_at = now(), changed_at = now()
     where ${isOfShard(hold)} and state = 'deferred' and due_at > now()
       and exists (
             select from delivery_shard
              where ${isOfShard(hold)} and owner = ${hold.owner} and fence = ${hold.fence} and lease_until > now())`.execute(
    database,
  );
}

type DueRow = Omit<DueDelivery, 'plannedAt' | 'giveUpAt' | 'secretName' | 'earlierBodyHash'> & {
  readonly plannedAt: Date;
  readonly giveUpAt: Date;
  readonly secretName: string | null;
  readonly earlierBodyHash: string | null;
};

function dueDelivery({ plannedAt, giveUpAt, secretName, earlierBodyHash, ...row }: DueRow): DueDelivery {
  return {
    ...row,
    plannedAt: plannedAt.toISOString(),
    giveUpAt: giveUpAt.toISOString(),
    ...(secretName === null ? {} : { secretName }),
    ...(earlierBodyHash === null ? {} : { earlierBodyHash }),
  };
}

async function arm(
  database: Database,
  hold: ShardHold,
  deliveries: readonly ArmedDelivery[],
): Promise<ReadonlySet<string>> {
  // The lock on the shard's row makes arming and a change of hands exclude each other: either the new holder finds
  // these rows as `sending`, or nothing is armed.
  const { rows } = await sql<{ deliveryId: string }>`
    with lease as (
      select from delivery_shard
       where ${isOfShard(hold)} and owner = ${hold.owner} and fence = ${hold.fence} and lease_until > now()
         for share)
    update delivery
       set state = 'sending', reason = null, owner = ${hold.owner}, fence = ${hold.fence}, attempts = attempts + 1,
           message_id = armed.message_id, body_hash = armed.body_hash, evidence = null, armed_at = now(),
           changed_at = now()
      from unnest(${deliveries.map(({ deliveryId }) => deliveryId)}::bigint[],
                  ${deliveries.map(({ messageId }) => messageId ?? null)}::text[],
                  ${deliveries.map(({ bodyHash }) => bodyHash ?? null)}::text[])
           as armed (delivery_id, message_id, body_hash)
     where delivery.delivery_id = armed.delivery_id and state in ('planned', 'deferred')
       and exists (select from lease)
       and not exists (select from delivery_brake where incident_id = ${hold.incidentId} and is_held)
    returning delivery.delivery_id as "deliveryId"`.execute(database);
  return new Set(rows.map(({ deliveryId }) => deliveryId));
}

// Settled

function settleRefusals(
  database: Database,
  hold: ShardHold,
  attempts: readonly SettledAttempt[],
): Promise<WrittenState[]> {
  return database.transaction().execute(async (transaction) => {
    const written = await writeSettlements(transaction, hold, attempts);
    const refused = written.filter(({ state }) => state === 'refused').map(({ deliveryId }) => deliveryId);
    if (refused.length > 0) await planNextContacts(transaction, refused);
    return written;
  });
}

async function writeSettlements(
  database: Database | Transaction<Tables>,
  hold: ShardHold,
  attempts: readonly SettledAttempt[],
): Promise<WrittenState[]> {
  const settlements = attempts.map(({ settlement }) => settlement);
  const { rows } = await sql<WrittenState>`
    with settled as (
      update delivery
         set state = came.state, reason = came.reason, owner = null, changed_at = now(),
             due_at = now() + coalesce(came.wait_ms, 0) * interval '1 millisecond',
             deferrals = deferrals + coalesce(came.reason in ('recipient-deferred', 'content-refused'), false)::integer,
             doubts = doubts + (came.state = 'in-doubt')::integer,
             reply_code = came.reply_code, reply = came.reply, queue_id = came.queue_id
        from unnest(${attempts.map(({ deliveryId }) => deliveryId)}::bigint[],
                    ${settlements.map(({ state }) => state)}::text[],
                    ${settlements.map((one) => ('reason' in one ? one.reason : null))}::text[],
                    ${settlements.map((one) => ('waitMs' in one ? one.waitMs : null))}::double precision[],
                    ${attempts.map(({ replyCode }) => replyCode ?? null)}::integer[],
                    ${attempts.map(({ reply }) => storable(reply))}::text[],
                    ${attempts.map(({ queueId }) => storable(queueId))}::text[])
             as came (delivery_id, state, reason, wait_ms, reply_code, reply, queue_id)
       where delivery.delivery_id = came.delivery_id and delivery.state = 'sending'
         and delivery.owner = ${hold.owner} and delivery.fence = ${hold.fence}
      returning delivery.*)
    insert into delivery_event ${eventsFrom('settled')}
    returning delivery_id as "deliveryId", state`.execute(database);
  return rows;
}

// Progress

interface StateCount {
  readonly state: DeliveryState;
  readonly deliveries: number;
  readonly nextDueAt: Date | null;
}

/** What moves by itself. A doubt that is held waits for a person. */
const waitingStates: readonly DeliveryState[] = ['planned', 'deferred', 'in-doubt'];

export async function shardProgress(
  database: Database | Transaction<Tables>,
  shard: ShardRef,
): Promise<ShardProgress> {
  const { rows } = await sql<StateCount>`
    select state, count(*)::integer as deliveries,
           min(due_at) filter (where reason is distinct from ${doubtHeld}) as "nextDueAt"
      from delivery where ${isOfShard(shard)} group by state`.execute(database);
  const asked = await askedToAcknowledge(database, isOfShard(shard));
  const dueAt = [
    ...rows.filter(({ state }) => waitingStates.includes(state)).map(({ nextDueAt }) => nextDueAt),
    ...asked.map(({ nextDueAt }) => nextDueAt),
  ].flatMap((instant) => instant?.getTime() ?? []);
  return {
    totals: totalsOf(rows, asked),
    ...(dueAt.length === 0 ? {} : { nextDueAt: new Date(Math.min(...dueAt)).toISOString() }),
  };
}

type ShardCount = StateCount & { readonly shard: number };

/** Those who were told and are waited for, or told again by another contact; read from indexes that hold them alone. */
async function askedToAcknowledge(
  database: Database | Transaction<Tables>,
  among: RawBuilder<unknown>,
): Promise<ShardCount[]> {
  const { rows } = await sql<ShardCount>`
    select shard, state, count(*)::integer as deliveries, min(acknowledge_by) as "nextDueAt"
      from delivery where ${among} and acknowledge_by is not null group by shard, state
    union all
    select shard, state, count(*)::integer, null
      from delivery where ${among} and after_silence and state in ('planned', 'sending', 'deferred', 'in-doubt')
     group by shard, state`.execute(database);
  return rows;
}

async function hasCampaign(database: Database, { incidentId, campaignId }: CampaignRef): Promise<boolean> {
  const campaign = await database
    .selectFrom('delivery_campaign')
    .select('campaign_id')
    .where('incident_id', '=', incidentId)
    .where('campaign_id', '=', campaignId)
    .executeTakeFirst();
  return campaign !== undefined;
}

function stateCounts(
  database: Database,
  { incidentId, campaignId }: CampaignRef,
): Promise<(Pick<StateCount, 'state' | 'deliveries'> & { readonly shard: number })[]> {
  return database
    .selectFrom('delivery')
    .select(['shard', 'state', sql<number>`count(*)::integer`.as('deliveries')])
    .where('incident_id', '=', incidentId)
    .where('campaign_id', '=', campaignId)
    .groupBy(['shard', 'state'])
    .execute();
}

type CountedState = Pick<StateCount, 'state' | 'deliveries'>;

function totalsOf(rows: readonly CountedState[], asked: readonly CountedState[]): DeliveryTotals {
  const count = (counted: readonly CountedState[], state: DeliveryState) =>
    counted.filter((row) => row.state === state).reduce((sum, { deliveries }) => sum + deliveries, 0);
  const states = Object.keys(totalNameOf) as DeliveryState[];
  const byState = states.map(
    (state) => [totalNameOf[state], count(rows, state) - count(asked, state)] as const,
  );
  const unacknowledged = asked.reduce((sum, { deliveries }) => sum + deliveries, 0);
  return { ...noDeliveries, ...Object.fromEntries(byState), unacknowledged };
}
