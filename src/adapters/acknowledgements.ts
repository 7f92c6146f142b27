/** From a token to the ledger: what a link in a mail leads to, and what `firebreak ack` does. */
import type { Instant } from '../domain/instant';
import { readAcknowledgementToken } from './acknowledgement-tokens';
import type { Database } from './postgres/database';
import { recordAcknowledgement } from './postgres/delivery-receipts';

export type Acknowledgement =
  | {
      readonly kind: 'acknowledged';
      readonly incidentId: string;
      readonly noticeId: string;
      /** It had been acknowledged before. */
      readonly isRepeated: boolean;
    }
  /** Nothing was written. */
  | { readonly kind: 'refused'; readonly problem: string };

export interface Acknowledgements {
  /** Safe to repeat. @throws when the database fails */
  acknowledge(token: string, now: Instant): Promise<Acknowledgement>;
}

export const acknowledgements = (database: Database, secret: string): Acknowledgements => ({
  acknowledge: async (token, now) => {
    const reading = readAcknowledgementToken(secret, token, now);
    if (reading.kind === 'refused') return reading;
    const recorded = await recordAcknowledgement(database, reading.identity);
    return recorded === undefined
      ? {
          kind: 'refused',
          problem:
            'the token is genuine, but its notice is not in this ledger; acknowledge where it was sent from',
        }
      : { kind: 'acknowledged', ...recorded };
  },
});
