/** The postmortem completes by itself when its gate opens: nobody has to remember to close it, nobody can close it early. */
import { isPostmortemComplete } from '../domain/follow-up';
import { postmortemGate } from '../domain/gates';
import { needsPostmortem } from '../domain/incident';
import type { LiveIncident } from './live-incident';

export async function followUpTrack(incident: LiveIncident): Promise<void> {
  await incident.until((state) => needsPostmortem(state) && postmortemGate(state).isOpen);
  if (!isPostmortemComplete(incident.state.followUp)) incident.record({ type: 'postmortem-completed' });
}
