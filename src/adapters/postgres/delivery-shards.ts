/** Leases of shards in PostgreSQL, by the clock of the database: one process at a time works on a shard. */
import { sql, type Transaction } from 'kysely';
import type { ShardHold, ShardLeases, ShardRef } from '../../activities/shard-lease';
import type { Database, Tables } from './database';
import { eventsFrom, isOfShard } from './delivery-ledger';

export const shardLeases = (database: Database): ShardLeases => ({
  take: (shard, owner, leaseMs) =>
    database.transaction().execute(async (transaction) => {
      const fence = await takeLease(transaction, shard, owner, leaseMs);
      if (fence === undefined) return { kind: 'held', forMs: await remainingLeaseMs(transaction, shard) };
      await doubtWhatWasLeft(transaction, shard, fence);
      return { kind: 'taken', fence };
    }),
  renew: async (hold, leaseMs) => {
    const result = await sql`
      update delivery_shard set lease_until = ${leaseEnd(leaseMs)}
       where ${isHeldBy(hold)} and lease_until > now()`.execute(database);
    return (result.numAffectedRows ?? 0n) > 0n;
  },
  release: async (hold) => {
    await sql`update delivery_shard set lease_until = now() where ${isHeldBy(hold)}`.execute(database);
  },
});

async function takeLease(
  transaction: Transaction<Tables>,
  { incidentId, campaignId, shard }: ShardRef,
  owner: string,
  leaseMs: number,
): Promise<string | undefined> {
  const { rows } = await sql<{ fence: string }>`
    insert into delivery_shard (incident_id, campaign_id, shard, owner, fence, lease_until)
    values (${incidentId}, ${campaignId}, ${shard}, ${owner}, 1, ${leaseEnd(leaseMs)})
    on conflict (incident_id, campaign_id, shard) do update
       set owner = excluded.owner, fence = delivery_shard.fence + 1, lease_until = excluded.lease_until
     where delivery_shard.lease_until <= now()
    returning fence`.execute(transaction);
  return rows[0]?.fence;
}

async function remainingLeaseMs(transaction: Transaction<Tables>, shard: ShardRef): Promise<number> {
  const { rows } = await sql<{ forMs: number }>`
    select greatest(0, extract(epoch from lease_until - clock_timestamp()) * 1000)::double precision as "forMs"
      from delivery_shard where ${isOfShard(shard)}`.execute(transaction);
  return rows[0]?.forMs ?? 0;
}

/** Earlier holders committed `sending` before they touched the socket: what they never settled may have gone out. */
async function doubtWhatWasLeft(
  transaction: Transaction<Tables>,
  shard: ShardRef,
  fence: string,
): Promise<void> {
  await sql`
    with left_behind as (
      update delivery
         set state = 'in-doubt', reason = 'owner-lost', owner = null, doubts = doubts + 1, due_at = now(),
             changed_at = now()
       where ${isOfShard(shard)} and state = 'sending' and fence < ${fence}
      returning *)
    insert into delivery_event ${eventsFrom('left_behind')}`.execute(transaction);
}

function leaseEnd(leaseMs: number) {
  return sql`clock_timestamp() + ${leaseMs}::double precision * interval '1 millisecond'`;
}

function isHeldBy(hold: ShardHold) {
  return sql`${isOfShard(hold)} and owner = ${hold.owner} and fence = ${hold.fence}`;
}
