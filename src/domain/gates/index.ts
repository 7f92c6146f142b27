/**
 * What each gate still lacks, in words an operator can act on: the same sentences stand in the CLI, in the Temporal UI
 * and in refusals.
 */
import type { Incident } from '../incident';
import type { Instant } from '../instant';
import { closingGate, postmortemGate } from './closing-gates';
import type { Gate } from './gate';
import { noticeGateOf } from './notice-gates';
import { eradicationGate, recoveryGate, stableGate } from './response-gates';

export type { Gate, Lack } from './gate';
export {
  closingGate,
  isPostmortemReady,
  isReadyToClose,
  partiesToSignOff,
  postmortemGate,
} from './closing-gates';
export { noticeGateOf } from './notice-gates';
export { eradicationGate, isPlanPassed, recoveryGate, recoveryLacks, stableGate } from './response-gates';

export function gatesOf(incident: Incident, now: Instant): readonly Gate[] {
  const notices = incident.notification.notices.map((notice) => noticeGateOf(incident, notice));
  return [
    eradicationGate(incident),
    recoveryGate(incident, now),
    stableGate(incident),
    ...notices,
    postmortemGate(incident),
    closingGate(incident),
  ];
}

export function findGate(incident: Incident, gate: string, now: Instant): Gate | undefined {
  return gatesOf(incident, now).find((each) => each.gate === gate);
}
