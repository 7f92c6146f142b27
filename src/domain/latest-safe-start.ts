/**
 * The latest safe start (process: notification, sending): when a notice has to leave so that the relay's retries and
 * the further contacts of a tenant still fit in before the earliest due instant.
 */
import type { EventBody } from './events';
import type { Incident } from './incident';
import { addMs, compareInstants, type Instant } from './instant';
import {
  currentTenantSet,
  isEveryoneTold,
  isNotRequired,
  obligationGroups,
  sentNotices,
  type NotificationTrack,
} from './notification';
import type { ObligationGroup } from './obligations';

interface Due {
  readonly dueAt: Instant;
  readonly basis: 'rule' | 'policy';
}

/** When to start, and for what. */
export interface LatestSafeStart extends Due {
  readonly at: Instant;
}

const minuteMs = 60_000;

/** Absent once a notice is on its way to the newest version of the tenants, and while no duty to them is dated. */
export function latestSafeStart(incident: Incident): LatestSafeStart | undefined {
  const { notification, policy } = incident;
  if (isNotRequired(notification) || isEveryoneTold(notification) || hasBegun(notification)) return undefined;
  const [earliest] = duesTowardsTenants(notification);
  if (earliest === undefined) return undefined;
  const neededMs = (policy.relayRetryWindowMinutes + policy.fallbackLadderMinutes) * minuteMs;
  return { at: addMs(earliest.dueAt, -neededMs), ...earliest };
}

function hasBegun(track: NotificationTrack): boolean {
  const version = currentTenantSet(track)?.version;
  return sentNotices(track).some(({ state }) => state.prepared.tenantSetVersion === version);
}

/** The earliest first. A repetition has a clock of its own: it follows a notice that has begun. */
export function duesTowardsTenants(track: NotificationTrack): readonly Due[] {
  return obligationGroups(track)
    .filter(({ duty, repeats }) => duty === 'provider-to-tenant' && repeats === undefined)
    .flatMap(dueOf)
    .sort((left, right) => compareInstants(left.dueAt, right.dueAt));
}

function dueOf({ dueAt, softDueAt }: ObligationGroup): readonly Due[] {
  if (dueAt !== undefined) return [{ dueAt, basis: 'rule' }];
  return softDueAt === undefined ? [] : [{ dueAt: softDueAt, basis: 'policy' }];
}

/** Rings once for every due instant. */
export function latestSafeStartAlarms(
  incident: Incident,
): readonly { readonly at: Instant; readonly event: EventBody }[] {
  const start = latestSafeStart(incident);
  if (start === undefined || incident.safeStartsReached.includes(start.dueAt)) return [];
  return [{ at: start.at, event: { type: 'latest-safe-start-reached', dueAt: start.dueAt } }];
}
