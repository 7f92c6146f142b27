/**
 * Sends what is due of one shard, up to a batch, and says how the shard then stands (S47). At least once: no recipient
 * is lost, every attempt is recorded, and a message of which nobody knows whether it arrived is a state of its own.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import {
  defaultDeliveryPolicy,
  isSettled,
  type AttemptOutcome,
  type DeliveryPolicy,
  type LineState,
  type OwnFailure,
} from '../domain/delivery';
import type { DeliveryTotals } from '../domain/events';
import { fingerprintOf, type Fingerprint } from '../domain/fingerprint';
import { addMs, compareInstants, instantFromEpochMs, type Instant } from '../domain/instant';
import {
  runDeliveryLine,
  type ComposedMessage,
  type DeliveryLedger,
  type DueDelivery,
  type LineReport,
  type WrittenState,
} from './delivery-line';
import type { CampaignRef } from './plan-deliveries';
import { holdShard, leaseLost, type HeldShard, type ShardLeases, type ShardRef } from './shard-lease';

export interface SendPageInput extends ShardRef {
  /** Deliveries at most in this page; 1 to 2,000. */
  readonly batchSize: number;
  /** What differs from `defaultDeliveryPolicy`. */
  readonly policy?: Partial<DeliveryPolicy>;
  /** A person says that the cause is mended: what was deferred is due at once. */
  readonly retryNow?: boolean;
  /** How long a dead worker keeps the shard; half the heartbeat time-out unless given. */
  readonly leaseMs?: number;
}

export interface SendPageResult {
  /** The whole shard, not this page: absolute numbers, so that a lost or doubled report does no harm. */
  readonly totals: DeliveryTotals;
  readonly settled: boolean;
  /** When to come back: now when more is due. Absent when settled, stopped, or waiting for a person. */
  readonly nextAt?: Instant;
  /** Something of ours has to be mended first; nothing is marked failed because of it. */
  readonly stopped?: { readonly reason: Exclude<OwnFailure, 'relay-unreachable'> };
  /** Fingerprint over the ids and states that this page wrote. */
  readonly digest: Fingerprint;
}

export interface ShardProgress {
  readonly totals: DeliveryTotals;
  /** When the next delivery that may be sent is due; in the past when some are due already. */
  readonly nextDueAt?: Instant;
}

export interface ShardStatus {
  progress(shard: ShardRef, inDoubt: DeliveryPolicy['inDoubt']): Promise<ShardProgress>;
}

/** A campaign with its texts and templates read, ready to compose the message of any of its deliveries. */
export interface OpenCampaign {
  readonly mode: 'live' | 'drill';
  /** The same delivery gives the same bytes. */
  compose(delivery: DueDelivery): Promise<ComposedMessage>;
}

/** One attempt at one message. Never throws for what the relay or the network does: that is an outcome. */
interface Transport {
  send(message: ComposedMessage): Promise<AttemptOutcome>;
}

/** Reaches real people. */
export interface LiveTransport extends Transport {
  readonly reaches: 'contacts';
}

/** Reaches nobody outside: what a drill sends ends in a folder. */
export interface DrillTransport extends Transport {
  readonly reaches: 'nobody';
}

export interface SendPagePorts {
  readonly leases: ShardLeases;
  readonly ledger: DeliveryLedger;
  readonly status: ShardStatus;
  readonly openCampaign: (campaign: CampaignRef) => Promise<OpenCampaign | undefined>;
  readonly transports: { readonly live: LiveTransport; readonly drill: DrillTransport };
}

const MAX_BATCH = 2000;
const MAX_LEASE_MS = 30_000;
const DEFAULT_HEARTBEAT_TIMEOUT_MS = 30_000;

/**
 * Safe to run again, and alone on its shard: a second attempt waits until the first has let go or its lease has ended.
 * When cancelled it finishes what is on the wire and sends nothing more. Final failures, by `type`: `CampaignUnknown`,
 * `BatchSizeInvalid`. Retryable: `ShardLeaseLost`, and whatever the database reports.
 */
export const sendPage =
  (ports: SendPagePorts) =>
  async (input: SendPageInput): Promise<SendPageResult> => {
    refuseBatchSize(input.batchSize);
    const policy = { ...defaultDeliveryPolicy, ...input.policy };
    const campaign = await ports.openCampaign(input);
    if (campaign === undefined) throw campaignUnknown(input.campaignId);
    const { incidentId, campaignId, shard } = input;
    const held = await holdShard(ports.leases, { incidentId, campaignId, shard }, leaseMsOf(input));
    try {
      if (input.retryNow === true) await ports.ledger.endDeferrals(held.hold);
      const report = await runPage(ports, campaign, held, policy, input.batchSize);
      return resultOf(await ports.status.progress(held.hold, policy.inDoubt), report, policy);
    } finally {
      await held.release();
    }
  };

async function runPage(
  { ledger, transports }: SendPagePorts,
  campaign: OpenCampaign,
  shard: HeldShard,
  policy: DeliveryPolicy,
  batchSize: number,
): Promise<LineReport> {
  const { cancellationSignal, cancelled } = Context.current();
  const transport: Transport = transports[campaign.mode];
  const report = await runDeliveryLine({
    ledger,
    shard,
    compose: (delivery) => campaign.compose(delivery),
    send: (message) => transport.send(message),
    policy,
    batchSize,
    isCancelled: () => cancellationSignal.aborted,
  });
  if (cancellationSignal.aborted) await cancelled;
  if (!shard.isHeld()) throw leaseLost(shard.hold.shard);
  return report;
}

function resultOf(
  progress: ShardProgress,
  { line, written }: LineReport,
  policy: DeliveryPolicy,
): SendPageResult {
  const settled = isSettled(progress.totals);
  const nextAt = nextAtOf(progress, line, policy);
  return {
    totals: progress.totals,
    settled,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(line.kind === 'stopped' ? { stopped: { reason: line.reason } } : {}),
    digest: digestOf(written),
  };
}

function nextAtOf(
  { totals, nextDueAt }: ShardProgress,
  line: LineState,
  policy: DeliveryPolicy,
): Instant | undefined {
  const now = instantFromEpochMs(Date.now());
  const earliest = line.kind === 'paused' ? addMs(now, policy.relayPauseSeconds * 1000) : now;
  // What a broken connection to the database has left as `sending` is cleared up by the next page.
  const dueAt = totals.sending > 0 ? now : nextDueAt;
  if (dueAt === undefined || line.kind === 'stopped') return undefined;
  return compareInstants(dueAt, earliest) > 0 ? dueAt : earliest;
}

function digestOf(written: readonly WrittenState[]): Fingerprint {
  return fingerprintOf(written.map(({ deliveryId, state }) => `${deliveryId} ${state}`).sort());
}

/** Shorter than the heartbeat time-out: when the server starts another attempt, the shard is free or soon will be. */
function leaseMsOf({ leaseMs }: SendPageInput): number {
  const heartbeatTimeoutMs = Context.current().info.heartbeatTimeoutMs ?? DEFAULT_HEARTBEAT_TIMEOUT_MS;
  return leaseMs ?? Math.min(MAX_LEASE_MS, heartbeatTimeoutMs / 2);
}

function refuseBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= MAX_BATCH) return;
  throw ApplicationFailure.nonRetryable(
    `A page sends 1 to ${MAX_BATCH} deliveries, not ${batchSize}.`,
    'BatchSizeInvalid',
  );
}

function campaignUnknown(campaignId: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `Campaign ${campaignId} is not in the ledger; plan its deliveries first.`,
    'CampaignUnknown',
  );
}
