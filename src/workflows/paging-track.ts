/**
 * Pages whoever is on call, one alarm after the other. Beside the clock, never in it: a pager that is away must not keep
 * a deadline from being seen.
 */
import type { OnCallPage } from '../domain/on-call';
import { pageOnCall } from './activity-proxies';
import type { LiveIncident } from './live-incident';

export async function pagingTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => state.pagesToSend.length > 0);
    const next = incident.state.pagesToSend[0];
    if (next !== undefined) await send(incident, next);
  }
}

async function send(incident: LiveIncident, page: OnCallPage): Promise<void> {
  const { idempotencyKey, alarm } = page;
  await pageOnCall.executeWithOptions({ summary: alarm }, [page]);
  incident.record({ type: 'on-call-paged', idempotencyKey });
}
