/**
 * The postmortem completes by itself when its gate opens: nobody has to remember to close it, nobody can close it early.
 * What undoes it later closes the gate again, and so it may complete more than once.
 */
import { isPostmortemComplete } from '../domain/follow-up';
import { isPostmortemReady } from '../domain/gates';
import type { LiveIncident } from './live-incident';

export async function followUpTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => isPostmortemReady(state) && !isPostmortemComplete(state.followUp));
    incident.record({ type: 'postmortem-completed' });
  }
}
