/**
 * What is heard of messages after they left, in the ledger: every receipt is kept once, applied when it says something
 * new, and kept for later when its message is not recorded as accepted yet. Receipts of unknown messages are kept too.
 */
import { type ColumnType, type Generated, sql, type Transaction } from 'kysely';
import type { ShardRef } from '../../activities/shard-lease';
import type { DeliveryPolicy, DeliveryState } from '../../domain/delivery';
import { fingerprintOf } from '../../domain/fingerprint';
import type { Instant } from '../../domain/instant';
import { outcomeOfReceipt, type Receipt, type ReceiptOutcome } from '../../domain/receipts';
import type { Database, Tables } from './database';
import { eventsFrom, isOfShard, storable } from './delivery-sql';
import { planNextContacts } from './next-contacts';

type GeneratedTimestamp = ColumnType<Date, Instant | undefined, Instant>;

export interface DeliveryReceiptTable {
  /** bigint, as text. */
  receipt_id: Generated<string>;
  /** SHA-256 of what came in. */
  digest: string;
  kind: Receipt['kind'] | 'unreadable';
  is_permanent: Generated<boolean>;
  identity: string | null;
  status: string | null;
  diagnostic: string | null;
  outcome: RecordedOutcome;
  problem: string | null;
  delivery_id: string | null;
  received_at: GeneratedTimestamp;
  /** When the shard of a bounced delivery was told to go on with the next contact. */
  woken_at: ColumnType<Date | null, undefined, Instant>;
}

export interface DeliveryReceiptTables {
  delivery_receipt: DeliveryReceiptTable;
}

export type RecordedOutcome = ReceiptOutcome['kind'] | 'unknown' | 'unreadable';

/** A receipt as it came in. */
export interface IncomingReceipt {
  /** SHA-256 of what came in: the same twice is once. */
  readonly digest: string;
  /** Of the delivery (`deliveryIdentity`), as the receipt names it. */
  readonly identity: string;
  readonly receipt: Receipt;
  /** Enhanced status code (RFC 3463). */
  readonly status?: string;
  /** The words of a relay; they may hold an address. */
  readonly diagnostic?: string;
}

export type ReceiptRecord =
  | { readonly kind: 'recorded'; readonly outcome: RecordedOutcome }
  /** The same was here before, with this outcome. */
  | { readonly kind: 'known'; readonly outcome: RecordedOutcome };

/** Safe to repeat: what was here before changes nothing. */
export function recordReceipt(database: Database, incoming: IncomingReceipt): Promise<ReceiptRecord> {
  return database.transaction().execute(async (transaction) => {
    const receiptId = await keep(transaction, incoming);
    if (receiptId === undefined) return { kind: 'known', outcome: await outcomeOf(transaction, incoming) };
    const delivery = await lockedDelivery(transaction, incoming.identity);
    if (delivery === undefined) return { kind: 'recorded', outcome: 'unknown' };
    return { kind: 'recorded', outcome: await applyKept(transaction, receiptId, delivery, incoming.receipt) };
  });
}

export interface RecordedAcknowledgement {
  readonly incidentId: string;
  readonly noticeId: string;
  readonly isRepeated: boolean;
}

/** @returns undefined, and writes nothing, when no delivery has this identity */
export function recordAcknowledgement(
  database: Database,
  identity: string,
): Promise<RecordedAcknowledgement | undefined> {
  return database.transaction().execute(async (transaction) => {
    const delivery = await lockedDelivery(transaction, identity);
    if (delivery === undefined) return undefined;
    const { incidentId, noticeId } = delivery;
    const receipt = { kind: 'acknowledged' } as const;
    const digest = fingerprintOf(['acknowledgement', identity]);
    const receiptId = await keep(transaction, { digest, identity, receipt });
    if (receiptId !== undefined) await applyKept(transaction, receiptId, delivery, receipt);
    return { incidentId, noticeId, isRepeated: receiptId === undefined };
  });
}

async function applyKept(
  transaction: Transaction<Tables>,
  receiptId: string,
  delivery: LockedDelivery,
  receipt: Receipt,
): Promise<ReceiptOutcome['kind']> {
  const outcome = await apply(transaction, delivery, receipt);
  await transaction
    .updateTable('delivery_receipt')
    .set({ outcome, delivery_id: delivery.deliveryId })
    .where('receipt_id', '=', receiptId)
    .execute();
  return outcome;
}

/** Keeps what nobody could read, with the sentence that says why. */
export async function recordUnreadable(
  database: Database,
  { digest, problem }: { readonly digest: string; readonly problem: string },
): Promise<ReceiptRecord> {
  const outcome = 'unreadable';
  const inserted = await database
    .insertInto('delivery_receipt')
    .values({ digest, kind: 'unreadable', outcome, problem })
    .onConflict((conflict) => conflict.doNothing())
    .returning('receipt_id')
    .executeTakeFirst();
  return { kind: inserted === undefined ? 'known' : 'recorded', outcome };
}

async function keep(
  transaction: Transaction<Tables>,
  { digest, identity, receipt, status, diagnostic }: IncomingReceipt,
): Promise<string | undefined> {
  const inserted = await transaction
    .insertInto('delivery_receipt')
    .values({
      digest,
      kind: receipt.kind,
      is_permanent: receipt.kind !== 'bounced' || receipt.isPermanent,
      identity: storable(identity),
      status: storable(status),
      diagnostic: storable(diagnostic),
      outcome: 'unknown',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('receipt_id')
    .executeTakeFirst();
  return inserted?.receipt_id;
}

async function outcomeOf(
  transaction: Transaction<Tables>,
  { digest }: IncomingReceipt,
): Promise<RecordedOutcome> {
  const { outcome } = await transaction
    .selectFrom('delivery_receipt')
    .select('outcome')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  return outcome;
}

interface LockedDelivery {
  readonly deliveryId: string;
  readonly incidentId: string;
  readonly noticeId: string;
  readonly state: DeliveryState;
}

async function lockedDelivery(
  transaction: Transaction<Tables>,
  identity: string,
): Promise<LockedDelivery | undefined> {
  const { rows } = await sql<LockedDelivery>`
    select delivery_id as "deliveryId", incident_id as "incidentId", notice_id as "noticeId", state
      from delivery
     where split_part(message_id, '@', 1) = ${identity} and message_id is not null
       for update`.execute(transaction);
  return rows[0];
}

/** The one place where a receipt changes the ledger; the row is locked. */
async function apply(
  transaction: Transaction<Tables>,
  { deliveryId, state }: Pick<LockedDelivery, 'deliveryId' | 'state'>,
  receipt: Receipt,
): Promise<ReceiptOutcome['kind']> {
  const outcome = outcomeOfReceipt(state, receipt);
  if (outcome.kind !== 'applied') return outcome.kind;
  const keepsWaiting = outcome.state === 'delivered';
  await sql`
    with changed as (
      update delivery
         set state = ${outcome.state}, changed_at = now(),
             reason = case ${outcome.state}::text when 'bounced' then 'bounced' when 'delivered' then reason end,
             acknowledge_by = case when ${keepsWaiting} then acknowledge_by end
       where delivery_id = ${deliveryId}
      returning *)
    insert into delivery_event ${eventsFrom('changed')}`.execute(transaction);
  if (outcome.state === 'bounced') await goOnAfterBounce(transaction, deliveryId);
  if (outcome.state === 'acknowledged') await endTheChase(transaction, deliveryId);
  return 'applied';
}

/** The address is tried last from now on, and who was asked again after silence has not been told by this one. */
async function goOnAfterBounce(transaction: Transaction<Tables>, deliveryId: string): Promise<void> {
  await sql`
    update tenant_contact contact set bounced_at = coalesce(bounced_at, now())
      from delivery bounced
     where bounced.delivery_id = ${deliveryId} and contact.tenant_id = bounced.tenant_id
       and contact.contact_id = bounced.contact_id`.execute(transaction);
  await sql`
    update delivery set after_silence = false
      from delivery bounced
     where bounced.delivery_id = ${deliveryId} and delivery.incident_id = bounced.incident_id
       and delivery.notice_id = bounced.notice_id and delivery.tenant_id = bounced.tenant_id
       and delivery.after_silence and delivery.state in ('planned', 'sending', 'deferred', 'in-doubt')`.execute(
    transaction,
  );
  await planNextContacts(transaction, [deliveryId]);
}

/** One contact of the tenant has acknowledged: nobody else is waited for, and nobody else is asked. */
async function endTheChase(transaction: Transaction<Tables>, deliveryId: string): Promise<void> {
  await sql`
    update delivery set acknowledge_by = null
      from delivery acknowledged
     where acknowledged.delivery_id = ${deliveryId} and delivery.incident_id = acknowledged.incident_id
       and delivery.notice_id = acknowledged.notice_id and delivery.tenant_id = acknowledged.tenant_id
       and delivery.acknowledge_by is not null`.execute(transaction);
  await sql`
    with ended as (
      update delivery set state = 'superseded', reason = 'acknowledged-by-another', changed_at = now()
        from delivery acknowledged
       where acknowledged.delivery_id = ${deliveryId} and delivery.incident_id = acknowledged.incident_id
         and delivery.notice_id = acknowledged.notice_id and delivery.tenant_id = acknowledged.tenant_id
         and delivery.after_silence and delivery.state in ('planned', 'deferred', 'needs-human')
      returning delivery.*)
    insert into delivery_event ${eventsFrom('ended')}`.execute(transaction);
}

interface KeptReceipt {
  readonly receiptId: string;
  readonly deliveryId: string;
  readonly state: DeliveryState;
  readonly kind: Receipt['kind'];
  readonly isPermanent: boolean;
}

/**
 * Applies what came before its message was recorded as accepted, in the order in which it came.
 */
export async function applyEarlyReceipts(transaction: Transaction<Tables>, shard: ShardRef): Promise<void> {
  const { rows } = await sql<KeptReceipt>`
    select receipt_id as "receiptId", delivery.delivery_id as "deliveryId", delivery.state, receipt.kind,
           is_permanent as "isPermanent"
      from delivery_receipt receipt join delivery using (delivery_id)
     where receipt.outcome = 'early' and ${isOfShard(shard)} and state not in ('planned', 'sending', 'deferred', 'in-doubt')
     order by receipt_id for update`.execute(transaction);
  for (const { receiptId, kind, isPermanent, deliveryId } of rows) {
    const { state } = await transaction
      .selectFrom('delivery')
      .select('state')
      .where('delivery_id', '=', deliveryId)
      .executeTakeFirstOrThrow();
    const receipt: Receipt = kind === 'bounced' ? { kind, isPermanent } : { kind };
    const outcome = await apply(transaction, { deliveryId, state }, receipt);
    // Whoever applies it works on the shard, and goes on by itself.
    await sql`
      update delivery_receipt set outcome = ${outcome}, woken_at = now()
       where receipt_id = ${receiptId}`.execute(transaction);
  }
}

// Shards that have something to do again

export interface ShardToWake extends ShardRef {
  /** How the shards of the campaign send. */
  readonly policy: Partial<DeliveryPolicy>;
  /** The last receipt that it is woken for. */
  readonly receiptId: string;
}

/** The shards of which a delivery bounced and that were not told yet, whichever run recorded it. */
export async function shardsToWake(database: Database): Promise<ShardToWake[]> {
  const { rows } = await sql<ShardToWake>`
    select incident_id as "incidentId", campaign_id as "campaignId", shard, campaign.policy,
           max(receipt_id) as "receiptId"
      from delivery_receipt receipt
      join delivery using (delivery_id) join delivery_campaign campaign using (incident_id, campaign_id)
     where receipt.kind = 'bounced' and receipt.outcome = 'applied' and woken_at is null
     group by incident_id, campaign_id, shard, campaign.policy`.execute(database);
  return rows;
}

/** What was recorded since the shard was found is left for the next time. */
export async function noteWoken(
  database: Database,
  { incidentId, campaignId, shard, receiptId }: ShardToWake,
): Promise<void> {
  await sql`
    update delivery_receipt receipt set woken_at = now()
      from delivery
     where delivery.delivery_id = receipt.delivery_id and receipt.kind = 'bounced' and receipt.outcome = 'applied'
       and woken_at is null and receipt_id <= ${receiptId}::bigint
       and incident_id = ${incidentId} and campaign_id = ${campaignId} and shard = ${shard}`.execute(
    database,
  );
}

// What is kept

export interface KeptProblem {
  readonly receivedAt: Date;
  readonly outcome: 'unknown' | 'unreadable';
  readonly kind: DeliveryReceiptTable['kind'];
  readonly identity: string | null;
  readonly status: string | null;
  readonly problem: string | null;
}

/** Receipts that changed nothing because nobody knows their message or could read them, the newest first. */
export function keptProblems(database: Database, limit: number): Promise<KeptProblem[]> {
  return database
    .selectFrom('delivery_receipt')
    .select(['received_at as receivedAt', 'outcome', 'kind', 'identity', 'status', 'problem'])
    .where('outcome', 'in', ['unknown', 'unreadable'])
    .orderBy('receipt_id', 'desc')
    .limit(limit)
    .$narrowType<{ outcome: KeptProblem['outcome'] }>()
    .execute();
}
