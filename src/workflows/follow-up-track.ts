/** The postmortem completes by itself when its gate opens: nobody has to remember to close it, nobody can close it early. */
import { isPostmortemComplete } from '../domain/follow-up';
import { isPostmortemReady } from '../domain/gates';
import type { LiveIncident } from './live-incident';

export async function followUpTrack(incident: LiveIncident): Promise<void> {
  await incident.until(isPostmortemReady);
  if (!isPostmortemComplete(incident.state.followUp)) incident.record({ type: 'postmortem-completed' });
}
