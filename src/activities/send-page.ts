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
  type StopReason,
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
import { watchBrake, type DeliveryBrakes, type WatchedBrake } from './hold-deliveries';
import type { CampaignRef } from './plan-deliveries';
import { noEvidence, reconcileDoubts, type DoubtLedger, type RelayEvidence } from './reconcile-doubts';
import {
  holdShard,
  leaseLost,
  type HeldShard,
  type ShardHold,
  type ShardLeases,
  type ShardRef,
} from './shard-lease';

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
  /** A person has to act first; nothing is marked failed because of it. */
  readonly stopped?: { readonly reason: StopReason };
  /** Fingerprint over the ids and states that this page wrote. */
  readonly digest: Fingerprint;
}

export interface ShardProgress {
  readonly totals: DeliveryTotals;
  /** When the next delivery that may be sent is due; in the past when some are due already. */
  readonly nextDueAt?: Instant;
}

export interface ShardStatus {
  progress(shard: ShardRef): Promise<ShardProgress>;
}

/** A campaign with its texts and templates read, ready to compose the message of any of its deliveries. */
export interface OpenCampaign {
  readonly mode: 'live' | 'drill';
  /** The same delivery gives the same bytes. */
  compose(delivery: DueDelivery): Promise<ComposedMessage>;
}

/** One attempt at one message. Never throws for what the relay or the network does: that is an outcome. */
export interface Channel {
  send(message: ComposedMessage): Promise<AttemptOutcome>;
}

/** Reaches real people. */
export interface LiveTransport extends Channel {
  readonly reaches: 'contacts';
}

/** Reaches nobody outside: what a drill sends ends in a folder. */
export interface DrillTransport extends Channel {
  readonly reaches: 'nobody';
}

/** What follows once messages are accepted. */
export interface Acceptances {
  /**
   * Applies what was heard of messages before their acceptance was recorded, gives new acceptances their time to be
   * acknowledged, and plans the next contact where that time is over. Changes nothing when the shard is not held.
   */
  catchUp(hold: ShardHold): Promise<void>;
}

export interface SendPagePorts {
  readonly leases: ShardLeases;
  readonly ledger: DeliveryLedger;
  readonly doubts: DoubtLedger;
  /** What can be asked about messages that may have gone out. */
  readonly evidence: RelayEvidence;
  readonly brakes: Pick<DeliveryBrakes, 'isHeld'>;
  readonly status: ShardStatus;
  readonly acceptances: Acceptances;
  readonly openCampaign: (campaign: CampaignRef) => Promise<OpenCampaign | undefined>;
  readonly transports: { readonly live: LiveTransport; readonly drill: DrillTransport };
}

const MAX_BATCH = 2000;
const MAX_LEASE_MS = 30_000;
const DEFAULT_HEARTBEAT_TIMEOUT_MS = 30_000;

/**
 * Safe to run again, and alone on its shard: a second attempt waits until the first has let go or its lease has ended.
 * When cancelled or held it finishes what is on the wire and sends nothing more. Final failures, by `type`:
 * `CampaignUnknown`, `BatchSizeInvalid`. Retryable: `ShardLeaseLost`, and whatever the database reports.
 */
export const sendPage =
  (ports: SendPagePorts) =>
  async (input: SendPageInput): Promise<SendPageResult> => {
    refuseBatchSize(input.batchSize);
    const policy = { ...defaultDeliveryPolicy, ...input.policy };
    const campaign = await ports.openCampaign(input);
    if (campaign === undefined) throw campaignUnknown(input.campaignId);
    const brake = await watchBrake(ports.brakes, input.incidentId);
    try {
      const report = brake.isHeld() ? nothingSent : await sendDue(ports, campaign, brake, policy, input);
      return resultOf(await ports.status.progress(input), report, policy, brake.isHeld());
    } finally {
      brake.release();
    }
  };

const nothingSent: LineReport = { line: { kind: 'running' }, written: [] };

async function sendDue(
  ports: SendPagePorts,
  campaign: OpenCampaign,
  brake: WatchedBrake,
  policy: DeliveryPolicy,
  input: SendPageInput,
): Promise<LineReport> {
  const { incidentId, campaignId, shard } = input;
  const held = await holdShard(ports.leases, { incidentId, campaignId, shard }, leaseMsOf(input));
  try {
    if (input.retryNow === true) await ports.ledger.endDeferrals(held.hold);
    await ports.acceptances.catchUp(held.hold);
    const evidence = campaign.mode === 'live' ? ports.evidence : noEvidence;
    await reconcileDoubts(ports.doubts, evidence, held.hold, policy);
    const report = await runPage(ports, campaign, { shard: held, brake }, policy, input.batchSize);
    await ports.acceptances.catchUp(held.hold);
    return report;
  } finally {
    await held.release();
  }
}

async function runPage(
  { ledger, transports }: SendPagePorts,
  campaign: OpenCampaign,
  { shard, brake }: { readonly shard: HeldShard; readonly brake: WatchedBrake },
  policy: DeliveryPolicy,
  batchSize: number,
): Promise<LineReport> {
  const { cancellationSignal, cancelled } = Context.current();
  const transport: Channel = transports[campaign.mode];
  const report = await runDeliveryLine({
    ledger,
    shard,
    compose: (delivery) => campaign.compose(delivery),
    send: (message) => transport.send(message),
    policy,
    batchSize,
    isCancelled: () => cancellationSignal.aborted || brake.isHeld(),
  });
  if (cancellationSignal.aborted) await cancelled;
  if (!shard.isHeld()) throw leaseLost(shard.hold.shard);
  return report;
}

function resultOf(
  progress: ShardProgress,
  { line, written }: LineReport,
  policy: DeliveryPolicy,
  isHeld: boolean,
): SendPageResult {
  const settled = isSettled(progress.totals);
  const reason = settled ? undefined : stopReasonOf(progress, line, isHeld);
  const nextAt = reason === undefined ? nextAtOf(progress, line, policy) : undefined;
  return {
    totals: progress.totals,
    settled,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(reason === undefined ? {} : { stopped: { reason } }),
    digest: digestOf(written),
  };
}

function stopReasonOf(
  { totals, nextDueAt }: ShardProgress,
  line: LineState,
  isHeld: boolean,
): StopReason | undefined {
  if (isHeld) return 'held';
  if (line.kind === 'stopped') return line.reason;
  return nextDueAt === undefined && totals.sending === 0 ? 'doubts-held' : undefined;
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
  if (dueAt === undefined) return undefined;
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
