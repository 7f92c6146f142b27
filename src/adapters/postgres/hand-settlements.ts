/** Deliveries that wait for a person, in the ledger, and how people have settled them; their word is kept with its author. */
import { sql, type ColumnType, type Transaction } from 'kysely';
import type { HandLedger, HandSettlementInput, WrittenSettlement } from '../../activities/settle-by-hand';
import type { Instant } from '../../domain/instant';
import type { Database, Tables } from './database';
import { eventsFrom } from './delivery-sql';

type Timestamp = ColumnType<Date, Instant, Instant>;

export interface DeliveryByHandTable {
  incident_id: string;
  settlement_id: string;
  /** bigint, as text. */
  delivery_id: string;
  verdict: 'attested' | 'waived';
  channel: 'post' | 'phone' | 'in-person' | null;
  done_at: Timestamp | null;
  reference: string | null;
  reason: string | null;
  by_principal: string;
  by_role: string;
  recorded_at: ColumnType<Date, undefined, never>;
}

export interface DeliveryByHandTables {
  delivery_by_hand: DeliveryByHandTable;
}

export const handLedger = (database: Database): HandLedger => ({
  settle: (settlement) =>
    database.transaction().execute(async (transaction) => {
      const earlier = await writtenBefore(transaction, settlement);
      return earlier.deliveries > 0 ? earlier : write(transaction, settlement);
    }),
});

async function writtenBefore(
  transaction: Transaction<Tables>,
  { incidentId, settlementId }: HandSettlementInput,
): Promise<WrittenSettlement> {
  const rows = await transaction
    .selectFrom('delivery_by_hand')
    .innerJoin('delivery', 'delivery.delivery_id', 'delivery_by_hand.delivery_id')
    .select('delivery.campaign_id as campaignId')
    .where('delivery_by_hand.incident_id', '=', incidentId)
    .where('settlement_id', '=', settlementId)
    .execute();
  return writtenTo(rows);
}

/** Whoever was told after all had been waived is told. */
async function write(
  transaction: Transaction<Tables>,
  settlement: HandSettlementInput,
): Promise<WrittenSettlement> {
  const { incidentId, settlementId, tenantId, verdict, noticeId, reason, by, role } = settlement;
  const word = settlement.verdict === 'attested' ? settlement : undefined;
  const { rows } = await sql<{ campaignId: string }>`
    with settled as (
      update delivery
         set state = ${verdict}, reason = ${word?.channel ?? null}, changed_at = now()
       where incident_id = ${incidentId} and tenant_id = ${tenantId}
         and (${noticeId ?? null}::text is null or notice_id = ${noticeId ?? null})
         and state in ('needs-human', ${verdict === 'attested' ? 'waived' : 'needs-human'})
      returning *),
    told as (insert into delivery_event ${eventsFrom('settled')}),
    vouched as (
      insert into delivery_by_hand (incident_id, settlement_id, delivery_id, verdict, channel, done_at, reference,
                                    reason, by_principal, by_role)
      select incident_id, ${settlementId}, delivery_id, ${verdict}, ${word?.channel ?? null},
             ${word?.doneAt ?? null}::timestamptz, ${word?.reference ?? null}, ${reason ?? null}, ${by}, ${role}
        from settled)
    select campaign_id as "campaignId" from settled`.execute(transaction);
  return writtenTo(rows);
}

function writtenTo(rows: readonly { readonly campaignId: string }[]): WrittenSettlement {
  return {
    deliveries: rows.length,
    campaigns: [...new Set(rows.map(({ campaignId }) => campaignId))].sort(),
  };
}

/** A delivery that a person has to make. */
export interface HandTask {
  readonly tenantId: string;
  readonly noticeId: string;
  readonly state: 'needs-human' | 'waived';
  readonly reason: string | null;
}

/** What waits for a person or was waived, of one tenant. */
export function handTasksOf(database: Database, incidentId: string, tenantId: string): Promise<HandTask[]> {
  return database
    .selectFrom('delivery')
    .select(['tenant_id as tenantId', 'notice_id as noticeId', 'state', 'reason'])
    .where('incident_id', '=', incidentId)
    .where('tenant_id', '=', tenantId)
    .where('state', 'in', ['needs-human', 'waived'])
    .orderBy('delivery_id')
    .$narrowType<{ state: HandTask['state'] }>()
    .execute();
}
