// What a fake relay does, as data, so that it can be sent to a relay in another process: rules by address and try, drawn
// from a seed. The same address meets the same fate in every run of a seed, so its end can be told in advance.
import { createHash } from 'node:crypto';

/** What becomes of one attempt to deliver to one address. */
export type Fate =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reply'; readonly at: 'recipient' | 'message'; readonly code: number }
  /** The connection is lost; only after the final dot is the message taken. */
  | { readonly kind: 'cut'; readonly at: 'before-dot' | 'after-dot' }
  /** The message is taken and never answered; the connection stays, or is closed after a while. */
  | { readonly kind: 'swallow'; readonly closeAfterMs?: number }
  /** The message is taken at once and answered late. */
  | { readonly kind: 'late'; readonly ms: number }
  /** Stands still until it is released or the client is gone. */
  | { readonly kind: 'freeze'; readonly at: 'before-dot' | 'after-dot' };

export interface Rule {
  readonly fate: Fate;
  /** This share of the addresses, drawn from the seed; all of them when absent. */
  readonly share?: number;
  /** Draws anew for every try of an address. */
  readonly eachTry?: boolean;
  /** Only the first tries of an address. */
  readonly firstTries?: number;
  /** Only addresses that contain this. */
  readonly only?: string;
}

export interface RelayScript {
  readonly seed: number;
  /** The first that fits says what happens; where none fits, the message is accepted. */
  readonly rules?: readonly Rule[];
  /** Before every answer to a message, so that some are always on the wire. */
  readonly delayMs?: number;
  /** More messages than this in a while are put off. */
  readonly rateLimit?: { readonly messages: number; readonly perMs: number; readonly code: 421 | 452 };
  /** So many messages are taken; then everybody has to log in again, and nobody can. */
  readonly loginEndsAfter?: number;
  /** A second message with the same value of this header is answered as the first and dropped. */
  readonly idempotencyHeader?: string;
}

const accept: Fate = { kind: 'accept' };

/** @param tries how often this address has been named, from 1 */
export function fateOf({ seed, rules = [] }: RelayScript, address: string, tries: number): Fate {
  const fits = ({ share = 1, eachTry = false, firstTries = Infinity, only = '' }: Rule, index: number) =>
    tries <= firstTries &&
    address.includes(only) &&
    chanceOf([seed, index, address.toLowerCase(), eachTry ? tries : 0]) < share;
  return rules.find(fits)?.fate ?? accept;
}

/** From 0 up to 1, the same for the same values on every machine. */
export function chanceOf(values: readonly (string | number)[]): number {
  return createHash('sha256').update(values.join('\n')).digest().readUInt32BE() / 2 ** 32;
}

export type EndOfAddress = 'accepted' | 'refused' | 'never';

const triesUntilNever = 30;

/** The oracle: how an address must end when it is tried until something is final. */
export function endOfAddress(script: RelayScript, address: string): EndOfAddress {
  for (let tries = 1; tries <= triesUntilNever; tries += 1) {
    const fate = fateOf(script, address, tries);
    if (fate.kind === 'accept' || fate.kind === 'late') return 'accepted';
    if (fate.kind === 'reply' && fate.at === 'recipient' && fate.code >= 500) return 'refused';
  }
  return 'never';
}
