/** Pages by HTTP: one POST with JSON to the address of an on-call service, and nothing else that leaves with it. */
import type { OnCallPager } from '../activities/page-on-call';

/**
 * @param url of the receiver; it may hold a secret, so no error ever names it
 * @param timeoutMs of one try, until the answer is there
 */
export const webhookPager = (url: string, timeoutMs = 10_000): OnCallPager => ({
  page: async (page) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': page.idempotencyKey },
      body: JSON.stringify(page),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the on-call service answered ${String(answer.status)}`);
  },
});
