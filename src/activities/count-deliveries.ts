/**
 * Counts the deliveries of a campaign in the ledger, and whom of the tenants there is still something to tell. Shards
 * report by signal, and anybody who may signal can send the same: before a campaign counts as settled, the ledger itself
 * is asked (S47).
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { DeliveryTotals, TenantCoverage } from '../domain/events';
import type { TenantSetRef } from './look-up-obligations';
import type { CampaignRef } from './plan-deliveries';

export interface CountDeliveriesInput extends CampaignRef {
  readonly shards: number;
  /** The newest version of the affected tenants, which need not be the campaign's. */
  readonly tenantSetVersion: number;
}

export interface CountedDeliveries {
  /** By shard, from 0. */
  readonly shards: readonly DeliveryTotals[];
  readonly coverage: TenantCoverage;
}

export interface LedgerCounts {
  /** @returns undefined when the ledger has no such campaign */
  count(campaign: CampaignRef, shards: number): Promise<readonly DeliveryTotals[] | undefined>;
}

export interface TenantCoverages {
  coverageOf(set: TenantSetRef): Promise<TenantCoverage>;
}

/** Final failure, by `type`: `CampaignUnknown`. */
export const countDeliveries =
  (ledger: LedgerCounts, coverages: TenantCoverages) =>
  async ({ shards, tenantSetVersion, ...campaign }: CountDeliveriesInput): Promise<CountedDeliveries> => {
    const counted = await ledger.count(campaign, shards);
    if (counted === undefined)
      throw ApplicationFailure.nonRetryable(
        `Campaign ${campaign.campaignId} is not in the ledger.`,
        'CampaignUnknown',
      );
    const { incidentId } = campaign;
    return { shards: counted, coverage: await coverages.coverageOf({ incidentId, tenantSetVersion }) };
  };
