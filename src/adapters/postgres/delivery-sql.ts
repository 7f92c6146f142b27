/** Pieces of SQL that all who write to the delivery ledger share. */
import { type RawBuilder, sql } from 'kysely';
import type { CampaignRef } from '../../activities/plan-deliveries';
import type { ShardRef } from '../../activities/shard-lease';

/** `select` that writes down the new state of every row of a `with` query. */
export function eventsFrom(changed: string): RawBuilder<unknown> {
  return sql`
    (delivery_id, attempt, fence, state, reason, reply_code, possible_duplicate, evidence)
    select delivery_id, attempts, fence, state, reason, reply_code, possible_duplicate, evidence
      from ${sql.table(changed)}`;
}

/** The words of a relay may hold anything; the database takes no NUL. */
export function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', ' ').replace(/\p{Cs}/gu, '\uFFFD');
}

export function isOfShard({ incidentId, campaignId, shard }: ShardRef): RawBuilder<unknown> {
  return sql`incident_id = ${incidentId} and campaign_id = ${campaignId} and shard = ${shard}`;
}

export function isOfCampaign({ incidentId, campaignId }: CampaignRef): RawBuilder<unknown> {
  return sql`incident_id = ${incidentId} and campaign_id = ${campaignId}`;
}
