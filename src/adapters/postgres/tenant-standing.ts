/**
 * How each tenant stands towards an incident: affected or not, told of which version of the affected tenants, and so
 * what it is still owed (process.md §5.9). One grouped pass inside the database: a plan that stays good while a table
 * that has just grown by a million rows has no statistics yet.
 */
import { type RawBuilder, sql } from 'kysely';
import type { TenantCoverages } from '../../activities/count-deliveries';
import type { TenantSetRef } from '../../activities/look-up-obligations';
import type { DeliveryState } from '../../domain/delivery';
import type { TenantCoverage } from '../../domain/events';
import type { Database } from './database';
import { wasToldBefore } from './superseded-deliveries';

/** Accepted, still on its way, or told by hand. A tenant whose every contact has refused or bounced was not told. */
const toldStates: readonly DeliveryState[] = [
  'planned',
  'sending',
  'deferred',
  'in-doubt',
  'accepted',
  'delivered',
  'acknowledged',
  'attested',
];

/**
 * `select tenant_id, is_present, is_told, owed` for every tenant that is affected or was told. `owed` is `first`,
 * `supplementary`, `withdrawal` or null: what a notice by difference has for the tenant.
 *
 * @param among a condition on `tenant_id`, when not all are asked for.
 */
export function standings(
  { incidentId, tenantSetVersion }: TenantSetRef,
  among: RawBuilder<unknown> = sql`true`,
  told: readonly DeliveryState[] = toldStates,
): RawBuilder<unknown> {
  // What a tenant was told of last may lie several versions back, and it may have been absent from some since.
  return sql`
    select tenant_id, is_present, told_version is not null as is_told,
           case when told_version is null then 'first'
                when not is_present then case when not is_withdrawn then 'withdrawal' end
                when is_withdrawn or greatest(changed_version, every_fact.version) > told_version
                  then 'supplementary'
           end as owed
      from (
        select tenant_id, bool_or(is_present) as is_present, max(changed_version) as changed_version,
               max(told_version) as told_version,
               coalesce(max(withdrawn_by) > coalesce(max(told_by), 0), false) as is_withdrawn
          from (
            select tenant_id, version = ${tenantSetVersion} as is_present,
                   case when changed then version end as changed_version,
                   null::integer as told_version, null::bigint as told_by, null::bigint as withdrawn_by
              from affected_tenant
             where incident_id = ${incidentId} and version <= ${tenantSetVersion} and excluded_reason is null
            union all
            select tenant_id, false, null, campaign.tenant_set_version,
                   case when notice_kind <> 'withdrawal' then delivery_id end,
                   case when notice_kind = 'withdrawal' then delivery_id end
              from delivery join delivery_campaign campaign using (incident_id, campaign_id)
             where incident_id = ${incidentId} and (state = any(${told}::text[]) or ${wasToldBefore()})) mention
         where ${among}
         group by tenant_id) standing
     cross join (
       select max(version) as version from affected_tenant_version
        where incident_id = ${incidentId} and version <= ${tenantSetVersion}
          and (source ->> 'everyFactChanged')::boolean) every_fact
     where is_present or told_version is not null`;
}

/** What is a person's task counts as told here: no notice will do more for that tenant by itself. */
export const tenantCoverages = (database: Database): TenantCoverages => ({
  coverageOf: async (set) => {
    const handled = standings(set, sql`true`, [...toldStates, 'needs-human', 'waived']);
    const { rows } = await sql<Omit<TenantCoverage, 'tenantSetVersion'>>`
      select count(*) filter (where owed = 'first')::integer as untold,
             count(*) filter (where owed = 'supplementary')::integer as outdated,
             count(*) filter (where owed = 'withdrawal')::integer as "notWithdrawn"
        from (${handled}) handled`.execute(database);
    const [counts] = rows;
    if (counts === undefined) throw new Error('a count gave no row');
    return { tenantSetVersion: set.tenantSetVersion, ...counts };
  },
});
