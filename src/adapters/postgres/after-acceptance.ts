/**
 * Between the acceptance of a message and its acknowledgement, in the ledger: whose answer is waited for until when, and
 * who is told next when it does not come. All of it set-wise, by the holder of the shard.
 */
import { sql, type Transaction } from 'kysely';
import type { Acceptances } from '../../activities/send-page';
import type { ShardHold } from '../../activities/shard-lease';
import type { Database, Tables } from './database';
import { applyEarlyReceipts } from './delivery-receipts';
import { eventsFrom, isOfShard } from './delivery-sql';
import { planNextContacts } from './next-contacts';

/** @param hasLinks whether mails say where to acknowledge: nobody is waited for who could not */
export const acceptances = (
  database: Database,
  { hasLinks }: { readonly hasLinks: boolean },
): Acceptances => ({
  catchUp: (hold) =>
    database.transaction().execute(async (transaction) => {
      if (!(await isStillHeld(transaction, hold))) return;
      await applyEarlyReceipts(transaction, hold);
      if (hasLinks) await openWindows(transaction, hold);
      const silent = await endWindows(transaction, hold);
      if (silent.length > 0) await planNextContacts(transaction, silent);
    }),
});

/** The lock keeps the shard from changing hands until this is written. */
async function isStillHeld(transaction: Transaction<Tables>, hold: ShardHold): Promise<boolean> {
  const { rows } = await sql`
    select 1 from delivery_shard
     where ${isOfShard(hold)} and owner = ${hold.owner} and fence = ${hold.fence} and lease_until > now()
       for share`.execute(transaction);
  return rows.length > 0;
}

/** Why a delivery is not waited for any more; it stays accepted. */
const silence = 'not-acknowledged';

/**
 * From the acceptance on, rounded up to five minutes, so that those who stay silent are passed over together and not in
 * as many pages as there were replies. Where another contact of the tenant has acknowledged, nobody is waited for.
 */
async function openWindows(transaction: Transaction<Tables>, hold: ShardHold): Promise<void> {
  const { rows } = await sql<{ hours: number | null }>`
    select acknowledge_within_hours as hours from delivery_campaign
     where incident_id = ${hold.incidentId} and campaign_id = ${hold.campaignId}`.execute(transaction);
  const hours = rows[0]?.hours ?? null;
  if (hours === null) return;
  await sql`
    update delivery
       set acknowledge_by = date_bin('5 minutes', changed_at + ${hours} * interval '1 hour', 'epoch')
                            + interval '5 minutes'
     where ${isOfShard(hold)} and state in ('accepted', 'delivered') and acknowledge_by is null
       and channel = 'email' and reason is distinct from ${silence}
       and not exists (
             select from delivery other
              where other.incident_id = delivery.incident_id and other.notice_id = delivery.notice_id
                and other.tenant_id = delivery.tenant_id and other.state = 'acknowledged')`.execute(
    transaction,
  );
}

/** @returns the deliveries whose time is over without an answer */
async function endWindows(transaction: Transaction<Tables>, hold: ShardHold): Promise<string[]> {
  const { rows } = await sql<{ deliveryId: string }>`
    with silent as (
      update delivery set acknowledge_by = null, reason = ${silence}
       where ${isOfShard(hold)} and acknowledge_by <= now()
      returning *)
    insert into delivery_event ${eventsFrom('silent')}
    returning delivery_id as "deliveryId"`.execute(transaction);
  return rows.map(({ deliveryId }) => deliveryId);
}
