/** A whole small incident as a list of what is sent: one service, one notice, two decisions, three bugs. */
import type { DeclarationInput, IncidentUpdates } from '../../../src/client';
import type { Sender } from '../../../src/contract/principal';

export type Step =
  | { readonly kind: 'tell'; readonly name: keyof IncidentUpdates; readonly message: object }
  | { readonly kind: 'signal'; readonly name: 'openBug' | 'closeBug' | 'reopenBug'; readonly message: object }
  | { readonly kind: 'decide'; readonly gate: string }
  /** Every rule of which nobody knows whether it applies, once the mails have left. */
  | { readonly kind: 'decide-undecided'; readonly sender: Sender };

export const service = 'production-access';
const srt: Sender = { by: 'srt', role: 'security-response' };
const team: Sender = { by: 'lead', role: 'service-team', team: 'platform' };
const comms: Sender = { by: 'comms', role: 'communications' };
const legal: Sender = { by: 'legal', role: 'legal' };
export const author = comms.by;

export const declaration = {
  title: 'Unknown sign-ins',
  summary: 'A session was used from an address that is not ours.',
  severity: 'high',
  services: [{ service, team: 'platform' }],
  dataClasses: ['credentials', 'personal-data'],
  detection: { at: '2026-01-05T09:12:00Z', precision: 'minute', basis: 'alert' },
  reporter: srt,
} satisfies Omit<DeclarationInput, 'incidentId'>;

function tell<Name extends keyof IncidentUpdates>(
  name: Name,
  sender: Sender,
  message: Omit<IncidentUpdates[Name], keyof Sender>,
): Step {
  return { kind: 'tell', name, message: { ...sender, ...message } };
}

const rotate = { service, track: 'eradication', what: 'rotate all credentials' } as const;
const limit = { service, track: 'containment', what: 'limit access' } as const;
const supporter = srt.by;
const evidence = ['change record'];
const recommendation = {
  technique: 'Rotate everything at once.',
  nature: 'Theft of a session.',
  scope: 'The production sign-in.',
  depthOfPenetration: 'Read access.',
  repercussions: 'Whoever holds a secret can use it until it is rotated.',
};

const response: readonly Step[] = [
  tell('recordAnalysis', srt, { text: 'A stolen session reached production.', evidence }),
  tell('recordAnchor', srt, { kind: 'occurrence', at: '2025-12-28', precision: 'day', basis: 'first use' }),
  tell('recordEviction', srt, { foothold: 'session', state: 'known', service }),
  tell('proposePlan', srt, {
    kind: 'containment',
    objective: 'Cut the way in.',
    tasks: [{ ...limit, supporter }],
  }),
  tell('completeTask', team, { ...limit, evidence }),
  tell('proposePlan', srt, {
    kind: 'eradication',
    objective: 'Rotate every credential.',
    restsOn: ['A1'],
    tasks: [{ ...rotate, supporter }],
    recommendation,
    options: [{ option: 'rotate at once', businessImpact: 'Builds may fail for minutes.' }],
  }),
  tell('agree', srt, { kind: 'eradication', version: 1, verdict: 'agree' }),
  tell('agree', team, { kind: 'eradication', version: 1, verdict: 'agree', service }),
  { kind: 'decide', gate: 'eradication' },
  tell('completeTask', team, { ...rotate, evidence }),
];

/** @param contentHash of the notice's text, which lies in the database already */
const notification = (contentHash: string): readonly Step[] => [
  tell('determine', legal, { customerReportable: 'yes', basis: 'Secrets were within reach.' }),
  tell('recordAnchor', srt, {
    kind: 'awareness',
    at: '2026-01-05T11:00:00Z',
    precision: 'minute',
    basis: 'scope established',
  }),
  tell('recordFact', legal, { name: 'impact', value: ['confidentiality'] }),
  tell('setAffectedTenants', comms, {
    services: [{ service, regions: ['eu-central-1'] }],
    from: '2025-12-28T00:00:00Z',
    reason: 'used it since the first use of the session',
  }),
  tell('proposeNotice', comms, { noticeId: 'first-1', revision: 1, stage: 'first', contentHash }),
  { kind: 'decide', gate: 'notice:first-1' },
];

const recovery: readonly Step[] = [
  tell('recordEviction', srt, { foothold: 'session', state: 'evicted', confidence: 'high', evidence }),
  tell('stateRootCause', srt, { verdict: 'removed', confidence: 'high', evidence }),
  tell('confirmRecovery', srt, { reason: 'no foothold, no known path open' }),
  ...(['baseline', 'last-known-good', 'restore', 'inspection', 'consultation', 'restored'] as const).map(
    (part) =>
      tell('recordRecovery', part === 'consultation' ? srt : team, {
        service,
        part,
        text: part,
        evidence,
        ...(part === 'last-known-good' && { goodAt: '2025-12-20T00:00:00Z' }),
      }),
  ),
  tell('startWatch', srt, { endsAt: '2100-01-01T00:00:00Z', controls: 'alerts on every sign-in' }),
  tell('endWatch', srt, {
    planCarriedOut: 'Everything runs from its baseline.',
    noSignOfBreach: 'No alert.',
  }),
];

const bug = (name: 'openBug' | 'closeBug' | 'reopenBug', ref: string, more: object = {}): Step => ({
  kind: 'signal',
  name,
  message: { ...srt, ref, ...more },
});

const part = (name: IncidentUpdates['postmortem']['part'], more: object = {}, sender = srt): Step =>
  tell('postmortem', sender, { part: name, text: `${name} of this incident`, ...more });

const followUp: readonly Step[] = [
  ...['B-1', 'B-2', 'B-3'].map((ref) => bug('openBug', ref, { title: `mend ${ref}`, owner: 'platform' })),
  part('sequence-of-events'),
  part('technical-summary', { evidence }),
  part('response-review'),
  part('finding', { class: 'technical-lapse', key: true, entry: 'B-1' }),
  ...[
    'procedural-failure',
    'manual-error',
    'process-flaw',
    'communication-breakdown',
    'unknown-attack-vector',
  ].map((each) => part('none-found', { class: each })),
  part('sufficiency', { verdict: 'yes' }),
  part('completeness', { verdict: 'yes' }),
  part('sign-off', { party: 'security-response' }),
  part('sign-off', { party: 'platform' }, team),
  tell('declareTriageDone', srt, {}),
  bug('closeBug', 'B-1'),
  bug('reopenBug', 'B-1', { reason: 'not on every laptop' }),
  ...['B-1', 'B-2', 'B-3'].map((ref) => bug('closeBug', ref)),
  { kind: 'decide-undecided', sender: legal },
];

export function incidentStory(contentHash: string): readonly Step[] {
  return [...response, ...notification(contentHash), ...recovery, ...followUp];
}
