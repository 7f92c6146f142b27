/**
 * What each gate still lacks, in words an operator can act on: the same sentences stand in the CLI, in the Temporal UI
 * and in refusals.
 */
import type { Incident } from '../incident';
import type { Instant } from '../instant';
import { closingGate, postmortemGate } from './closing-gates';
import type { Gate } from './gate';
import { holdGates } from './hold-gates';
import { noticeGateOf } from './notice-gates';
import { earlierEradicationGates, eradicationGate, recoveryGate, stableGate } from './response-gates';
import { statusPostGateOf } from './status-post-gates';

export type { Gate, Lack } from './gate';
export {
  closingGate,
  isPostmortemReady,
  isReadyToClose,
  partiesToSignOff,
  postmortemGate,
} from './closing-gates';
export { awaitedHoldSigner } from './hold-gates';
export { noticeGateOf } from './notice-gates';
export {
  earlierEradicationGates,
  eradicationGate,
  isPlanPassed,
  recoveryGate,
  recoveryLacks,
  stableGate,
} from './response-gates';
export { statusPostGateOf } from './status-post-gates';

export function gatesOf(incident: Incident, now: Instant): readonly Gate[] {
  const notices = incident.notification.notices
    .filter(({ repetitionOf }) => repetitionOf === undefined)
    .map((notice) => noticeGateOf(incident, notice));
  return [
    eradicationGate(incident),
    ...earlierEradicationGates(incident),
    recoveryGate(incident, now),
    stableGate(incident),
    ...notices,
    ...holdGates(incident),
    ...incident.statusPosts.map(statusPostGateOf),
    postmortemGate(incident),
    closingGate(incident),
  ];
}

export function findGate(incident: Incident, gate: string, now: Instant): Gate | undefined {
  return gatesOf(incident, now).find((each) => each.gate === gate);
}
