/** What the answer of a webhook means for its delivery, and what it means when there is none. */
import type { AttemptOutcome } from '../../domain/delivery';

export interface WebhookAnswer {
  readonly status: number;
  readonly retryAfter?: string;
  /** The beginning of what it said. */
  readonly body: string;
}

const longestReply = 500;

/** @param nowMs epoch milliseconds, to read a date in Retry-After */
export function outcomeOfAnswer(answer: WebhookAnswer, nowMs: number): AttemptOutcome {
  const { status: code } = answer;
  const reply = replyOf(answer);
  if (code >= 200 && code < 300) return { kind: 'accepted', reply };
  if (code >= 300 && code < 400) return { kind: 'refused', code, reply, reason: 'redirected' };
  if (code === 410) return { kind: 'refused', code, reply, reason: 'gone' };
  if (!isTemporary(code)) return { kind: 'refused', code, reply };
  const retryAfterMs = waitAskedFor(answer.retryAfter, nowMs);
  return { kind: 'deferred', code, reply, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Too slow, too early, too often, or the server's own trouble; 600 and above are nobody's, so they are trouble too. */
function isTemporary(code: number): boolean {
  return code === 408 || code === 425 || code === 429 || code >= 500;
}

function replyOf({ status, body }: WebhookAnswer): string {
  const words = body.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').trim();
  return `HTTP ${String(status)}${words === '' ? '' : `: ${words}`}`.slice(0, longestReply);
}

/** Seconds, or a date (RFC 9110, 10.2.3); anything else asks for nothing. */
function waitAskedFor(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** @param wasConnected nothing leaves us before; afterwards everything may have arrived */
export function outcomeOfFailure(error: Error, wasConnected: boolean): AttemptOutcome {
  const reply = error.message.slice(0, longestReply);
  if (isForbiddenAddress(error)) return { kind: 'refused', reply, reason: 'address-forbidden' };
  return wasConnected ? { kind: 'in-doubt', reply } : { kind: 'deferred', reply };
}

/** request-filtering-agent says it in words alone. */
function isForbiddenAddress({ message }: Error): boolean {
  return /^DNS lookup .* is not allowed\. Because,? /.test(message);
}
