/**
 * How long a contact is tried that keeps deferring, before the next one is asked (S47, S48): until the earliest duty to
 * tell tenants is near, less the time that their further contacts take.
 */
import type { NoticeKind } from '../contract/messages';
import type { Policy } from '../contract/policy';
import type { Incident } from './incident';
import { epochMsOf, type Instant } from './instant';
import { duesTowardsTenants } from './latest-safe-start';

const minuteMs = 60_000;

/** A contact that has not answered for three days gives way to the next one, however far the deadline. */
const longestMs = 72 * 60 * minuteMs;

/**
 * Milliseconds from now. Never less than the relay's own retry window: a notice that is late as it is would otherwise
 * pass by every contact that greylists it.
 */
export function retryWindowMs({ notification, policy }: Incident, now: Instant): number {
  const shortestMs = policy.relayRetryWindowMinutes * minuteMs;
  const [earliest] = duesTowardsTenants(notification);
  if (earliest === undefined) return Math.max(longestMs, shortestMs);
  const leftMs = epochMsOf(earliest.dueAt) - epochMsOf(now) - policy.fallbackLadderMinutes * minuteMs;
  return Math.max(shortestMs, Math.min(leftMs, longestMs));
}

/** The kinds of notices that wait for a person while nobody knows whether they went out. */
export function heldKinds(deliveriesInDoubt: Policy['deliveriesInDoubt']): NoticeKind[] {
  return Object.entries(deliveriesInDoubt)
    .filter(([, choice]) => choice === 'hold')
    .map(([kind]) => kind as NoticeKind);
}
