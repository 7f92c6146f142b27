/**
 * A message of which nobody knows whether it went out: what may be learnt about it afterwards, and what follows from
 * that. Owns the grades of evidence (S47); who looks for it is `adapters/evidence`.
 */
import type { NoticeKind } from '../contract/messages';
import type { DeliveryChannel, DeliveryPolicy } from './delivery';
import { addMs, compareInstants, type Instant } from './instant';

/**
 * Best first. `relay-keeps-one`: it drops a second copy by its idempotency header; `receiver-keeps-one`: so does the
 * receiver of a webhook, by its id. `log-lacks-it` says more than `not-seen`: the log is known to be whole for the time
 * in question.
 */
export type Evidence =
  | 'relay-keeps-one'
  | 'receiver-keeps-one'
  | 'log-has-it'
  | 'journal-has-it'
  | 'log-lacks-it'
  | 'not-seen'
  | 'none';

/** An attempt that was begun and has no known end. */
export interface Doubt {
  readonly deliveryId: string;
  readonly kind: NoticeKind;
  readonly channel: DeliveryChannel;
  /** Absent when its worker died before the message was composed. */
  readonly messageId?: string;
  /** Before this instant no byte of it was on the wire. */
  readonly armedAt: Instant;
  /** When its end was given up waiting for. */
  readonly since: Instant;
}

export interface Finding {
  readonly evidence: Evidence;
  /** Under which the relay has it. */
  readonly queueId?: string;
  /** What the relay says became of it, e.g. `sent`. */
  readonly note?: string;
}

export type DoubtSettlement =
  | ({ readonly state: 'accepted' } & Finding)
  /** To be sent again. Without `isPossibleDuplicate` the delivery stays as doubtful as it was. */
  | { readonly state: 'planned'; readonly evidence: Evidence; readonly isPossibleDuplicate?: boolean }
  | { readonly state: 'in-doubt'; readonly reason: 'not-seen-yet'; readonly dueAt: Instant }
  | { readonly state: 'in-doubt'; readonly reason: 'held'; readonly evidence: Evidence };

export interface DoubtContext {
  readonly policy: Pick<DeliveryPolicy, 'heldInDoubt'>;
  readonly now: Instant;
  /** So long a message may be on its way into what is asked: until then, not to be seen there means nothing. */
  readonly quietMs: number;
}

/** What becomes of the delivery. Total: there is no finding without an answer. */
export function settlementOfDoubt(doubt: Doubt, finding: Finding, context: DoubtContext): DoubtSettlement {
  switch (finding.evidence) {
    case 'log-has-it':
    case 'journal-has-it':
      return { state: 'accepted', ...finding };
    case 'relay-keeps-one':
    case 'receiver-keeps-one':
      return { state: 'planned', evidence: finding.evidence };
    case 'log-lacks-it':
      return quietOver(doubt, context) ?? provenLost;
    case 'not-seen':
      return quietOver(doubt, context) ?? unsettled(doubt, finding.evidence, context);
    case 'none':
      return unsettled(doubt, finding.evidence, context);
  }
}

/** No copy has arrived anywhere, so the next one is the first. */
const provenLost: DoubtSettlement = {
  state: 'planned',
  evidence: 'log-lacks-it',
  isPossibleDuplicate: false,
};

function quietOver({ since }: Doubt, { now, quietMs }: DoubtContext): DoubtSettlement | undefined {
  const dueAt = addMs(since, quietMs);
  return compareInstants(now, dueAt) < 0 ? { state: 'in-doubt', reason: 'not-seen-yet', dueAt } : undefined;
}

function unsettled({ kind }: Doubt, evidence: Evidence, { policy }: DoubtContext): DoubtSettlement {
  return policy.heldInDoubt.includes(kind)
    ? { state: 'in-doubt', reason: 'held', evidence }
    : { state: 'planned', evidence, isPossibleDuplicate: true };
}
