/** What each tenant got, notice by notice, as the ledger has it. */
import { sql } from 'kysely';
import type { NoticeKind } from '../../contract/messages';
import type { ContactKind } from '../../contract/tenant-import';
import type { DeliveryState } from '../../domain/delivery';
import type { Database } from './database';
import { deliveredAs } from './delivery-plan';

export interface ReceivedNotice {
  readonly tenantId: string;
  readonly kind: NoticeKind;
}

/** The tenants whose notice a relay has accepted for one of their contacts, by id; nobody else received it. */
export const receivedNotices =
  (database: Database) =>
  (incidentId: string, noticeId: string): Promise<ReceivedNotice[]> =>
    database
      .selectFrom('delivery')
      .select(['tenant_id as tenantId', 'notice_kind as kind'])
      .where('incident_id', '=', incidentId)
      .where('notice_id', '=', noticeId)
      .where('state', '=', 'accepted')
      .orderBy('tenant_id')
      .execute();

/** How one notice stands for one tenant; nothing but ids when it is not for that tenant. */
export interface TenantNotice {
  readonly tenantId: string;
  readonly noticeId: string;
  readonly revision: number;
  readonly delivery?: {
    readonly kind: NoticeKind;
    /** Of the contact that came last in turn. */
    readonly state: DeliveryState;
    readonly contactKind?: ContactKind;
    /** Since when it is in this state, ISO 8601 in UTC. */
    readonly at: string;
  };
}

export interface TenantPage {
  readonly incidentId: string;
  readonly tenantId?: string;
  /** Tenants by id, the first of them after this one. */
  readonly after?: string;
  readonly limit: number;
}

interface Row {
  readonly tenantId: string;
  readonly noticeId: string;
  readonly revision: number;
  readonly kind: NoticeKind | null;
  readonly state: DeliveryState;
  readonly contactKind: ContactKind | null;
  readonly at: Date;
}

/** Every notice that has left, in the order in which they did, for each tenant that was ever affected or told. */
export async function noticesByTenant(
  database: Database,
  { incidentId, tenantId, after = '', limit }: TenantPage,
): Promise<TenantNotice[]> {
  const among = tenantId === undefined ? sql`tenant_id > ${after}` : sql`tenant_id = ${tenantId}`;
  const { rows } = await sql<Row>`
    select concerned.tenant_id as "tenantId", ${deliveredAs()} as "noticeId", campaign.revision,
           latest.notice_kind as kind, latest.state, contact.kind as "contactKind", latest.changed_at as at
      from (select tenant_id from affected_tenant where incident_id = ${incidentId} and ${among}
            union
            select tenant_id from delivery where incident_id = ${incidentId} and ${among}
            order by tenant_id limit ${limit}) concerned
     cross join delivery_campaign campaign
      left join lateral (
        select * from delivery
         where delivery.incident_id = campaign.incident_id and delivery.campaign_id = campaign.campaign_id
           and delivery.tenant_id = concerned.tenant_id
         order by rung desc limit 1) latest on true
      left join tenant_contact contact
        on contact.tenant_id = latest.tenant_id and contact.contact_id = latest.contact_id
     where campaign.incident_id = ${incidentId}
     order by concerned.tenant_id, campaign.created_at, campaign.notice_id`.execute(database);
  return rows.map(tenantNotice);
}

function tenantNotice({ kind, state, contactKind, at, ...notice }: Row): TenantNotice {
  if (kind === null) return notice;
  return {
    ...notice,
    delivery: { kind, state, ...(contactKind !== null && { contactKind }), at: at.toISOString() },
  };
}
