/**
 * What is heard of a message after a relay has taken it: delivered, bounced, acknowledged. Owns which state of a
 * delivery beats which, so that reports may come twice, late and in any order.
 */
import type { DeliveryState } from './delivery';

export type Receipt =
  | { readonly kind: 'delivered' }
  /** Temporary: the relay goes on trying, and nothing is final. */
  | { readonly kind: 'bounced'; readonly isPermanent: boolean }
  | { readonly kind: 'acknowledged' };

export type ReceiptOutcome =
  /** It has changed the delivery. */
  | { readonly kind: 'applied'; readonly state: 'delivered' | 'bounced' | 'acknowledged' }
  /** The delivery knows as much or more already. */
  | { readonly kind: 'unchanged' }
  /** The acceptance is not recorded yet: kept until it is. */
  | { readonly kind: 'early' };

/** From weak to strong: a state is only ever followed by a stronger one. */
const strengths = ['accepted', 'delivered', 'bounced', 'superseded', 'acknowledged'] as const;

/** A message of which nobody has recorded yet that a relay took it, though it may have left. */
const underWay: readonly DeliveryState[] = ['planned', 'sending', 'deferred', 'in-doubt'];

/** Total: every receipt has an answer in every state. */
export function outcomeOfReceipt(state: DeliveryState, receipt: Receipt): ReceiptOutcome {
  if (underWay.includes(state)) return { kind: 'early' };
  if (receipt.kind === 'bounced' && !receipt.isPermanent) return { kind: 'unchanged' };
  const strength = strengths.findIndex((each) => each === state);
  // A relay or a person has closed this one; only its own recipient knows better.
  if (strength === -1 && receipt.kind !== 'acknowledged') return { kind: 'unchanged' };
  return strengths.indexOf(receipt.kind) > strength
    ? { kind: 'applied', state: receipt.kind }
    : { kind: 'unchanged' };
}
