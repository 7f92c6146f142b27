/**
 * Campaigns and the plan of their deliveries, made inside the database: the number of tenants costs this process
 * nothing. Who gets what is decided by notice-recipients.ts.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { CampaignRef, DeliveryPlan, PlannedCampaign } from '../../activities/plan-deliveries';
import { defaultPolicy } from '../../domain/policy';
import { lackingChannels, ladderPolicyOf, rungsOf, tasksBeside, type LadderPolicy } from './contact-ladder';
import type { Database, Tables } from './database';
import { shardProgress } from './delivery-ledger';
import { recipientsOf } from './notice-recipients';
import { supersedeEarlier } from './superseded-deliveries';

export const deliveryPlan = (database: Database): DeliveryPlan => ({
  openCampaign: async (campaign) => {
    if (!(await hasContent(database, campaign))) return 'content-missing';
    await insertCampaign(database, campaign);
    return (await isSameCampaign(database, campaign)) ? 'open' : 'conflict';
  },
  planShard: (campaign, shard) =>
    database.transaction().execute(async (transaction) => {
      await planFirstContacts(transaction, campaign, shard, await recipientsIn(transaction, campaign, shard));
      await supersedeEarlier(transaction, { ...campaign, shard });
      const { incidentId, campaignId } = campaign;
      return (await shardProgress(transaction, { incidentId, campaignId, shard })).totals;
    }),
});

async function hasContent(database: Database, campaign: PlannedCampaign): Promise<boolean> {
  const { rows } = await sql<{ isThere: boolean }>`
    select exists (${languagesOf(campaign)}) as "isThere"`.execute(database);
  return rows[0]?.isThere === true;
}

/** What the notice is written in and for which a template was approved; by difference, a first notice at least. */
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
       and template.kind = ${kind === 'by-difference' ? 'first' : kind}
     where notice.incident_id = ${incidentId} and notice.notice_id = ${noticeId}
       and notice.revision = ${revision} and notice.kind = ${kind} and notice.variant = 'main'`;
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
      mode: campaign.mode,
      shards: campaign.shards,
      give_up_at: campaign.giveUpAt,
      repetition: campaign.repetition ?? 0,
      ...(campaign.contactWindowMinutes !== undefined && {
        contact_window_minutes: campaign.contactWindowMinutes,
      }),
      fallbacks: JSON.stringify(campaign.fallbacks ?? defaultPolicy.fallbacks),
      channels_count_as: JSON.stringify(campaign.channelsCountAs ?? defaultPolicy.channelsCountAs),
      acknowledge_within_hours: await acknowledgementAskedBy(database, campaign),
      policy: JSON.stringify(campaign.policy ?? {}),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What says nothing new asks nobody again. */
async function acknowledgementAskedBy(
  database: Database,
  { incidentId, noticeId, revision, repetition = 0 }: PlannedCampaign,
): Promise<number | null> {
  if (repetition > 0) return null;
  const notice = await database
    .selectFrom('notice')
    .select('acknowledge_within_hours as hours')
    .where('incident_id', '=', incidentId)
    .where('notice_id', '=', noticeId)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return notice?.hours ?? null;
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
    .where('mode', '=', campaign.mode)
    .where('shards', '=', campaign.shards)
    .where('repetition', '=', campaign.repetition ?? 0)
    .executeTakeFirst();
  return same !== undefined;
}

/** Those of one shard: shards share the tenants out by a hash of the id. */
async function recipientsIn(
  transaction: Transaction<Tables>,
  { incidentId, campaignId }: CampaignRef,
  shard: number,
): Promise<RawBuilder<unknown>> {
  const { shards, onlyTenants, ...audience } = await transaction
    .selectFrom('delivery_campaign as campaign')
    .innerJoin('notice', (join) =>
      join
        .onRef('notice.incident_id', '=', 'campaign.incident_id')
        .onRef('notice.notice_id', '=', 'campaign.notice_id')
        .onRef('notice.revision', '=', 'campaign.revision'),
    )
    .select([
      'campaign.tenant_set_version as tenantSetVersion',
      'campaign.kind as stage',
      'campaign.shards as shards',
      'notice.only_tenants as onlyTenants',
    ])
    .where('campaign.incident_id', '=', incidentId)
    .where('campaign.campaign_id', '=', campaignId)
    .executeTakeFirstOrThrow();
  return recipientsOf(
    { incidentId, ...audience, ...(onlyTenants !== null && { onlyTenants }) },
    sql`mod(('x' || substr(md5(tenant_id), 1, 8))::bit(32)::bigint, ${shards}) = ${shard}`,
  );
}

/**
 * Every notice is planned once a tenant, by the first rung of its ladder. A tenant without a contact gets a row too: a
 * task for a person. So does one that has left the directory, one that no contact reaches as its rules ask, and one
 * whose kind the notice has no text for.
 */
async function planFirstContacts(
  transaction: Transaction<Tables>,
  campaign: CampaignRef,
  shard: number,
  recipients: RawBuilder<unknown>,
): Promise<void> {
  const policy = await ladderPolicyOf(transaction, campaign);
  const rungs = rungsOf(policy, sql`campaign.incident_id`, sql`recipient.tenant_id`);
  await sql`
    with planned as (
      insert into delivery (incident_id, campaign_id, shard, notice_id, notice_kind, revision, tenant_id, contact_id,
                            channel, rung, tenant_name, address, secret_name, language, wanted_language, language_choice,
                            state, reason, give_up_at)
      select incident_id, campaign_id, ${shard}, notice_id, kind, revision, tenant_id, contact_id,
             coalesce(channel, 'by-hand'), 0, name, address, secret_name, coalesce(language, 'und'),
             wanted_language, language_choice,
             case when contact_id is null or language is null then 'needs-human' else 'planned' end,
             case when contact_id is null then ${noRung(policy)} when language is null then 'no-text' end, give_up_at
        from (
          select campaign.incident_id, campaign.campaign_id, ${deliveredAs()} as notice_id, recipient.kind,
                 campaign.revision, recipient.tenant_id, first.contact_id, first.channel, first.address,
                 first.secret_name, coalesce(tenant.name, recipient.tenant_id) as name, chosen.language,
                 tenant.languages[1] as wanted_language, chosen.choice as language_choice, campaign.give_up_at
            from delivery_campaign campaign
           cross join (${recipients}) recipient
            left join tenant on tenant.id = recipient.tenant_id
            left join lateral (${rungs} limit 1) first on true
            left join lateral (${languageFor()}) chosen on true
           where campaign.incident_id = ${campaign.incidentId} and campaign.campaign_id = ${campaign.campaignId}
             and not exists (
                   select from delivery earlier
                    where earlier.incident_id = campaign.incident_id and earlier.tenant_id = recipient.tenant_id
                      and earlier.notice_id = ${deliveredAs()})) recipient
      -- Deliveries leave in the order of their ids.
      order by ${earliestDue()} nulls last, tenant_id
      on conflict do nothing
      returning *)
    ${tasksBeside(policy, 'planned')}`.execute(transaction);
}

/** When the first of the duties to tell the tenant is due, by law or else by policy. */
function earliestDue(): RawBuilder<unknown> {
  // As a filter: as a condition it would invite the index of open duties, which knows the incident but not the tenant.
  return sql`
    (select min(coalesce(due_at, soft_due_at)) filter (where met_at is null) from obligation
      where obligation.incident_id = recipient.incident_id and obligation.tenant_id = recipient.tenant_id
        and duty = 'provider-to-tenant' and outcome in ('applies', 'undecided'))`;
}

/** Why a tenant has no rung: it has no contact, or none that its rules allow; these are then named. */
function noRung(policy: LadderPolicy): RawBuilder<unknown> {
  const lacking = lackingChannels(policy, sql`incident_id`, sql`recipient.tenant_id`, sql`'by-hand'`);
  return sql`
    case when exists (select from tenant_contact where tenant_contact.tenant_id = recipient.tenant_id)
         then coalesce('needs-channel:' || ${lacking}, 'no-contact') else 'no-contact' end`;
}

/** A repetition is another notice to its recipients, and to all that keeps them from getting one twice. */
export function deliveredAs(): RawBuilder<unknown> {
  return sql`case when campaign.repetition = 0 then campaign.notice_id else campaign.campaign_id end`;
}

/**
 * `select language, choice`: the first of the tenant's languages that the text of this kind has, by exact tag or else by
 * main language; English when it has none of them, and whatever it is written in when it has no English.
 */
function languageFor(): RawBuilder<unknown> {
  const available = sql`
    select notice.language
      from notice join notice_template template
        on template.language = notice.language and template.revision = campaign.template_revision
       and template.kind = recipient.kind
     where notice.incident_id = campaign.incident_id and notice.notice_id = campaign.notice_id
       and notice.revision = campaign.revision
       and notice.variant = case when campaign.kind = 'by-difference' and recipient.kind <> 'first'
                                 then recipient.kind else 'main' end`;
  return sql`
    select written.language,
           case when spoken.preference = 1 then 'preferred'
                when spoken.preference > 1 then 'further'
                when cardinality(tenant.languages) > 0 then 'fallback'
                else 'unstated' end as choice
      from (${available}) written
      left join unnest(tenant.languages) with ordinality as spoken (language, preference)
        on split_part(spoken.language, '-', 1) = split_part(written.language, '-', 1)
     order by spoken.preference nulls last, written.language <> coalesce(spoken.language, 'en'), written.language
     limit 1`;
}
