/** The deliveries of an incident one by one, as the ledger has them: for lists, tables, and what shows how one tenant was told. */
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { NoticeKind } from '../../contract/messages';
import type { DeliveryChannel, DeliveryState } from '../../domain/delivery';
import type { Database, Tables } from './database';

export interface DeliveryRow {
  readonly deliveryId: string;
  readonly campaignId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly noticeId: string;
  readonly kind: NoticeKind;
  readonly revision: number;
  readonly channel: DeliveryChannel;
  readonly address?: string;
  readonly language?: string;
  readonly state: DeliveryState;
  readonly reason?: string;
  readonly attempts: number;
  readonly possibleDuplicate: boolean;
  /** Without angle brackets. */
  readonly messageId?: string;
  /** SHA-256 of the bytes that left, 64 hexadecimal digits. */
  readonly bodyHash?: string;
  readonly replyCode?: number;
  readonly reply?: string;
  readonly queueId?: string;
  /** ISO 8601 in UTC. */
  readonly plannedAt: string;
  /** Since when it is in this state. */
  readonly changedAt: string;
}

export interface ChosenDeliveries {
  readonly incidentId: string;
  readonly states?: readonly DeliveryState[];
  readonly tenantId?: string;
}

export interface DeliveryPage extends ChosenDeliveries {
  /** Only deliveries after this one. */
  readonly after?: string;
  readonly limit: number;
}

type Optional =
  'address' | 'language' | 'reason' | 'messageId' | 'bodyHash' | 'replyCode' | 'reply' | 'queueId';
type Row = Omit<DeliveryRow, Optional | 'plannedAt' | 'changedAt'> & {
  readonly [Name in Optional]: DeliveryRow[Name] | null;
} & { readonly plannedAt: Date; readonly changedAt: Date };

/** In the order in which they were planned. */
export async function deliveryPage(
  database: Database | Transaction<Tables>,
  { after = '0', limit, ...chosen }: DeliveryPage,
): Promise<DeliveryRow[]> {
  const { rows } = await sql<Row>`
    select delivery_id as "deliveryId", campaign_id as "campaignId", tenant_id as "tenantId",
           tenant_name as "tenantName", notice_id as "noticeId", notice_kind as kind, revision, channel, address,
           language, state, reason, attempts, possible_duplicate as "possibleDuplicate", message_id as "messageId",
           body_hash as "bodyHash", reply_code as "replyCode", reply, queue_id as "queueId",
           planned_at as "plannedAt", changed_at as "changedAt"
      from delivery
     where ${isChosen(chosen)} and delivery_id > ${after}::bigint
     order by delivery_id limit ${limit}`.execute(database);
  return rows.map(deliveryRow);
}

/** So many of them there are. */
export async function countDeliveryRows(database: Database, chosen: ChosenDeliveries): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from delivery where ${isChosen(chosen)}`.execute(database);
  return rows[0]?.count ?? 0;
}

/** All of them, a page in memory at a time. */
export async function* deliveryRows(
  database: Database,
  chosen: ChosenDeliveries,
  pageSize = 5000,
): AsyncGenerator<readonly DeliveryRow[]> {
  for (let after = '0'; ;) {
    const page = await deliveryPage(database, { ...chosen, after, limit: pageSize });
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    after = page.at(-1)?.deliveryId ?? after;
  }
}

function isChosen({ incidentId, states, tenantId }: ChosenDeliveries): RawBuilder<unknown> {
  return sql`incident_id = ${incidentId}
    and (${states ?? null}::text[] is null or state = any(${states ?? null}::text[]))
    and (${tenantId ?? null}::text is null or tenant_id = ${tenantId ?? null})`;
}

function deliveryRow({ plannedAt, changedAt, ...row }: Row): DeliveryRow {
  const known = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  return {
    ...(known as Omit<DeliveryRow, 'plannedAt' | 'changedAt'>),
    plannedAt: plannedAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}
