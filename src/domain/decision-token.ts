/**
 * Reads a decision token WITHOUT verifying it: enough for the workflow's synchronous validator to refuse what cannot
 * be a decision. Whether the signature holds is the business of the activity `verifyDecision`.
 * Runs in the workflow sandbox, which has TextDecoder but neither Buffer nor atob.
 */
import type { DecisionClaims, DecisionRequest, Verdict } from '../contract/decision';
import { addMs, epochMsOf } from './instant';
import type { Instant } from './instant';

/** The longest permitted reason (2,000 characters of three bytes) with every other claim at its limit fits. */
export const MAX_DECISION_TOKEN_CHARACTERS = 12 * 1024;

export interface DecisionHeader {
  readonly alg: string;
  readonly [parameter: string]: unknown;
}

/** `claims` have the right types, nothing more: they are what somebody wrote, not what somebody proved. */
export type ReadDecisionToken =
  | { readonly kind: 'readable'; readonly header: DecisionHeader; readonly claims: DecisionClaims }
  | { readonly kind: 'unreadable'; readonly code: 'too-large' | 'unreadable'; readonly problem: string };

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/;

/** Total: any value gives an answer, nothing is thrown. A token without signature is readable (and refused later). */
export function readDecisionToken(token: unknown): ReadDecisionToken {
  if (typeof token !== 'string') return unreadable('The decision has no token; send { "token": "…" }.');
  if (token.length > MAX_DECISION_TOKEN_CHARACTERS) return tooLarge(token.length);
  const [, headerPart, claimsPart] = COMPACT_JWS.exec(token) ?? [];
  if (headerPart === undefined || claimsPart === undefined) {
    return unreadable(
      'The token is not three base64url parts joined by dots; paste it whole, without spaces.',
    );
  }
  const header = jsonOf(headerPart);
  if (!isHeader(header)) return unreadable('The header of the token is not a JSON object with "alg".');
  return withClaims(header, jsonOf(claimsPart));
}

function withClaims(header: DecisionHeader, claims: unknown): ReadDecisionToken {
  if (!isObject(claims)) return unreadable('The body of the token is not a JSON object.');
  const misshapen = misshapenClaim(claims);
  if (misshapen !== undefined) {
    return unreadable(
      `The claim "${misshapen}" of the token is missing or has the wrong type; sign the decision again.`,
    );
  }
  return { kind: 'readable', header, claims: claims as unknown as DecisionClaims };
}

const CLAIM_SHAPES: Readonly<Record<keyof DecisionClaims, (value: unknown) => boolean>> = {
  sub: isText,
  aud: isText,
  gate: isText,
  gen: isCount,
  obj: isText,
  dec: (value) => value === 'approve' || value === 'reject',
  iat: isCount,
  exp: isCount,
  jti: isText,
  why: (value) => value === undefined || isText(value),
};

function misshapenClaim(claims: Record<string, unknown>): string | undefined {
  return Object.entries(CLAIM_SHAPES).find(([name, hasShape]) => !hasShape(claims[name]))?.[0];
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHeader(value: unknown): value is DecisionHeader {
  return isObject(value) && typeof value['alg'] === 'string';
}

function unreadable(problem: string): ReadDecisionToken {
  return { kind: 'unreadable', code: 'unreadable', problem };
}

function tooLarge(characters: number): ReadDecisionToken {
  const problem = `The token has ${String(characters)} characters; a decision has at most ${String(MAX_DECISION_TOKEN_CHARACTERS)}. Shorten the reason and sign again.`;
  return { kind: 'unreadable', code: 'too-large', problem };
}

function jsonOf(base64url: string): unknown {
  const bytes = bytesOf(base64url);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined; // bad UTF-8 and bad JSON are one thing to the reader: not an object
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url without padding (RFC 4648 §5); `undefined` for a length or last digit that no encoder produces. */
function bytesOf(base64url: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((base64url.length * 6) / 8));
  let pending = 0;
  let pendingBits = 0;
  let written = 0;
  for (const digit of base64url) {
    pending = (pending << 6) | ALPHABET.indexOf(digit);
    pendingBits += 6;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes[written++] = pending >> pendingBits;
    pending &= (1 << pendingBits) - 1;
  }
  return pending === 0 && pendingBits < 6 ? bytes : undefined;
}

/** One person's answer to a request. */
export interface DecisionAnswer {
  readonly approverId: string;
  readonly verdict: Verdict;
  readonly reason?: string;
  /** Fresh and unguessable, e.g. a random UUID; also the id of the update that carries the token. */
  readonly tokenId: string;
  readonly issuedAt: Instant;
}

/** The claims to sign. Times become whole seconds, rounded down. */
export function claimsOf(request: DecisionRequest, answer: DecisionAnswer): DecisionClaims {
  const { aud, gate, gen, obj, expiresInSeconds } = request;
  return {
    sub: answer.approverId,
    aud,
    gate,
    gen,
    obj,
    dec: answer.verdict,
    iat: secondsOf(answer.issuedAt),
    exp: secondsOf(addMs(answer.issuedAt, expiresInSeconds * 1000)),
    jti: answer.tokenId,
    ...(answer.reason === undefined ? {} : { why: answer.reason }),
  };
}

function secondsOf(instant: Instant): number {
  return Math.floor(epochMsOf(instant) / 1000);
}
