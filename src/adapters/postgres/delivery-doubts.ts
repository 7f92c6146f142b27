/** Doubts in the ledger: the deliveries of which nobody knows whether they went out, and how each doubt was settled. */
import { type RawBuilder, sql } from 'kysely';
import type { DoubtLedger, SettledDoubt } from '../../activities/reconcile-doubts';
import type { DoubtsToSettle, HeldDoubts } from '../../activities/settle-doubts';
import type { ShardHold } from '../../activities/shard-lease';
import type { Doubt } from '../../domain/doubt';
import type { Database } from './database';
import { doubtHeld } from './delivery-ledger';
import { eventsFrom, isOfShard, storable } from './delivery-sql';

export const doubtLedger = (database: Database): DoubtLedger => ({
  due: (hold, limit) => dueDoubts(database, hold, limit),
  settle: (hold, settled) => settle(database, hold, settled),
});

type DoubtRow = Omit<Doubt, 'armedAt' | 'since' | 'messageId'> & {
  readonly armedAt: Date;
  readonly since: Date;
  readonly messageId: string | null;
};

async function dueDoubts(database: Database, shard: ShardHold, limit: number): Promise<Doubt[]> {
  const { rows } = await sql<DoubtRow>`
    select delivery_id as "deliveryId", notice_kind as kind, channel, message_id as "messageId",
           coalesce(armed_at, planned_at) as "armedAt", changed_at as since
      from delivery
     where ${isOfShard(shard)} and state = 'in-doubt' and due_at <= now()
       and reason is distinct from ${doubtHeld}
     order by delivery_id limit ${limit}`.execute(database);
  return rows.map(({ armedAt, since, messageId, ...row }) => ({
    ...row,
    armedAt: armedAt.toISOString(),
    since: since.toISOString(),
    ...(messageId === null ? {} : { messageId }),
  }));
}

/** As long as a doubt stays one, `changed_at` says since when. */
async function settle(database: Database, hold: ShardHold, settled: readonly SettledDoubt[]): Promise<void> {
  const settlements = settled.map(({ settlement }) => settlement);
  const each = <Value>(read: (settlement: SettledDoubt['settlement']) => Value | undefined) =>
    settlements.map((settlement) => read(settlement) ?? null);
  await sql`
    with lease as (
      select from delivery_shard
       where ${isOfShard(hold)} and owner = ${hold.owner} and fence = ${hold.fence} and lease_until > now()
         for share),
    settled as (
      update delivery
         set state = came.state, reason = came.reason, evidence = came.evidence, fence = ${hold.fence},
             possible_duplicate = coalesce(came.possible_duplicate, delivery.possible_duplicate),
             queue_id = coalesce(came.queue_id, delivery.queue_id), reply = coalesce(came.note, delivery.reply),
             due_at = coalesce(came.due_at, now()),
             changed_at = case when came.state = 'in-doubt' then delivery.changed_at else now() end
        from unnest(${settled.map(({ deliveryId }) => deliveryId)}::bigint[],
                    ${each(({ state }) => state)}::text[],
                    ${each((one) => ('reason' in one ? one.reason : undefined))}::text[],
                    ${each((one) => ('evidence' in one ? one.evidence : undefined))}::text[],
                    ${each((one) => ('isPossibleDuplicate' in one ? one.isPossibleDuplicate : undefined))}::boolean[],
                    ${each((one) => ('queueId' in one ? storable(one.queueId) : undefined))}::text[],
                    ${each((one) => ('note' in one ? storable(one.note) : undefined))}::text[],
                    ${each((one) => ('dueAt' in one ? one.dueAt : undefined))}::timestamptz[])
             as came (delivery_id, state, reason, evidence, possible_duplicate, queue_id, note, due_at)
       where delivery.delivery_id = came.delivery_id and delivery.state = 'in-doubt' and exists (select from lease)
      returning delivery.*),
    told as (select * from settled where reason is distinct from 'not-seen-yet')
    insert into delivery_event ${eventsFrom('told')}`.execute(database);
}

// By a person

export const heldDoubts = (database: Database): HeldDoubts => ({
  settle: async (doubts) => {
    const { rows } = await sql<{ settled: number }>`
      with settled as (
        update delivery
           set ${decided(doubts)}, reason = null, evidence = 'a-person', due_at = now(), changed_at = now()
         where ${isAmong(doubts)} and state = 'in-doubt' and reason = ${doubtHeld}
        returning *),
      told as (insert into delivery_event ${eventsFrom('settled')})
      select count(*)::integer as settled from settled`.execute(database);
    return rows[0]?.settled ?? 0;
  },
});

function decided({ decision }: DoubtsToSettle): RawBuilder<unknown> {
  return decision === 'accepted'
    ? sql`state = 'accepted'`
    : sql`state = 'planned', possible_duplicate = true`;
}

function isAmong({ incidentId, campaignId, messageIds }: DoubtsToSettle): RawBuilder<unknown> {
  const campaign = sql`incident_id = ${incidentId} and campaign_id = ${campaignId}`;
  return messageIds === undefined
    ? campaign
    : sql`${campaign} and message_id = any(${[...messageIds]}::text[])`;
}

/** As an operator looks for it at the relay. */
export interface ListedDoubt {
  readonly campaignId: string;
  readonly tenantId: string;
  /** Null when its worker died before the message was composed. */
  readonly messageId: string | null;
  readonly since: Date;
  /** Settles by itself, waits for a person, or was sent once more and may have arrived twice. */
  readonly standing: 'open' | 'held' | 'possible-duplicate';
}

/** The doubts of an incident, those that are settled by another copy included; the oldest first. */
export async function listDoubts(database: Database, incidentId: string): Promise<ListedDoubt[]> {
  const { rows } = await sql<ListedDoubt>`
    select campaign_id as "campaignId", tenant_id as "tenantId", message_id as "messageId", changed_at as since,
           case when state <> 'in-doubt' then 'possible-duplicate' when reason = ${doubtHeld} then 'held'
                else 'open' end as standing
      from delivery
     where incident_id = ${incidentId} and (state = 'in-doubt' or possible_duplicate)
     order by changed_at, delivery_id`.execute(database);
  return rows;
}
