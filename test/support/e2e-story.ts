// A whole incident of one service, message by message, as people send it to a real server: from the first analysis to
// the last closed bug.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import { saveNoticeDraft, type SavedNotice } from '../../src/adapters/postgres/notice-store';
import type { IncidentStatus, IncidentUpdates } from '../../src/client';
import type { Sender } from '../../src/contract/principal';
import type { NoticeDraftInput } from '../../src/contract/notice';
import type { TenantRecord } from '../../src/contract/tenant-import';
import type { Approver, E2eStage } from './e2e-stage';

export const people = {
  responder: { by: 'srt-ana', role: 'security-response' },
  team: { by: 'storage-ben', role: 'service-team', team: 'storage-team' },
  communications: { by: 'comms-fay', role: 'communications' },
  legal: { by: 'legal-gus', role: 'legal' },
} as const satisfies Record<string, Sender>;

export interface Story {
  readonly stage: E2eStage;
  readonly incidentId: string;
  readonly executive: Approver;
}

/** One thing that somebody does; done when the incident has recorded it. */
export type Step = (story: Story) => Promise<unknown>;

/** Any message as a step. It carries an id of its own, so that it may be sent again. */
export function says<Name extends keyof IncidentUpdates>(
  name: Name,
  sender: Sender,
  content: Omit<IncidentUpdates[Name], keyof Sender>,
): Step {
  return ({ stage, incidentId }) =>
    stage.firebreak.tell(incidentId, name, { ...sender, ...content } as unknown as IncidentUpdates[Name]);
}

const waitsUntil =
  (isTrue: (status: IncidentStatus) => boolean): Step =>
  ({ stage, incidentId }) =>
    stage.firebreak.waitFor(incidentId, isTrue, { timeoutMs: 200_000, pollMs: 100 });

const evidence = ['log:4711'];
const service = 'storage';

export const containment: readonly Step[] = [
  ({ stage, incidentId }) =>
    stage.firebreak.openBug(incidentId, {
      ...people.responder,
      ref: 'BUG-1',
      title: 'Keys are logged',
      owner: 'ben',
    }),
  says('recordAnalysis', people.responder, { text: 'Tokens were forged with the stolen key.', evidence }),
  says('recordAnchor', people.responder, {
    kind: 'awareness',
    at: '2026-01-05T10:00:00Z',
    precision: 'minute',
    basis: 'the key was found in a dump',
  }),
  says('proposePlan', people.responder, {
    kind: 'containment',
    objective: 'Stop forged tokens.',
    restsOn: ['A1'],
    tasks: [{ service, what: 'revoke the key', track: 'containment', supporter: people.responder.by }],
  }),
  says('completeTask', people.team, { service, track: 'containment', what: 'revoke the key', evidence }),
];

export const eradicationPlan: Omit<IncidentUpdates['proposePlan'], keyof Sender> = {
  kind: 'eradication',
  objective: 'Remove the foothold.',
  restsOn: ['A1'],
  tasks: [{ service, what: 'rebuild the hosts', track: 'eradication', supporter: people.responder.by }],
  recommendation: {
    technique: 'rebuild',
    nature: 'stolen key',
    scope: 'one service',
    depthOfPenetration: 'token service',
    repercussions: 'an outage of an hour',
  },
  options: [{ option: 'rebuild', businessImpact: 'an hour without sign-in' }],
};

export const agreedEradicationPlan: readonly Step[] = [
  says('recordEviction', people.responder, { foothold: 'web-shell', state: 'known', service }),
  says('recordVulnerability', people.responder, { vulnerability: 'key-in-log', state: 'known' }),
  says('proposePlan', people.responder, eradicationPlan),
  says('agree', people.responder, { kind: 'eradication', version: 1, verdict: 'agree' }),
  says('agree', people.team, { kind: 'eradication', version: 1, verdict: 'agree', service }),
];

export const approvedEradicationPlan: Step = ({ executive, incidentId }) =>
  executive.approve(incidentId, 'eradication');

export const determination: readonly Step[] = [
  says('determine', people.communications, { customerReportable: 'yes', basis: 'Customer data was read.' }),
  says('setAffectedTenants', people.communications, {
    services: [{ service }],
    from: '2025-12-01T00:00:00Z',
    reason: 'They used storage.',
  }),
  waitsUntil(({ notification }) => notification.phase === 'drafting'),
];

/** The example notice, complete for every rule of the shipped packs. */
export const noticeFile = join(__dirname, '..', '..', 'examples', 'notice.json');

export const proposedNotice: Step = async (story) => {
  const draft = JSON.parse(readFileSync(noticeFile, 'utf8')) as NoticeDraftInput;
  const saved = await saveNoticeDraft(
    story.stage.database,
    story.incidentId,
    draft,
    people.communications.by,
  );
  await proposeSaved(saved)(story);
  await waitsUntil(({ waitingFor }) => waitingFor === 'executive-incident-manager')(story);
};

const proposeSaved = ({ noticeId, revision, contentHash }: SavedNotice): Step =>
  says('proposeNotice', people.communications, { noticeId, revision, contentHash, stage: 'first' });

export const approvedNotice: Step = ({ executive, incidentId }) =>
  executive.approve(incidentId, 'notice:first-1');

export const everythingDelivered: Step = waitsUntil(({ notification }) => notification.phase === 'complete');

const recoveryParts = [
  'baseline',
  'last-known-good',
  'restore',
  'inspection',
  'consultation',
  'restored',
] as const;

export const recovery: readonly Step[] = [
  says('completeTask', people.team, { service, track: 'eradication', what: 'rebuild the hosts', evidence }),
  says('recordEviction', people.team, {
    foothold: 'web-shell',
    state: 'evicted',
    service,
    confidence: 'high',
    evidence,
  }),
  says('recordVulnerability', people.team, { vulnerability: 'key-in-log', state: 'mitigated', evidence }),
  says('stateRootCause', people.responder, { verdict: 'removed', confidence: 'high', evidence }),
  says('confirmRecovery', people.responder, { reason: 'The intruder is out.' }),
  ...recoveryParts.map((part) =>
    says('recordRecovery', part === 'consultation' ? people.responder : people.team, {
      service,
      part,
      text: part,
      evidence,
      ...(part === 'last-known-good' && { goodAt: '2025-12-01T00:00:00Z' }),
      ...(part === 'inspection' && { vulnerability: 'key-in-log' }),
    }),
  ),
  (story) =>
    says('startWatch', people.responder, {
      endsAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
      controls: 'closer alerts',
    })(story),
  says('endWatch', people.responder, { planCarriedOut: 'It was.', noSignOfBreach: 'None was seen.' }),
];

const classesWithoutFinding = [
  'procedural-failure',
  'manual-error',
  'process-flaw',
  'communication-breakdown',
  'unknown-attack-vector',
] as const;

const part = (
  name: IncidentUpdates['postmortem']['part'],
  more: Partial<IncidentUpdates['postmortem']> = {},
  sender: Sender = people.responder,
): Step => says('postmortem', sender, { part: name, text: `the ${name}`, ...more });

export const postmortem: readonly Step[] = [
  part('sequence-of-events'),
  part('technical-summary', { evidence }),
  part('response-review'),
  part('finding', { class: 'technical-lapse', key: true, entry: 'BUG-1' }),
  ...classesWithoutFinding.map((each) => part('none-found', { class: each })),
  part('sufficiency', { verdict: 'yes' }),
  part('completeness', { verdict: 'yes' }),
  part('sign-off', { party: 'security-response' }),
  part('sign-off', { party: 'storage-team' }, people.team),
  says('declareTriageDone', people.responder, {}),
  ({ stage, incidentId }) => stage.firebreak.closeBug(incidentId, { ...people.team, ref: 'BUG-1' }),
];

/** Legal decides on the rules that ask for facts that nobody knows. */
const undecidedDecided: Step = async (story) => {
  const gates = await story.stage.firebreak.gates(story.incidentId);
  const codes = gates.find(({ gate }) => gate === 'closing')?.lacks.map(({ code }) => code) ?? [];
  const undecided = codes.filter((code) => code.startsWith('undecided:'));
  await Promise.all(
    undecided.map((code) =>
      says('decideUndecided', people.legal, {
        ruleId: code.slice('undecided:'.length),
        applies: false,
        reason: 'the fact it asks for was found not to hold',
      })(story),
    ),
  );
};

export const closing: readonly Step[] = [undecidedDecided, waitsUntil(({ phase }) => phase === 'closed')];

/** From the first analysis to the closed incident, in the order of the process. */
export const wholeStory: readonly Step[] = [
  ...containment,
  ...agreedEradicationPlan,
  approvedEradicationPlan,
  ...determination,
  proposedNotice,
  approvedNotice,
  everythingDelivered,
  ...recovery,
  ...postmortem,
  ...closing,
];

const countries = ['DE', 'FR', 'SG', 'JP', 'BR', null];

/** So many tenants of the service, each with one contact; name and address tell which it is. */
export function tenantsOfStorage(count: number): TenantRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `t${String(index + 1).padStart(4, '0')}`;
    return {
      id,
      name: `Tenant ${id} Ltd`,
      country: countries[index % countries.length] ?? null,
      timeZone: 'Europe/Berlin',
      languages: ['en'],
      contacts: [{ kind: 'security', email: `security@${id}.example` }],
      services: [{ service, region: 'eu-west', usedFrom: '2021-05-01' }],
    };
  });
}

export async function importTenantsOfStorage({ database, folder }: E2eStage, count: number): Promise<void> {
  const file = join(folder, 'tenants.jsonl');
  writeFileSync(
    file,
    tenantsOfStorage(count)
      .map((tenant) => JSON.stringify(tenant))
      .join('\n'),
  );
  await importTenants(database, file);
}
