/** Who may do what. The table is the one of the process description, section 2. */
import type { Role, Sender } from '../contract/principal';

export type Action =
  | 'record'
  | 'record-fact'
  | 'propose-plan'
  | 'agree'
  | 'complete-task'
  | 'mark-unaffected'
  | 'record-recovery'
  | 'confirm-recovery'
  | 'review-emergency'
  | 'determine'
  | 'set-affected-tenants'
  | 'attest-delivery'
  | 'waive-delivery'
  | 'decide-undecided'
  | 'write-notice'
  | 'write-status-post'
  | 'propose-hold'
  | 'release-hold'
  | 'hold-delivery'
  | 'resume-delivery'
  | 'restart-delivery'
  | 'settle-doubts'
  | 'retry-step'
  | 'open-entry'
  | 'close-entry'
  | 'assign-entry'
  | 'waive-entry'
  | 'run-postmortem'
  | 'sign-off';

const everyone: readonly Role[] = [
  'security-response',
  'service-team',
  'executive-incident-manager',
  'communications',
  'legal',
  'participant',
];
const responders: readonly Role[] = ['security-response', 'service-team'];

const allowed: Readonly<Record<Action, readonly Role[]>> = {
  record: ['security-response', 'service-team', 'executive-incident-manager'],
  'record-fact': [
    'security-response',
    'service-team',
    'executive-incident-manager',
    'communications',
    'legal',
  ],
  'propose-plan': responders,
  agree: responders,
  'complete-task': ['service-team'],
  'mark-unaffected': responders,
  'record-recovery': responders,
  'confirm-recovery': ['security-response'],
  'review-emergency': ['executive-incident-manager'],
  determine: ['security-response', 'executive-incident-manager', 'communications', 'legal'],
  'set-affected-tenants': ['security-response', 'service-team', 'communications'],
  'attest-delivery': ['security-response', 'communications', 'legal'],
  'waive-delivery': ['executive-incident-manager', 'legal'],
  'decide-undecided': ['communications', 'legal'],
  'write-notice': ['communications', 'legal'],
  'write-status-post': ['communications', 'legal'],
  'propose-hold': ['security-response', 'executive-incident-manager', 'communications', 'legal'],
  'release-hold': ['executive-incident-manager', 'legal'],
  'hold-delivery': ['security-response', 'executive-incident-manager', 'communications', 'legal'],
  'resume-delivery': ['executive-incident-manager', 'communications', 'legal'],
  'restart-delivery': ['security-response', 'executive-incident-manager', 'communications', 'legal'],
  'settle-doubts': ['security-response', 'communications', 'legal'],
  'retry-step': ['security-response', 'communications'],
  'open-entry': everyone,
  'close-entry': responders,
  'assign-entry': responders,
  'waive-entry': ['executive-incident-manager'],
  'run-postmortem': ['security-response'],
  'sign-off': everyone,
};

/** The roles of which an approver needs one; whoever proposed the object is barred besides. */
export function rolesThatDecide(gate: string): readonly Role[] {
  return gatesOfLegalToo.some((prefix) => gate.startsWith(prefix))
    ? ['executive-incident-manager', 'legal']
    : ['executive-incident-manager'];
}

const gatesOfLegalToo = ['notice:', 'hold:', 'status-post:'];

/** A sentence that says who may, or nothing when the sender may. */
export function refusalOfRole(action: Action, sender: Sender): string | undefined {
  const roles = allowed[action];
  if (roles.includes(sender.role)) return undefined;
  return `${sender.by} speaks as ${sender.role}, but this is for ${roles.join(', ')}; ask one of them`;
}

/** A service team acts for its own services only. */
export function refusalOfService(
  sender: Sender,
  service: { readonly service: string; readonly team: string },
): string | undefined {
  if (sender.role !== 'service-team' || sender.team === service.team) return undefined;
  return `service ${service.service} belongs to team ${service.team}; ${sender.by} speaks for team ${sender.team ?? '(none named)'}`;
}

export function rolesFor(action: Action): readonly Role[] {
  return allowed[action];
}
