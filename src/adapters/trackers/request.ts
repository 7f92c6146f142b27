/** One request to a tracker, and what its answer means: what it will never take is refused, all else is tried again. */
import type { z } from 'zod';
import { TrackerRefusal } from '../../activities/ask-tracker';

export interface TrackerRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const timeoutMs = 20_000;
/** Gone tomorrow, or after a pause. */
const passing = new Set([408, 425, 429]);

/**
 * @param url holds no secret, for errors name its path
 * @throws TrackerRefusal for any other answer of 400 to 499
 */
export async function askedFor<Answer>(
  answer: z.ZodType<Answer>,
  url: URL,
  { method = 'GET', headers, body }: TrackerRequest,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const { status } = response;
  if (response.ok) return answer.parse(await response.json());
  await response.body?.cancel();
  const problem = `the tracker answered ${String(status)} to ${method} ${url.pathname}`;
  if (status >= 400 && status < 500 && !passing.has(status)) throw new TrackerRefusal(problem);
  throw new Error(problem);
}

/** The text of every issue. */
export function issueText(incidentId: string, ref: string, owner: string | undefined): string {
  return [
    `Found in incident ${incidentId}, where it is ${ref}${owner === undefined ? '' : ` and belongs to ${owner}`}.`,
    'Firebreak asks this issue how it stands: closing it closes the entry of the incident. Please leave its label.',
  ].join('\n\n');
}
