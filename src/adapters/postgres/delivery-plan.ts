/**
 * Campaigns and the plan of their deliveries, made inside the database: the number of tenants costs this process
 * nothing.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { CampaignRef, DeliveryPlan, PlannedCampaign } from '../../activities/plan-deliveries';
import type { Database, Tables } from './database';
import { shardProgress } from './delivery-ledger';
import { contactLadder } from './tenant-directory';

export const deliveryPlan = (database: Database): DeliveryPlan => ({
  openCampaign: async (campaign) => {
    if (!(await hasContent(database, campaign))) return 'content-missing';
    await insertCampaign(database, campaign);
    return (await isSameCampaign(database, campaign)) ? 'open' : 'conflict';
  },
  planShard: (campaign, shard) =>
    database.transaction().execute(async (transaction) => {
      await planFirstContacts(transaction, campaign, shard);
      const { incidentId, campaignId } = campaign;
      return (await shardProgress(transaction, { incidentId, campaignId, shard }, 'resend')).totals;
    }),
});

async function hasContent(database: Database, campaign: PlannedCampaign): Promise<boolean> {
  const { rows } = await sql<{ isThere: boolean }>`
    select exists (${languagesOf(campaign)}) as "isThere"`.execute(database);
  return rows[0]?.isThere === true;
}

/** The languages in which the notice is written and for which a template was approved. */
function languagesOf({
  incidentId,
  noticeId,
  revision,
  kind,
  templateHash,
}: PlannedCampaign): RawBuilder<unknown> {
  return sql`
    select notice.language
      from notice join notice_template template
        on template.language = notice.language and template.revision = ${templateHash}
     where notice.incident_id = ${incidentId} and notice.notice_id = ${noticeId}
       and notice.revision = ${revision} and notice.kind = ${kind}`;
}

async function insertCampaign(database: Database, campaign: PlannedCampaign): Promise<void> {
  await database
    .insertInto('delivery_campaign')
    .values({
      incident_id: campaign.incidentId,
      campaign_id: campaign.campaignId,
      notice_id: campaign.noticeId,
      revision: campaign.revision,
      kind: campaign.kind,
      tenant_set_version: campaign.tenantSetVersion,
      template_revision: campaign.templateHash,
      audience: campaign.audience,
      mode: campaign.mode,
      shards: campaign.shards,
      give_up_at: campaign.giveUpAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The end of the retry window may differ: a second attempt counts it from a later now, and the first one stands. */
async function isSameCampaign(database: Database, campaign: PlannedCampaign): Promise<boolean> {
  const same = await database
    .selectFrom('delivery_campaign')
    .select('campaign_id')
    .where('incident_id', '=', campaign.incidentId)
    .where('campaign_id', '=', campaign.campaignId)
    .where('notice_id', '=', campaign.noticeId)
    .where('revision', '=', campaign.revision)
    .where('kind', '=', campaign.kind)
    .where('tenant_set_version', '=', campaign.tenantSetVersion)
    .where('template_revision', '=', campaign.templateHash)
    .where('audience', '=', campaign.audience)
    .where('mode', '=', campaign.mode)
    .where('shards', '=', campaign.shards)
    .executeTakeFirst();
  return same !== undefined;
}

/**
 * A first notice is planned once a tenant in the whole incident, any other once a notice. A tenant without a contact
 * gets a row too: a task for a person. So does one that has left the directory.
 */
async function planFirstContacts(
  transaction: Transaction<Tables>,
  { incidentId, campaignId }: CampaignRef,
  shard: number,
): Promise<void> {
  await sql`
    insert into delivery (incident_id, campaign_id, shard, notice_id, notice_kind, revision, tenant_id, contact_id,
                          channel, rung, tenant_name, address, language, state, reason, give_up_at)
    select campaign.incident_id, campaign.campaign_id, ${shard}, campaign.notice_id, campaign.kind, campaign.revision,
           audience.tenant_id, contact.contact_id, case when contact.contact_id is null then 'by-hand' else 'email' end,
           0, coalesce(tenant.name, audience.tenant_id), contact.email,
           ${languageFor()},
           case when contact.contact_id is null then 'needs-human' else 'planned' end,
           case when contact.contact_id is null then 'no-contact' end, campaign.give_up_at
      from delivery_campaign campaign
      join lateral (${audience()}) audience on true
      left join tenant on tenant.id = audience.tenant_id
      left join lateral (
        select contact_id, email from tenant_contact
         where tenant_contact.tenant_id = audience.tenant_id order by ${contactLadder()} limit 1) contact on true
     where campaign.incident_id = ${incidentId} and campaign.campaign_id = ${campaignId}
       and mod(('x' || substr(md5(audience.tenant_id), 1, 8))::bit(32)::bigint, campaign.shards) = ${shard}
       and not exists (
             select from delivery earlier
              where earlier.incident_id = campaign.incident_id and earlier.tenant_id = audience.tenant_id
                and (earlier.notice_id = campaign.notice_id
                     or (campaign.kind = 'first' and earlier.notice_kind = 'first')))
    on conflict do nothing`.execute(transaction);
}

/** The affected tenants of the campaign's version that its audience names. */
function audience(): RawBuilder<unknown> {
  const affected = (version: RawBuilder<unknown>) => sql`
    select tenant_id, changed from affected_tenant
     where incident_id = campaign.incident_id and version = ${version} and excluded_reason is null`;
  const current = affected(sql`campaign.tenant_set_version`);
  const previous = affected(sql`campaign.tenant_set_version - 1`);
  // Who was removed hears of it only if the first notice may have reached them.
  return sql`
    select present.tenant_id from (${current}) present
     where campaign.audience = 'all'
        or (campaign.audience = 'changed' and present.changed)
        or (campaign.audience = 'added'
            and present.tenant_id not in (select tenant_id from (${previous}) former))
    union all
    select former.tenant_id from (${previous}) former
     where campaign.audience = 'removed'
       and former.tenant_id not in (select tenant_id from (${current}) present)
       and exists (
             select from delivery told
              where told.incident_id = campaign.incident_id and told.tenant_id = former.tenant_id
                and told.notice_kind = 'first' and told.state in ('accepted', 'sending', 'in-doubt'))`;
}

/**
 * The first of the tenant's languages that the notice has, by exact tag or else by main language; English when it has
 * none of them, and whatever it is written in when it has no English.
 */
function languageFor(): RawBuilder<unknown> {
  const available = sql`
    select notice.language
      from notice join notice_template template
        on template.language = notice.language and template.revision = campaign.template_revision
     where notice.incident_id = campaign.incident_id and notice.notice_id = campaign.notice_id
       and notice.revision = campaign.revision`;
  return sql`
    coalesce(
      (select written.language
         from unnest(tenant.languages) with ordinality as spoken (language, preference), (${available}) written
        where split_part(spoken.language, '-', 1) = split_part(written.language, '-', 1)
        order by spoken.preference, written.language <> spoken.language, written.language limit 1),
      (select written.language from (${available}) written
        order by written.language <> 'en', written.language limit 1))`;
}
