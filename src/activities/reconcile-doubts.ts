/**
 * Asks what can be known about messages that may have gone out, and settles each doubt by it (S47): the only way out of
 * `in-doubt` that needs no person.
 */
import type { DeliveryPolicy } from '../domain/delivery';
import { settlementOfDoubt, type Doubt, type DoubtSettlement, type Finding } from '../domain/doubt';
import { instantFromEpochMs } from '../domain/instant';
import type { ShardHold } from './shard-lease';

/** What knows of messages that a relay has taken. */
export interface RelayEvidence {
  /** How long a message that was taken may stay unseen here. */
  readonly quietMs: number;
  /** One finding for each doubt, in their order. Never throws: what cannot be read has nothing to say. */
  lookUp(doubts: readonly Doubt[]): Promise<readonly Finding[]>;
}

export interface SettledDoubt {
  readonly deliveryId: string;
  readonly settlement: DoubtSettlement;
}

export interface DoubtLedger {
  /** The doubts of a shard that are due, in the order of the deliveries; without those that wait for a person. */
  due(hold: ShardHold, limit: number): Promise<Doubt[]>;
  /** Writes what became of them. Changes nothing when the shard is no longer held. */
  settle(hold: ShardHold, settled: readonly SettledDoubt[]): Promise<void>;
}

const AT_A_TIME = 2000;

/** Settles up to 2,000 doubts of a shard; those that are left are due with the next page. */
export async function reconcileDoubts(
  ledger: DoubtLedger,
  evidence: RelayEvidence,
  hold: ShardHold,
  policy: DeliveryPolicy,
): Promise<void> {
  const doubts = await ledger.due(hold, AT_A_TIME);
  if (doubts.length === 0) return;
  const findings = await findingsOf(doubts, evidence);
  const context = { policy, now: instantFromEpochMs(Date.now()), quietMs: evidence.quietMs };
  const settled = doubts.map((doubt) => ({
    deliveryId: doubt.deliveryId,
    settlement: settlementOfDoubt(doubt, findings.get(doubt) ?? nothingKnown, context),
  }));
  await ledger.settle(hold, settled);
}

const nothingKnown: Finding = { evidence: 'none' };
const receiverKeepsOne: Finding = { evidence: 'receiver-keeps-one' };

/** Only mail goes by the relay; the other channels know a second copy by its id. */
async function findingsOf(
  doubts: readonly Doubt[],
  evidence: RelayEvidence,
): Promise<ReadonlyMap<Doubt, Finding>> {
  const mails = doubts.filter(({ channel }) => channel === 'email');
  const findings = mails.length === 0 ? [] : await evidence.lookUp(mails);
  const found = new Map(mails.map((mail, index) => [mail, findings[index] ?? nothingKnown]));
  return new Map(doubts.map((doubt) => [doubt, found.get(doubt) ?? receiverKeepsOne]));
}

/** Of a relay that nobody can ask. */
export const noEvidence: RelayEvidence = { quietMs: 0, lookUp: () => Promise.resolve([]) };
