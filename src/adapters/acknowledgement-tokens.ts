/**
 * Tokens with which a recipient acknowledges a notice: they name one delivery and an end, and only whoever has the key
 * can make one (HMAC-SHA256). The same delivery always gets the same token, so that two copies of a mail are alike.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { addMs, epochMsOf, instantFromEpochMs, type Instant } from '../domain/instant';

export interface AcknowledgementKey {
  /** Where the link in a mail leads; the token is added to it. */
  readonly url: string;
  readonly secret: string;
}

const lifetimeMs = 90 * 24 * 3_600_000;

/** Good for 90 days from the planning of the delivery. */
export function acknowledgementToken(secret: string, identity: string, plannedAt: Instant): string {
  const endsAt = Math.floor(epochMsOf(addMs(plannedAt, lifetimeMs)) / 1000);
  const claims = `${identity}${endsAt.toString(16).padStart(endDigits, '0')}`;
  return `${claims}.${signatureOf(secret, claims)}`;
}

/** @param token one, or what stands for one until it is known */
export function acknowledgementLink(url: string, token: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}token=${token}`;
}

export type ReadAcknowledgement =
  | { readonly kind: 'genuine'; readonly identity: string }
  | { readonly kind: 'refused'; readonly problem: string };

const endDigits = 10;
const form = /^([0-9a-f]{32})([0-9a-f]{10})\.([A-Za-z0-9_-]{43})$/;

/** Never throws. */
export function readAcknowledgementToken(secret: string, token: string, now: Instant): ReadAcknowledgement {
  const [, identity, end, signature] = form.exec(token) ?? [];
  if (identity === undefined || end === undefined || signature === undefined)
    return refused('the token is not one of ours; paste all that stands behind "token=" in the mail');
  if (!isSame(signature, signatureOf(secret, identity + end)))
    return refused('the token was altered, or made with another key; paste it again from the mail');
  const endsAt = instantFromEpochMs(parseInt(end, 16) * 1000);
  if (epochMsOf(now) > epochMsOf(endsAt))
    return refused(`the token was good until ${endsAt}; acknowledge by telling whoever sent the notice`);
  return { kind: 'genuine', identity };
}

function refused(problem: string): ReadAcknowledgement {
  return { kind: 'refused', problem };
}

/** The name before the claims keeps a signature for one purpose from serving another. */
function signatureOf(secret: string, claims: string): string {
  return createHmac('sha256', secret).update(`firebreak acknowledgement 1 ${claims}`).digest('base64url');
}

function isSame(left: string, right: string): boolean {
  const [first, second] = [Buffer.from(left), Buffer.from(right)];
  return first.length === second.length && timingSafeEqual(first, second);
}
