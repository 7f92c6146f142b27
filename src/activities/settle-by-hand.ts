/**
 * Writes to the ledger what a person vouches for, or waives, about tenants that no message reaches (S48). It is recorded
 * as that person's word and never as something that was seen.
 */
import type { HandSettlement } from '../domain/by-hand';

export type HandSettlementInput = HandSettlement & { readonly incidentId: string };

export interface WrittenSettlement {
  /** None when nothing of the tenant waited for a person. */
  readonly deliveries: number;
  /** The campaigns whose deliveries have changed. */
  readonly campaigns: readonly string[];
}

export interface HandLedger {
  /** Safe to repeat with the same `settlementId`. */
  settle(settlement: HandSettlementInput): Promise<WrittenSettlement>;
}

/** Safe to run again. */
export const settleByHand =
  (ledger: HandLedger) =>
  (settlement: HandSettlementInput): Promise<WrittenSettlement> =>
    ledger.settle(settlement);
