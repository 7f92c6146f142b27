/**
 * Counts the deliveries of a campaign in the ledger. Shards report by signal, and anybody who may signal can send the
 * same: before a campaign counts as settled, the ledger itself is asked (S47).
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { DeliveryTotals } from '../domain/events';
import type { CampaignRef } from './plan-deliveries';

export interface CountDeliveriesInput extends CampaignRef {
  readonly shards: number;
}

export interface CountedDeliveries {
  /** By shard, from 0. */
  readonly shards: readonly DeliveryTotals[];
}

export interface LedgerCounts {
  /** @returns undefined when the ledger has no such campaign */
  count(campaign: CampaignRef, shards: number): Promise<readonly DeliveryTotals[] | undefined>;
}

/** Final failure, by `type`: `CampaignUnknown`. */
export const countDeliveries =
  (ledger: LedgerCounts) =>
  async ({ shards, ...campaign }: CountDeliveriesInput): Promise<CountedDeliveries> => {
    const counted = await ledger.count(campaign, shards);
    if (counted === undefined)
      throw ApplicationFailure.nonRetryable(
        `Campaign ${campaign.campaignId} is not in the ledger.`,
        'CampaignUnknown',
      );
    return { shards: counted };
  };
