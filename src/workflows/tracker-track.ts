/** Keeps the entries of an incident and the issues of the engineers' tracker in step (S56). */
import { changesByTracker, isDue, nextTrackerVisit, type TrackerVisit } from '../domain/tracker';
import { askTracker } from './activity-proxies';
import { finalProblem } from './final-problem';
import type { LiveIncident } from './live-incident';

export async function trackerTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => nextTrackerVisit(state) !== undefined);
    const visit = nextTrackerVisit(incident.state);
    if (visit === undefined) continue;
    await incident.untilOr(
      (state) => nextTrackerVisit(state)?.key !== visit.key,
      visit.at,
      'until the tracker is asked again',
    );
    const due = nextTrackerVisit(incident.state);
    if (due !== undefined && isDue(due, incident.now())) await ask(incident, due);
  }
}

async function ask(incident: LiveIncident, { key, items }: TrackerVisit): Promise<void> {
  const { incidentId } = incident.state.declaration;
  try {
    const answer = await askTracker.executeWithOptions({ summary: `${String(items.length)} entries` }, [
      { incidentId, items },
    ]);
    const changes = changesByTracker(incident.state.followUp, answer);
    incident.record({ type: 'tracker-asked', issues: answer.issues });
    for (const change of changes) incident.record(change);
  } catch (error) {
    const problem = finalProblem(error);
    if (problem === undefined) throw error;
    incident.record({ type: 'step-failed', step: key, problem });
  }
}
