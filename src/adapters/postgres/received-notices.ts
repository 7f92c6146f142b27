/** What each tenant got, notice by notice, as the ledger has it. */
import { sql } from 'kysely';
import type { NoticeKind } from '../../contract/messages';
import type { LanguageChoice } from '../../contract/notice-languages';
import type { DirectoryContactKind } from '../../contract/tenant-import';
import type { DeliveryState } from '../../domain/delivery';
import type { Database } from './database';
import { deliveredAs } from './delivery-plan';
import { wasToldBefore } from './superseded-deliveries';

export interface ReceivedNotice {
  readonly tenantId: string;
  readonly kind: NoticeKind;
}

/**
 * The tenants whose notice a relay has accepted for one of their contacts, by id; nobody else received it. What bounced
 * was not received, and what somebody attests to have told by hand was not seen here.
 */
export const receivedNotices =
  (database: Database) =>
  (incidentId: string, noticeId: string): Promise<ReceivedNotice[]> =>
    database
      .selectFrom('delivery')
      .select(['tenant_id as tenantId', 'notice_kind as kind'])
      .where('incident_id', '=', incidentId)
      .where('notice_id', '=', noticeId)
      .where((row) =>
        row.or([
          row('state', 'in', ['accepted', 'delivered', 'acknowledged']),
          sql<boolean>`${wasToldBefore()}`,
        ]),
      )
      .orderBy('tenant_id')
      .distinct()
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
    readonly contactKind?: DirectoryContactKind;
    /** Since when it is in this state, ISO 8601 in UTC. */
    readonly at: string;
    /** Absent when the notice is written in none that could be chosen. */
    readonly language?: ChosenLanguage;
  };
}

export interface ChosenLanguage {
  readonly used: string;
  /** The first of the tenant's languages; absent when it names none. */
  readonly wanted?: string;
  readonly choice: LanguageChoice;
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
  readonly contactKind: DirectoryContactKind | null;
  readonly at: Date;
  readonly language: string | null;
  readonly wantedLanguage: string | null;
  readonly languageChoice: LanguageChoice | null;
}

/** Every notice that has left, in the order in which they did, for each tenant that was ever affected or told. */
export async function noticesByTenant(
  database: Database,
  { incidentId, tenantId, after = '', limit }: TenantPage,
): Promise<TenantNotice[]> {
  const among = tenantId === undefined ? sql`tenant_id > ${after}` : sql`tenant_id = ${tenantId}`;
  const { rows } = await sql<Row>`
    select concerned.tenant_id as "tenantId", ${deliveredAs()} as "noticeId", campaign.revision,
           latest.notice_kind as kind, latest.state, contact.kind as "contactKind", latest.changed_at as at,
           latest.language, latest.wanted_language as "wantedLanguage", latest.language_choice as "languageChoice"
      from (select tenant_id from affected_tenant where incident_id = ${incidentId} and ${among}
            union
            select tenant_id from delivery where incident_id = ${incidentId} and ${among}
            order by tenant_id limit ${limit}) concerned
     cross join delivery_campaign campaign
      left join lateral (
        select * from delivery
         where delivery.incident_id = campaign.incident_id and delivery.campaign_id = campaign.campaign_id
           and delivery.tenant_id = concerned.tenant_id
           and not delivery.is_beside
         order by state = 'acknowledged' desc, rung desc limit 1) latest on true
      left join tenant_contact contact
        on contact.tenant_id = latest.tenant_id and contact.contact_id = latest.contact_id
     where campaign.incident_id = ${incidentId}
     order by concerned.tenant_id, campaign.created_at, campaign.notice_id`.execute(database);
  return rows.map(tenantNotice);
}

function tenantNotice({ kind, state, contactKind, at, ...row }: Row): TenantNotice {
  const { tenantId, noticeId, revision } = row;
  const notice = { tenantId, noticeId, revision };
  if (kind === null) return notice;
  const language = chosenLanguage(row);
  return {
    ...notice,
    delivery: {
      ...{ kind, state, at: at.toISOString() },
      ...(contactKind !== null && { contactKind }),
      ...(language && { language }),
    },
  };
}

function chosenLanguage({
  language: used,
  wantedLanguage: wanted,
  languageChoice: choice,
}: Pick<Row, 'language' | 'wantedLanguage' | 'languageChoice'>): ChosenLanguage | undefined {
  if (used === null || choice === null) return undefined;
  return { used, ...(wanted !== null && { wanted }), choice };
}
