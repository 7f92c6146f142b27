/** The one durable clock of an incident: it sleeps until the next alarm, and records what time alone brings about. */
import { dueAlarms, nextAlarm } from '../domain/alarms';
import type { LiveIncident } from './live-incident';

export async function clockTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => nextAlarm(state) !== undefined);
    const next = nextAlarm(incident.state);
    if (next === undefined) continue;
    const isMoved = await incident.untilOr(
      (state) => nextAlarm(state)?.at !== next.at,
      next.at,
      next.event.type,
    );
    if (!isMoved) for (const alarm of dueAlarms(incident.state, incident.now())) incident.record(alarm.event);
  }
}
