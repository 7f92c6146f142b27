/** The one durable clock of an incident: it sleeps until the next alarm, and records what time alone brings about. */
import { dueAlarms, nextAlarmAt } from '../domain/agenda';
import type { LiveIncident } from './live-incident';

export async function clockTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => nextAlarmAt(state) !== undefined);
    const at = nextAlarmAt(incident.state);
    if (at === undefined) continue;
    const isMoved = await incident.untilOr((state) => nextAlarmAt(state) !== at, at, 'next alarm');
    if (!isMoved) for (const alarm of dueAlarms(incident.state, incident.now())) incident.record(alarm.event);
  }
}
