/**
 * What comes after a contact that refused, bounced or stayed silent: the next rung of its tenant's ladder, and a task
 * for a person when there is none.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { CampaignRef } from '../../activities/plan-deliveries';
import { ladderPolicyOf, rungsOf, tasksBeside } from './contact-ladder';
import type { Tables } from './database';

/**
 * In the transaction of the refusal, so that a crash never leaves a tenant with nobody to tell. Contacts that were
 * tried for the notice are passed over, and so are others with the same address. Safe to run again.
 *
 * @param left ids of the deliveries whose contact is given up
 */
export async function planNextContacts(
  transaction: Transaction<Tables>,
  left: readonly string[],
): Promise<void> {
  const campaigns = await transaction
    .selectFrom('delivery')
    .select(['incident_id as incidentId', 'campaign_id as campaignId'])
    .where(sql<boolean>`delivery_id = any(${left}::bigint[])`)
    .distinct()
    .execute();
  await rememberGone(transaction, left);
  for (const campaign of campaigns) await planNextIn(transaction, campaign, left);
}

/** A webhook that says it is not coming back is tried last from now on, like an address that bounced. */
async function rememberGone(transaction: Transaction<Tables>, left: readonly string[]): Promise<void> {
  await sql`
    update tenant_contact set bounced_at = now()
      from delivery
     where delivery.delivery_id = any(${left}::bigint[]) and delivery.reason = 'gone'
       and tenant_contact.tenant_id = delivery.tenant_id and tenant_contact.contact_id = delivery.contact_id
       and tenant_contact.url = delivery.address and tenant_contact.bounced_at is null`.execute(transaction);
}

async function planNextIn(
  transaction: Transaction<Tables>,
  campaign: CampaignRef,
  left: readonly string[],
): Promise<void> {
  const policy = await ladderPolicyOf(transaction, campaign);
  const untried = sql`not exists (
    select from delivery tried
     where tried.incident_id = refused.incident_id and tried.notice_id = refused.notice_id
       and tried.tenant_id = refused.tenant_id
       and (tried.contact_id = rung.contact_id and tried.channel = rung.channel
            or lower(tried.address) = lower(rung.address)))`;
  const rungs = rungsOf(policy, sql`refused.incident_id`, sql`refused.tenant_id`, untried);
  await sql`
    with planned as (
      insert into delivery (incident_id, campaign_id, shard, notice_id, notice_kind, revision, tenant_id, contact_id,
                            channel, rung, tenant_name, address, secret_name, language, wanted_language, language_choice,
                            state, reason, after_silence, give_up_at)
      select refused.incident_id, refused.campaign_id, refused.shard, refused.notice_id, refused.notice_kind,
             refused.revision, refused.tenant_id, following.contact_id, coalesce(following.channel, 'by-hand'),
             refused.rung + 1, refused.tenant_name, following.address, following.secret_name, refused.language,
             refused.wanted_language, refused.language_choice,
             case when following.contact_id is null then 'needs-human' else 'planned' end,
             case when following.contact_id is null then 'no-contact-left' end,
             refused.after_silence or refused.state in ('accepted', 'delivered'),
             greatest(refused.give_up_at, now() + campaign.contact_window_minutes * interval '1 minute')
        from delivery refused
        join delivery_campaign campaign using (incident_id, campaign_id)
        left join lateral (${rungs} limit 1) following on true
       where refused.delivery_id = any(${left}::bigint[])
         and refused.incident_id = ${campaign.incidentId} and refused.campaign_id = ${campaign.campaignId}
         and not refused.is_beside
         and not (refused.state <> 'refused' and ${isReplaced(sql`refused`)})
      on conflict do nothing
      returning *)
    ${tasksBeside(policy, 'planned')}`.execute(transaction);
}

/** A later notice tells the tenant what is so now: nobody else gets the earlier one any more. */
function isReplaced(delivery: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    exists (select from delivery later
             where later.incident_id = ${delivery}.incident_id and later.tenant_id = ${delivery}.tenant_id
               and later.notice_id <> ${delivery}.notice_id and later.delivery_id > ${delivery}.delivery_id
               and later.notice_kind <> 'update')`;
}
