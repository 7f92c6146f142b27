/**
 * Writes the plan of a campaign into the ledger: one delivery for the first contact of every tenant that the notice is
 * for, and of which kind it is for that tenant. Tenants stay in the database; counts come back.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { NoticeStage } from '../contract/messages';
import type { ChannelsCountAs, FallbackStep } from '../contract/policy';
import { sumOfTotals, type DeliveryPolicy } from '../domain/delivery';
import type { DeliveryTotals } from '../domain/events';
import type { Fingerprint } from '../domain/fingerprint';
import { addMs, instantFromEpochMs, type Instant } from '../domain/instant';

export interface CampaignRef {
  readonly incidentId: string;
  readonly campaignId: string;
}

export interface PlanDeliveriesInput extends CampaignRef {
  readonly noticeId: string;
  readonly revision: number;
  /** Says whom it is for, and by difference every tenant's own kind (process.md §5.9). */
  readonly kind: NoticeStage;
  /** The templates that were approved with the notice. */
  readonly templateHash: Fingerprint;
  readonly tenantSetVersion: number;
  readonly shards: number;
  readonly mode: 'live' | 'drill';
  /** Sends again, without news, what the notice has sent before; the first time unless given. */
  readonly repetition?: number;
  /** How the ladder of contacts goes, by the policy of the incident; by the default one unless given. */
  readonly fallbacks?: readonly FallbackStep[];
  readonly channelsCountAs?: ChannelsCountAs;
  /** How its shards send; kept, so that one can be started again when its incident has ended. */
  readonly policy?: Partial<DeliveryPolicy>;
  /** When a contact that keeps deferring is given up for the next one; 72 hours from now unless given. */
  readonly giveUpAt?: Instant;
  /** So long each contact after the first is tried at least; a whole number, 60 unless given. */
  readonly contactWindowMinutes?: number;
}

export interface PlannedShard {
  readonly shard: number;
  readonly totals: DeliveryTotals;
}

export interface PlanDeliveriesResult {
  readonly shards: readonly PlannedShard[];
  readonly totals: DeliveryTotals;
}

export type PlannedCampaign = PlanDeliveriesInput & { readonly giveUpAt: Instant };

export interface DeliveryPlan {
  /** Records the campaign; `conflict` when its id already stands for another one. */
  openCampaign(campaign: PlannedCampaign): Promise<'open' | 'conflict' | 'content-missing'>;
  /** Plans one shard. Rows that are there stay as they are. @returns the shard's totals as they are then. */
  planShard(campaign: CampaignRef, shard: number): Promise<DeliveryTotals>;
}

const DEFAULT_RETRY_WINDOW_MS = 72 * 60 * 60 * 1000;

/**
 * Safe to run again. Final failures, by `type`: `CampaignConflict`, `CampaignContentMissing` (no such notice revision,
 * or no templates by that hash).
 */
export const planDeliveries =
  (plan: DeliveryPlan) =>
  async (input: PlanDeliveriesInput): Promise<PlanDeliveriesResult> => {
    const giveUpAt = input.giveUpAt ?? addMs(instantFromEpochMs(Date.now()), DEFAULT_RETRY_WINDOW_MS);
    const outcome = await plan.openCampaign({ ...input, giveUpAt });
    if (outcome !== 'open') throw refusalOf(outcome, input);
    const shards: PlannedShard[] = [];
    for (let shard = 0; shard < input.shards; shard += 1) {
      shards.push({ shard, totals: await plan.planShard(input, shard) });
      Context.current().heartbeat({ plannedShards: shard + 1 });
    }
    return { shards, totals: sumOfTotals(shards.map(({ totals }) => totals)) };
  };

function refusalOf(
  outcome: 'conflict' | 'content-missing',
  { campaignId, noticeId, revision }: PlanDeliveriesInput,
): ApplicationFailure {
  return outcome === 'conflict'
    ? ApplicationFailure.nonRetryable(
        `Campaign ${campaignId} already sends something else; give this one an id of its own.`,
        'CampaignConflict',
      )
    : ApplicationFailure.nonRetryable(
        `Notice ${noticeId}, revision ${revision}, or its templates are not in the database; prepare the notice first.`,
        'CampaignContentMissing',
      );
}
