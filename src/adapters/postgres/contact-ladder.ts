/**
 * The ladder of a tenant: by which channel and to which contact a notice goes, and what comes after a refusal
 * (S41, S42, S48). Owns the order; it follows the policy that is pinned to the campaign and the rules of the tenant.
 * Planning takes the first rung (delivery-plan.ts), a refusal the next one (next-contacts.ts).
 */
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { CampaignRef } from '../../activities/plan-deliveries';
import type { ChannelsCountAs, FallbackStep } from '../../contract/policy';
import type { ContactKind } from '../../contract/tenant-import';
import type { Database, Tables } from './database';

/** What a ladder follows: the same for every tenant of a campaign. */
export interface LadderPolicy {
  readonly fallbacks: readonly FallbackStep[];
  readonly channelsCountAs: ChannelsCountAs;
  /** A post of the incident is published, and the notice is for everybody: only then can the dashboard stand for it. */
  readonly isDashboardOpen: boolean;
}

/** Whom a notice goes to when no rule names anybody (S42). */
const usualKinds: readonly ContactKind[] = ['security', 'privacy'];

type Connection = Database | Transaction<Tables>;

export async function ladderPolicyOf(
  connection: Connection,
  { incidentId, campaignId }: CampaignRef,
): Promise<LadderPolicy> {
  const { rows } = await sql<LadderPolicy>`
    select fallbacks, channels_count_as as "channelsCountAs",
           exists (select from status_post
                    where status_post.incident_id = campaign.incident_id and status_post.mode = campaign.mode)
           and not exists (select from notice
                    where notice.incident_id = campaign.incident_id and notice.notice_id = campaign.notice_id
                      and notice.revision = campaign.revision and notice.tlp <> 'CLEAR') as "isDashboardOpen"
      from delivery_campaign campaign
     where incident_id = ${incidentId} and campaign_id = ${campaignId}`.execute(connection);
  const [policy] = rows;
  if (policy === undefined) throw new Error(`campaign ${campaignId} is not in the ledger`);
  return policy;
}

/**
 * `select contact_id, channel, address, secret_name` of every rung of one tenant, for a lateral join; the first rung
 * comes first. A channel that meets all the tenant's rules goes before one that meets some, and one that meets none is
 * no rung. Contacts in good standing go before addresses that bounced and before the dashboard; then the order of the
 * policy counts, then what is verified. The contact id settles the rest, so the order never depends on chance.
 *
 * @param incidentId expression for the incident
 * @param tenantId expression for the tenant
 * @param among condition on `rung`
 */
export function rungsOf(
  policy: LadderPolicy,
  incidentId: RawBuilder<unknown>,
  tenantId: RawBuilder<unknown>,
  among: RawBuilder<unknown> = sql`true`,
): RawBuilder<unknown> {
  return sql`
    select rung.contact_id, rung.channel, rung.address, rung.secret_name
      from (select count(*) as asked, ${metBy('email', policy)} as by_email, ${metBy('webhook', policy)} as by_webhook,
                   ${metBy('dashboard', policy)} as by_dashboard,
                   array_agg(contact_kind order by coalesce(due_at, soft_due_at), rule_id)
                     filter (where contact_kind is not null) as named_kinds
              from obligation where ${isServed(incidentId, tenantId)}) rule
     cross join lateral (
       select contact_id, case kind when 'webhook' then 'webhook' else 'email' end as channel,
              coalesce(email, url) as address, secret_name, ${stepOf(policy)} as step,
              bounced_at is not null as is_doubtful, verified_at is null as is_unverified
         from tenant_contact where tenant_contact.tenant_id = ${tenantId}
       union all
       select 'dashboard', 'dashboard', 'dashboard', null, ${dashboardStep(policy)}, true, false) rung
     cross join lateral (
       select case rung.channel when 'email' then by_email when 'webhook' then by_webhook else by_dashboard end as met
     ) channel
     where rung.step is not null and (rule.asked = 0 or channel.met > 0) and ${among}
     order by channel.met < rule.asked, rung.is_doubtful, rung.step, rung.is_unverified, rung.contact_id`;
}

/** What the provider owes this tenant and no decision has lifted; what is undecided counts as owed. */
function isServed(incidentId: RawBuilder<unknown>, tenantId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`obligation.incident_id = ${incidentId} and obligation.tenant_id = ${tenantId}
             and duty = 'provider-to-tenant' and outcome in ('applies', 'undecided')`;
}

function metBy(channel: keyof ChannelsCountAs, { channelsCountAs }: LadderPolicy): RawBuilder<unknown> {
  return sql`count(*) filter (where channels && ${[...channelsCountAs[channel]]}::text[])`;
}

/** The place in the policy of a contact, null for one that it leaves out; `rule` puts the kinds in an order of its own. */
function stepOf({ fallbacks }: LadderPolicy): RawBuilder<unknown> {
  const places = fallbacks.map((step, place) => {
    if (step.channel === 'webhook') return sql`case when kind = 'webhook' then ${place}::numeric end`;
    if (step.channel === 'dashboard') return sql`null`;
    if (step.contacts === 'any') return sql`case when kind <> 'webhook' then ${place}::numeric end`;
    if (step.contacts !== 'rule') return sql`case when kind = ${step.contacts} then ${place}::numeric end`;
    return sql`${place} + array_position(coalesce(rule.named_kinds, ${[...usualKinds]}::text[]), kind) / 1000.0`;
  });
  return sql`least(${sql.join(places)})`;
}

function dashboardStep({ fallbacks, isDashboardOpen }: LadderPolicy): RawBuilder<unknown> {
  const place = fallbacks.findIndex(({ channel }) => channel === 'dashboard');
  return sql`${isDashboardOpen && place >= 0 ? place : null}::numeric`;
}

/**
 * What the rules of a tenant ask for and this channel does not give, such as `phone|postal+portal`: of each rule the
 * channels any of which would do, `undecided` where no one channel does; null when nothing is lacking.
 *
 * @param channel expression for the channel of a delivery; one that is no channel of ours meets nothing
 */
export function lackingChannels(
  { channelsCountAs: { email, webhook, dashboard } }: LadderPolicy,
  incidentId: RawBuilder<unknown>,
  tenantId: RawBuilder<unknown>,
  channel: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    (select string_agg(distinct coalesce(nullif(array_to_string(channels, '|'), ''), 'undecided'), '+')
       from obligation
      where ${isServed(incidentId, tenantId)}
        and not channels && case ${channel} when 'email' then ${[...email]}::text[]
                                            when 'webhook' then ${[...webhook]}::text[]
                                            when 'dashboard' then ${[...dashboard]}::text[] else '{}' end)`;
}

/**
 * `insert` of a task for a person beside each planned delivery whose channel does not meet all rules of its tenant.
 *
 * @param planned name of the query that planned them
 */
export function tasksBeside(policy: LadderPolicy, planned: string): RawBuilder<unknown> {
  return sql`
    insert into delivery (incident_id, campaign_id, shard, notice_id, notice_kind, revision, tenant_id, channel, rung,
                          tenant_name, language, state, reason, give_up_at, is_beside)
    select incident_id, campaign_id, shard, notice_id, notice_kind, revision, tenant_id, 'by-hand', rung, tenant_name,
           language, 'needs-human', 'needs-channel:' || lacking, give_up_at, true
      from ${sql.table(planned)} planned
     cross join lateral (
       select ${lackingChannels(policy, sql`planned.incident_id`, sql`planned.tenant_id`, sql`planned.channel`)} as lacking
     ) rule
     where planned.channel <> 'by-hand' and lacking is not null
       and not exists (
             select from delivery beside
              where beside.incident_id = planned.incident_id and beside.notice_id = planned.notice_id
                and beside.tenant_id = planned.tenant_id and beside.is_beside)
    on conflict do nothing`;
}
