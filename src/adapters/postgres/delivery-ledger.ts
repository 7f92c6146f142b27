/**
 * The delivery ledger in PostgreSQL: campaigns and the state of every delivery. Work is done set-wise inside the
 * database; unique constraints keep a notice from reaching anybody twice. Leases of shards: delivery-shards.ts.
 */
import { type ColumnType, type Generated, type RawBuilder, sql, type Transaction } from 'kysely';
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
import {
  totalNameOf,
  type DeliveryChannel,
  type DeliveryPolicy,
  type DeliveryState,
} from '../../domain/delivery';
import type { DeliveryTotals } from '../../domain/events';
import type { Fingerprint } from '../../domain/fingerprint';
import type { Instant } from '../../domain/instant';
import type { Database, Tables } from './database';
import { contactLadder } from './tenant-directory';

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
  tenant_name: string;
  address: string | null;
  language: string;
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
}

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
}

export interface DeliveryTables {
  delivery_campaign: DeliveryCampaignTable;
  delivery_shard: DeliveryShardTable;
  delivery: DeliveryTable;
  delivery_event: DeliveryEventTable;
}

export const deliveryLedger = (database: Database): DeliveryLedger => ({
  endDeferrals: (hold) => endDeferrals(database, hold),
  due: (hold, limit, inDoubt) => dueDeliveries(database, hold, limit, inDoubt),
  arm: (hold, deliveries) => arm(database, hold, deliveries),
  settle: (hold, attempts) =>
    database.transaction().execute(async (transaction) => {
      const written = await writeSettlements(transaction, hold, attempts);
      const refused = written.filter(({ state }) => state === 'refused').map(({ deliveryId }) => deliveryId);
      if (refused.length > 0) await planNextContacts(transaction, refused);
      return written;
    }),
});

export const shardStatus = (database: Database): ShardStatus => ({
  progress: (shard, inDoubt) => shardProgress(database, shard, inDoubt),
});

export const ledgerCounts = (database: Database): LedgerCounts => ({
  count: async (campaign, shards) => {
    if (!(await hasCampaign(database, campaign))) return undefined;
    const counts = await stateCounts(database, campaign);
    return Array.from({ length: shards }, (_, shard) =>
      totalsOf(counts.filter((row) => row.shard === shard)),
    );
  },
});

// Due and armed

async function dueDeliveries(
  database: Database,
  shard: ShardRef,
  limit: number,
  inDoubt: DeliveryPolicy['inDoubt'],
): Promise<DueDelivery[]> {
  const sendable: readonly DeliveryState[] = ['planned', 'deferred', ...sendableDoubts(inDoubt)];
  const dueIn = (state: DeliveryState) => sql`
    (select * from delivery
      where ${isOfShard(shard)} and state = ${state} and due_at <= now()
      order by delivery_id limit ${limit})`;
  const { rows } = await sql<DueRow>`
    select delivery_id as "deliveryId", incident_id as "incidentId", notice_id as "noticeId", notice_kind as kind,
           revision, tenant_id as "tenantId", contact_id as "contactId", channel, tenant_name as "tenantName",
           address, language, planned_at as "plannedAt", give_up_at as "giveUpAt", deferrals, doubts,
           case when possible_duplicate or state = 'in-doubt' then body_hash end as "earlierBodyHash"
      from (${sql.join(sendable.map(dueIn), sql` union all `)}) waiting
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

type DueRow = Omit<DueDelivery, 'plannedAt' | 'giveUpAt' | 'earlierBodyHash'> & {
  readonly plannedAt: Date;
  readonly giveUpAt: Date;
  readonly earlierBodyHash: string | null;
};

function dueDelivery({ plannedAt, giveUpAt, earlierBodyHash, ...row }: DueRow): DueDelivery {
  return {
    ...row,
    plannedAt: plannedAt.toISOString(),
    giveUpAt: giveUpAt.toISOString(),
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
           possible_duplicate = possible_duplicate or state = 'in-doubt',
           message_id = armed.message_id, body_hash = armed.body_hash, changed_at = now()
      from unnest(${deliveries.map(({ deliveryId }) => deliveryId)}::bigint[],
                  ${deliveries.map(({ messageId }) => messageId ?? null)}::text[],
                  ${deliveries.map(({ bodyHash }) => bodyHash ?? null)}::text[])
           as armed (delivery_id, message_id, body_hash)
     where delivery.delivery_id = armed.delivery_id and state in ('planned', 'deferred', 'in-doubt')
       and exists (select from lease)
    returning delivery.delivery_id as "deliveryId"`.execute(database);
  return new Set(rows.map(({ deliveryId }) => deliveryId));
}

// Settled

async function writeSettlements(
  transaction: Transaction<Tables>,
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
    returning delivery_id as "deliveryId", state`.execute(transaction);
  return rows;
}

/** `select` that writes down the new state of every row of a `with` query. */
export function eventsFrom(changed: string): RawBuilder<unknown> {
  return sql`
    (delivery_id, attempt, fence, state, reason, reply_code, possible_duplicate)
    select delivery_id, attempts, fence, state, reason, reply_code, possible_duplicate
      from ${sql.table(changed)}`;
}

/** The words of a relay may hold anything; the database takes no NUL. */
function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', ' ').replace(/\p{Cs}/gu, '\uFFFD');
}

/**
 * The next contact of the ladder that has not been tried, skipping those with an address that has; a task for a person
 * when there is none. In the transaction of the refusal, so that a crash never leaves a tenant with nobody to tell.
 */
async function planNextContacts(transaction: Transaction<Tables>, refused: readonly string[]): Promise<void> {
  await sql`
    insert into delivery (incident_id, campaign_id, shard, notice_id, notice_kind, revision, tenant_id, contact_id,
                          channel, rung, tenant_name, address, language, state, reason, give_up_at)
    select refused.incident_id, refused.campaign_id, refused.shard, refused.notice_id, refused.notice_kind,
           refused.revision, refused.tenant_id, following.contact_id,
           case when following.contact_id is null then 'by-hand' else refused.channel end,
           refused.rung + 1, refused.tenant_name, following.email, refused.language,
           case when following.contact_id is null then 'needs-human' else 'planned' end,
           case when following.contact_id is null then 'no-contact-left' end, refused.give_up_at
      from delivery refused
      left join lateral (
        select contact_id, email from tenant_contact
         where tenant_contact.tenant_id = refused.tenant_id
           and not exists (
                 select from delivery tried
                  where tried.incident_id = refused.incident_id and tried.notice_id = refused.notice_id
                    and tried.tenant_id = refused.tenant_id
                    and (tried.contact_id = tenant_contact.contact_id
                         or lower(tried.address) = lower(tenant_contact.email)))
         order by ${contactLadder()} limit 1) following on true
     where refused.delivery_id = any(${refused}::bigint[])
    on conflict do nothing`.execute(transaction);
}

// Progress

interface StateCount {
  readonly state: DeliveryState;
  readonly deliveries: number;
  readonly nextDueAt: Date;
}

export async function shardProgress(
  database: Database | Transaction<Tables>,
  shard: ShardRef,
  inDoubt: DeliveryPolicy['inDoubt'],
): Promise<ShardProgress> {
  const { rows } = await sql<StateCount>`
    select state, count(*)::integer as deliveries, min(due_at) as "nextDueAt"
      from delivery where ${isOfShard(shard)} group by state`.execute(database);
  const sendable: readonly DeliveryState[] = ['planned', 'deferred', ...sendableDoubts(inDoubt)];
  const dueAt = rows
    .filter(({ state }) => sendable.includes(state))
    .map(({ nextDueAt }) => nextDueAt.getTime());
  return {
    totals: totalsOf(rows),
    ...(dueAt.length === 0 ? {} : { nextDueAt: new Date(Math.min(...dueAt)).toISOString() }),
  };
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

function totalsOf(rows: readonly Pick<StateCount, 'state' | 'deliveries'>[]): DeliveryTotals {
  const counted = Object.fromEntries(rows.map(({ state, deliveries }) => [totalNameOf[state], deliveries]));
  return {
    planned: 0,
    sending: 0,
    accepted: 0,
    deferred: 0,
    refused: 0,
    inDoubt: 0,
    needsHuman: 0,
    ...counted,
  };
}

function sendableDoubts(inDoubt: DeliveryPolicy['inDoubt']): DeliveryState[] {
  return inDoubt === 'resend' ? ['in-doubt'] : [];
}

export function isOfShard({ incidentId, campaignId, shard }: ShardRef): RawBuilder<unknown> {
  return sql`incident_id = ${incidentId} and campaign_id = ${campaignId} and shard = ${shard}`;
}
