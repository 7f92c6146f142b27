/** What a person decided about deliveries that may have gone out and are held for that: written to the ledger. */
import type { CampaignRef } from './plan-deliveries';

export interface DoubtsToSettle extends CampaignRef {
  /** `accepted`: the relay has them, as somebody has seen. `resend`: the same bytes go out once more. */
  readonly decision: 'accepted' | 'resend';
  /** Of these messages, without angle brackets; of all that are held unless given. */
  readonly messageIds?: readonly string[];
}

export interface HeldDoubts {
  /** @returns how many deliveries were settled; none of those that are no longer held */
  settle(doubts: DoubtsToSettle): Promise<number>;
}

/** Safe to run again: what is settled is settled. */
export const settleDoubts =
  (doubts: HeldDoubts) =>
  async (input: DoubtsToSettle): Promise<{ readonly settled: number }> => ({
    settled: await doubts.settle(input),
  });
