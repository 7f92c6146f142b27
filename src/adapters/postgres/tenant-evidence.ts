/**
 * Everything in the database that shows what one tenant of an incident was told, when, by which way and under which
 * duties: read together, so that it fits together.
 */
import { sql, type Transaction } from 'kysely';
import type { DeliveryState } from '../../domain/delivery';
import type { Database, Tables } from './database';
import { deliveryPage, type DeliveryRow } from './delivery-rows';

/** Instants are ISO 8601 in UTC. */
export interface TenantEvidence {
  readonly affected: readonly AffectedIn[];
  readonly duties: readonly OwedDuty[];
  readonly deliveries: readonly DeliveryEvidence[];
}

interface AffectedIn {
  readonly version: number;
  readonly at: string;
  readonly reason: string;
  /** Somebody said that it is not affected after all. */
  readonly excludedReason?: string;
}

interface OwedDuty {
  readonly ruleId: string;
  readonly stage: string;
  readonly outcome: string;
  readonly because: string;
  readonly dueAt?: string;
  /** The arithmetic in words. */
  readonly explain: string;
  readonly packDigest: string;
}

export interface DeliveryEvidence extends DeliveryRow {
  /** What approvals are bound to: see the decisions. */
  readonly notice: {
    readonly contentHash?: string;
    readonly templateRevision: string;
    readonly tenantSetVersion: number;
  };
  /** Every change of its state. */
  readonly states: readonly StateChange[];
  /** What was heard of it after it had left. */
  readonly receipts: readonly ReceiptHeard[];
  /** What a person vouches for; no machine has seen it. */
  readonly attested: readonly Attestation[];
}

interface StateChange {
  readonly at: string;
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly reason?: string;
  readonly replyCode?: number;
  readonly possibleDuplicate: boolean;
  readonly evidence?: string;
}

interface ReceiptHeard {
  readonly at: string;
  readonly kind: string;
  readonly outcome: string;
  readonly status?: string;
  readonly diagnostic?: string;
  /** SHA-256 of the message in which it came. */
  readonly digest: string;
}

interface Attestation {
  readonly verdict: string;
  readonly by: string;
  readonly role: string;
  readonly recordedAt: string;
  readonly channel?: string;
  readonly doneAt?: string;
  readonly reference?: string;
  readonly reason?: string;
}

/** A tenant has tens of them, not thousands. */
const deliveriesAtMost = 10_000;

export function tenantEvidence(
  database: Database,
  incidentId: string,
  tenantId: string,
): Promise<TenantEvidence> {
  return database
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => ({
      affected: await affectedIn(transaction, incidentId, tenantId),
      duties: await dutiesTo(transaction, incidentId, tenantId),
      deliveries: await deliveriesTo(transaction, incidentId, tenantId),
    }));
}

async function affectedIn(
  transaction: Transaction<Tables>,
  incidentId: string,
  tenantId: string,
): Promise<AffectedIn[]> {
  const { rows } = await sql<WithDates<AffectedIn>>`
    select version, created_at as at, reason, excluded_reason as "excludedReason"
      from affected_tenant join affected_tenant_version using (incident_id, version)
     where incident_id = ${incidentId} and tenant_id = ${tenantId}
     order by version`.execute(transaction);
  return rows.map(known) as AffectedIn[];
}

async function dutiesTo(
  transaction: Transaction<Tables>,
  incidentId: string,
  tenantId: string,
): Promise<OwedDuty[]> {
  const { rows } = await sql<WithDates<OwedDuty>>`
    select rule_id as "ruleId", stage, outcome, because, due_at as "dueAt", explain, pack_digest as "packDigest"
      from obligation where incident_id = ${incidentId} and tenant_id = ${tenantId}
     order by due_at nulls last, rule_id, stage`.execute(transaction);
  return rows.map(known) as OwedDuty[];
}

async function deliveriesTo(
  transaction: Transaction<Tables>,
  incidentId: string,
  tenantId: string,
): Promise<DeliveryEvidence[]> {
  const rows = await deliveryPage(transaction, { incidentId, tenantId, limit: deliveriesAtMost });
  const deliveries: DeliveryEvidence[] = [];
  for (const row of rows)
    deliveries.push({
      ...row,
      notice: await noticeOf(transaction, incidentId, row),
      states: await statesOf(transaction, row),
      receipts: await receiptsOf(transaction, row),
      attested: await attestedOf(transaction, row),
    });
  return deliveries;
}

async function noticeOf(
  transaction: Transaction<Tables>,
  incidentId: string,
  { campaignId }: DeliveryRow,
): Promise<DeliveryEvidence['notice']> {
  const { rows } = await sql<WithDates<DeliveryEvidence['notice']>>`
    select template_revision as "templateRevision", tenant_set_version as "tenantSetVersion",
           (select content_hash from notice
             where notice.incident_id = campaign.incident_id and notice.notice_id = campaign.notice_id
               and notice.revision = campaign.revision limit 1) as "contentHash"
      from delivery_campaign campaign
     where incident_id = ${incidentId} and campaign_id = ${campaignId}`.execute(transaction);
  return known(rows[0] ?? {}) as DeliveryEvidence['notice'];
}

async function statesOf(
  transaction: Transaction<Tables>,
  { deliveryId }: DeliveryRow,
): Promise<StateChange[]> {
  const { rows } = await sql<WithDates<StateChange>>`
    select at, attempt, state, reason, reply_code as "replyCode", possible_duplicate as "possibleDuplicate", evidence
      from delivery_event where delivery_id = ${deliveryId} order by at`.execute(transaction);
  return rows.map(known) as StateChange[];
}

async function receiptsOf(
  transaction: Transaction<Tables>,
  { deliveryId }: DeliveryRow,
): Promise<ReceiptHeard[]> {
  const { rows } = await sql<WithDates<ReceiptHeard>>`
    select received_at as at, kind, outcome, status, diagnostic, digest
      from delivery_receipt where delivery_id = ${deliveryId} order by receipt_id`.execute(transaction);
  return rows.map(known) as ReceiptHeard[];
}

async function attestedOf(
  transaction: Transaction<Tables>,
  { deliveryId }: DeliveryRow,
): Promise<Attestation[]> {
  const { rows } = await sql<WithDates<Attestation>>`
    select verdict, by_principal as by, by_role as role, recorded_at as "recordedAt", channel, done_at as "doneAt",
           reference, reason
      from delivery_by_hand where delivery_id = ${deliveryId} order by recorded_at`.execute(transaction);
  return rows.map(known) as Attestation[];
}

type WithDates<Shape> = { readonly [Name in keyof Shape]-?: Shape[Name] | Date | null };

/** Without what is null, and with instants as text. */
function known(row: object): object {
  const entries = Object.entries(row)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, value instanceof Date ? value.toISOString() : (value as unknown)]);
  return Object.fromEntries(entries) as object;
}
