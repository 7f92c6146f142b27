/**
 * Tenants that only a person can tell (S48): somebody vouches that it was done, or decides with a reason that it is not.
 * Owns what the incident has yet to write to the ledger, one settlement after the other.
 */
import type { EventOf, IncidentEvent } from './events';

export type HandSettlement =
  | ({ readonly verdict: 'attested'; readonly by: string; readonly role: string } & Omit<
      EventOf<'told-by-hand'>,
      'type'
    >)
  | ({ readonly verdict: 'waived'; readonly by: string; readonly role: string } & Omit<
      EventOf<'telling-waived'>,
      'type'
    >);

export interface HandSettlements {
  readonly count: number;
  readonly pending: readonly HandSettlement[];
}

export const noHandSettlements: HandSettlements = { count: 0, pending: [] };

export function applyToHandSettlements(settlements: HandSettlements, event: IncidentEvent): HandSettlements {
  switch (event.type) {
    case 'told-by-hand': {
      const { settlementId, tenantId, noticeId, channel, doneAt, reference, reason, by, role } = event;
      const details = { settlementId, tenantId, channel, doneAt, reference, by, role };
      return withPending(settlements, {
        verdict: 'attested',
        ...details,
        ...(noticeId !== undefined && { noticeId }),
        ...(reason !== undefined && { reason }),
      });
    }
    case 'telling-waived': {
      const { settlementId, tenantId, noticeId, reason, by, role } = event;
      const details = { settlementId, tenantId, reason, by, role };
      return withPending(settlements, {
        verdict: 'waived',
        ...details,
        ...(noticeId !== undefined && { noticeId }),
      });
    }
    case 'hand-settlement-written':
      return {
        ...settlements,
        pending: settlements.pending.filter(({ settlementId }) => settlementId !== event.settlementId),
      };
    default:
      return settlements;
  }
}

function withPending({ count, pending }: HandSettlements, settlement: HandSettlement): HandSettlements {
  return { count: count + 1, pending: [...pending, settlement] };
}

// Questions

export function nextSettlementId({ count }: HandSettlements): string {
  return `M${String(count + 1)}`;
}

/** The name of the step that writes a settlement to the ledger. */
export function settlementStepKey({ settlementId }: Pick<HandSettlement, 'settlementId'>): string {
  return `settle-by-hand/${settlementId}`;
}
