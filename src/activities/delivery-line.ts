/**
 * The line along which the deliveries of a page move: read, composed, armed just before their turn, sent by parallel
 * lanes, settled in groups. Owns the order of these steps; what an outcome means is domain/delivery.ts.
 */
import {
  failureRunAfter,
  lineStateAtEndOf,
  lineStateOf,
  noFailures,
  settlementOf,
  type AttemptedDelivery,
  type AttemptOutcome,
  type DeliveryChannel,
  type DeliveryKey,
  type DeliveryPolicy,
  type DeliveryState,
  type LineState,
  type Settlement,
} from '../domain/delivery';
import { instantFromEpochMs, type Instant } from '../domain/instant';
import { createGroupCommit } from './group-commit';
import type { HeldShard, ShardHold } from './shard-lease';

/** A delivery that may be sent now, with what it takes to compose it. */
export interface DueDelivery extends DeliveryKey, AttemptedDelivery {
  readonly deliveryId: string;
  readonly tenantName: string;
  readonly address: string;
  /** Of a webhook. */
  readonly secretName?: string;
  readonly language: string;
  readonly plannedAt: Instant;
  /** SHA-256 of the bytes that may have arrived already: another copy must be the same to the byte. */
  readonly earlierBodyHash?: string;
}

/** One message, ready for the wire. */
export interface ComposedMessage {
  /** E-mail unless it says otherwise. */
  readonly channel?: Exclude<DeliveryChannel, 'by-hand'>;
  /** Of a webhook: under which name its secret is known here. */
  readonly secretName?: string;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly envelope: { readonly from: string; readonly to: string };
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  readonly bodyHash: string;
}

export interface ArmedDelivery {
  readonly deliveryId: string;
  readonly messageId?: string;
  readonly bodyHash?: string;
}

export interface SettledAttempt {
  readonly deliveryId: string;
  readonly settlement: Settlement;
  readonly replyCode?: number;
  readonly reply?: string;
  readonly queueId?: string;
}

export interface WrittenState {
  readonly deliveryId: string;
  readonly state: DeliveryState;
}

export interface DeliveryLedger {
  /** What waits for its next try is due now. Changes nothing when the shard is no longer held. */
  endDeferrals(hold: ShardHold): Promise<void>;
  /** Fresh ones first, those that may have gone out already last. */
  due(hold: ShardHold, limit: number): Promise<DueDelivery[]>;
  /** Commits `sending`. @returns the ids that are armed: none when the shard is lost or the incident's brake is on. */
  arm(hold: ShardHold, deliveries: readonly ArmedDelivery[]): Promise<ReadonlySet<string>>;
  /** Writes what came of attempts, and plans the next contact for a refused one. Rows of another fence stay. */
  settle(hold: ShardHold, attempts: readonly SettledAttempt[]): Promise<WrittenState[]>;
}

export interface DeliveryLineParts {
  readonly ledger: DeliveryLedger;
  readonly shard: HeldShard;
  readonly compose: (delivery: DueDelivery) => Promise<ComposedMessage>;
  readonly send: (message: ComposedMessage) => Promise<AttemptOutcome>;
  readonly policy: DeliveryPolicy;
  readonly batchSize: number;
  readonly isCancelled: () => boolean;
}

export interface LineReport {
  readonly line: LineState;
  readonly written: readonly WrittenState[];
}

// A crash leaves in doubt what is armed, so that is never more than the lanes need to stay busy.
const ARMED_AT_A_TIME = 48;
const ARM_AHEAD_AT = 32;
// A lane takes its next delivery when the last one is settled, so a crash leaves at most so many that have gone out
// and are not recorded. Twice the mailer's connections: while some are being settled, others are on the wire.
const LANES = 32;
const READ_AT_A_TIME = 480;
const SETTLED_AT_A_TIME = 50;
const SETTLE_GATHER_MS = 5;
const SETTLE_PAUSES_MS = [100, 400, 1500, 3000];

/** A delivery that is armed, with its message or the reason why there is none. */
interface LoadedDelivery {
  readonly delivery: DueDelivery;
  readonly load: ComposedMessage | Extract<AttemptOutcome, { kind: 'unsendable' }>;
}

/** Works until the batch is full, nothing more is due, or the line must stop. Throws when the ledger fails. */
export async function runDeliveryLine(parts: DeliveryLineParts): Promise<LineReport> {
  const { ledger, shard, policy } = parts;
  const written: WrittenState[] = [];
  const settled = createGroupCommit<SettledAttempt>(
    async (attempts) => {
      written.push(...(await ledger.settle(shard.hold, attempts)));
    },
    { maxEntries: SETTLED_AT_A_TIME, gatherMs: SETTLE_GATHER_MS, pausesMs: SETTLE_PAUSES_MS },
  );
  let failures = noFailures;
  let attempts = 0;

  const mayGoOn = () =>
    !parts.isCancelled() &&
    shard.isHeld() &&
    settled.failure() === undefined &&
    lineStateOf(failures).kind === 'running';

  async function attempt({ delivery, load }: LoadedDelivery): Promise<void> {
    const outcome = await outcomeOf(load);
    // What another channel does says nothing about the relay.
    if (delivery.channel === 'email') {
      failures = failureRunAfter(failures, outcome);
      if (outcome.kind !== 'not-sent' && outcome.kind !== 'unsendable') attempts += 1;
    }
    await settled.add(settledAttempt(delivery, outcome, policy));
  }

  async function outcomeOf(load: LoadedDelivery['load']): Promise<AttemptOutcome> {
    if ('kind' in load) return load;
    return mayGoOn() ? parts.send(load) : { kind: 'not-sent' };
  }

  const feed = createFeed(parts, mayGoOn);
  // All lanes come to rest before anything is reported: what is on the wire must still be settled.
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, () => runLane(feed.next, attempt)));
  const unwritten = settled.failure();
  if (unwritten !== undefined) throw unwritten.error;
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
  return { line: lineStateAtEndOf(failures, attempts), written };
}

async function runLane(
  next: () => Promise<LoadedDelivery | undefined>,
  attempt: (loaded: LoadedDelivery) => Promise<void>,
): Promise<void> {
  for (let loaded = await next(); loaded !== undefined; loaded = await next()) await attempt(loaded);
}

/** Hands out armed deliveries one by one and arms the next few while the lanes work on the last. */
function createFeed(parts: DeliveryLineParts, mayGoOn: () => boolean) {
  const { ledger, shard, batchSize } = parts;
  const read: DueDelivery[] = [];
  const armed: LoadedDelivery[] = [];
  let begun = 0;
  let isDry = false;
  let arming: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  async function readMore(): Promise<void> {
    const due = await ledger.due(shard.hold, Math.min(READ_AT_A_TIME, batchSize - begun));
    read.push(...due);
    isDry = due.length === 0;
  }

  async function armMore(): Promise<void> {
    if (read.length === 0) await readMore();
    const loaded = await Promise.all(
      read.splice(0, ARMED_AT_A_TIME).map((delivery) => loadOf(delivery, parts)),
    );
    if (loaded.length === 0 || !mayGoOn()) return;
    begun += loaded.length;
    const ids = await ledger.arm(shard.hold, loaded.map(armedDelivery));
    armed.push(...loaded.filter(({ delivery }) => ids.has(delivery.deliveryId)));
  }

  const mayArm = () => !isDry && begun < batchSize && mayGoOn();

  /** At most one at a time. A failure is kept for the lanes, and ends the page for all of them. */
  function beginArming(): Promise<void> {
    arming ??= armMore()
      .catch((error: unknown) => {
        failure = { error };
      })
      .finally(() => {
        arming = undefined;
      });
    return arming;
  }

  async function next(): Promise<LoadedDelivery | undefined> {
    while (armed.length === 0 && failure === undefined && (arming !== undefined || mayArm()))
      await beginArming();
    if (armed.length < ARM_AHEAD_AT && failure === undefined && mayArm()) void beginArming();
    if (armed.length === 0 && failure !== undefined) throw failure.error;
    return armed.shift();
  }

  return { next };
}

async function loadOf(delivery: DueDelivery, { compose }: DeliveryLineParts): Promise<LoadedDelivery> {
  try {
    const message = await compose(delivery);
    const differs = delivery.earlierBodyHash !== undefined && delivery.earlierBodyHash !== message.bodyHash;
    return { delivery, load: differs ? { kind: 'unsendable', reason: 'bytes-changed' } : message };
  } catch {
    // One tenant's notice that cannot be rendered must not keep the others from theirs.
    return { delivery, load: { kind: 'unsendable', reason: 'cannot-be-rendered' } };
  }
}

function armedDelivery({ delivery: { deliveryId }, load }: LoadedDelivery): ArmedDelivery {
  return 'kind' in load ? { deliveryId } : { deliveryId, messageId: load.messageId, bodyHash: load.bodyHash };
}

function settledAttempt(
  delivery: DueDelivery,
  outcome: AttemptOutcome,
  policy: DeliveryPolicy,
): SettledAttempt {
  const context = { policy, now: instantFromEpochMs(Date.now()), chance: Math.random() };
  return {
    deliveryId: delivery.deliveryId,
    settlement: settlementOf(outcome, delivery, context),
    ...('code' in outcome ? { replyCode: outcome.code } : {}),
    ...('reply' in outcome ? { reply: outcome.reply } : {}),
    ...('queueId' in outcome ? { queueId: outcome.queueId } : {}),
  };
}
