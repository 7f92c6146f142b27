/** Keeps the register of process failures in step with the entries of the incident (S60). */
import { pendingRegistration, type Registration } from '../domain/process-register';
import { keepProcessRegister } from './activity-proxies';
import { finalProblem } from './final-problem';
import type { LiveIncident } from './live-incident';

export async function registerTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => pendingRegistration(state) !== undefined);
    const registration = pendingRegistration(incident.state);
    if (registration !== undefined) await register(incident, registration);
  }
}

async function register(incident: LiveIncident, { key, failures, digest }: Registration): Promise<void> {
  const { incidentId, mode } = incident.state.declaration;
  const revision = incident.events.at(-1)?.seq ?? 0;
  try {
    await keepProcessRegister.executeWithOptions({ summary: `${String(failures.length)} process failures` }, [
      { incidentId, mode, revision, failures: [...failures] },
    ]);
    incident.record({ type: 'process-register-updated', entries: failures.length, digest });
  } catch (error) {
    const problem = finalProblem(error);
    if (problem === undefined) throw error;
    incident.record({ type: 'step-failed', step: key, problem });
  }
}
