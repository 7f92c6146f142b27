/**
 * What a later notice stands for (process.md §5.9): a tenant that gets one is not asked any more to acknowledge an
 * earlier one, nobody else of it is told the earlier one, and nobody has to tell it that by hand.
 */
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { ShardRef } from '../../activities/shard-lease';
import type { Tables } from './database';
import { eventsFrom, isOfShard } from './delivery-sql';

const afterTelling = 'replaced';

/** Whether the tenant was told by a delivery that is superseded now. */
export function wasToldBefore(): RawBuilder<unknown> {
  return sql`state = 'superseded' and reason = ${afterTelling}`;
}

/** For the tenants of a shard that has just been planned. An update adds to what was told and replaces nothing. */
export async function supersedeEarlier(transaction: Transaction<Tables>, shard: ShardRef): Promise<void> {
  if (!(await hasEarlierCampaign(transaction, shard))) return;
  await sql`
    with planned as (
      select * from delivery where ${isOfShard(shard)} and rung = 0 and notice_kind <> 'update'),
    superseded as (
      update delivery earlier
         set state = 'superseded', acknowledge_by = null, changed_at = now(),
             reason = case when earlier.acknowledge_by is not null then ${afterTelling} else 'never-told' end
        from planned
       where earlier.incident_id = planned.incident_id and earlier.tenant_id = planned.tenant_id
         and earlier.notice_id <> planned.notice_id and earlier.delivery_id < planned.delivery_id
         and (earlier.acknowledge_by is not null or earlier.state = 'needs-human'
              or earlier.after_silence and earlier.state in ('planned', 'deferred'))
      returning earlier.*)
    insert into delivery_event ${eventsFrom('superseded')}`.execute(transaction);
}

async function hasEarlierCampaign(
  transaction: Transaction<Tables>,
  { incidentId, campaignId }: ShardRef,
): Promise<boolean> {
  const earlier = await transaction
    .selectFrom('delivery_campaign')
    .select('campaign_id')
    .where('incident_id', '=', incidentId)
    .where('campaign_id', '<>', campaignId)
    .executeTakeFirst();
  return earlier !== undefined;
}
