/**
 * Incidents for tests: the people, the declaration, an incident after given events, and an incident in memory that takes
 * messages as the workflow does. The stages of a whole story are lists of steps, to be played in full or in part.
 */
import { Declaration, type DeclarationInput } from '../../src/contract/declaration';
import type { CloseEntry, IncidentUpdates, OpenEntry, ReopenEntry } from '../../src/contract/messages';
import type { UnreadLanguage } from '../../src/contract/notice-languages';
import type { Policy } from '../../src/contract/policy';
import type { Sender } from '../../src/contract/principal';
import { dueAlarms } from '../../src/domain/alarms';
import { nextNotificationStep, nextStatusPostStep, type NotificationStep } from '../../src/domain/next-steps';
import { rolesThatDecide } from '../../src/domain/authority';
import { noDeliveries } from '../../src/domain/delivery';
import {
  theSystem,
  type Author,
  type DeliveryTotals,
  type EventBody,
  type IncidentEvent,
  type TenantSetResult,
} from '../../src/domain/events';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { isPostmortemComplete } from '../../src/domain/follow-up';
import { findGate, postmortemGate } from '../../src/domain/gates';
import { holdIdOf } from '../../src/domain/holds';
import {
  decisionSinceAssessment,
  apply,
  incidentOf,
  needsPostmortem,
  type Incident,
} from '../../src/domain/incident';
import { addMs, instantFromEpochMs, type Instant } from '../../src/domain/instant';
import { signalIntakes, take, updateIntakes, type Intake } from '../../src/domain/intake';
import { refuse, Refusal } from '../../src/domain/intake/refusal';
import { findNotice, noticeIdOf, sentNotices } from '../../src/domain/notification';
import type { ObligationAssessment, ObligationGroup } from '../../src/domain/obligations';
import { defaultPolicy } from '../../src/domain/policy';
import { pendingRegistration } from '../../src/domain/process-register';
import { planOfGate } from '../../src/domain/response-questions';
import { findStatusPost, statusPostIdOf } from '../../src/domain/status-posts';

// People

export const people = {
  responder: { by: 'srt-ana', role: 'security-response' },
  storageTeam: { by: 'storage-ben', role: 'service-team', team: 'storage-team' },
  identityTeam: { by: 'identity-cleo', role: 'service-team', team: 'identity-team' },
  executive: { by: 'eim-dora', role: 'executive-incident-manager' },
  secondExecutive: { by: 'eim-emil', role: 'executive-incident-manager' },
  communications: { by: 'comms-fay', role: 'communications' },
  legal: { by: 'legal-gus', role: 'legal' },
  forensics: { by: 'forensics-hana', role: 'participant', capacity: 'forensics firm' },
} as const satisfies Record<string, Sender>;

// The declaration

export const detectedAt: Instant = '2026-11-23T07:30:00.000Z';
export const declaredAt: Instant = '2026-11-23T08:00:00.000Z';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** So many hours after the declaration; before it, when negative. */
export function hours(count: number): Instant {
  return addMs(declaredAt, count * hourMs);
}

export const storage = { service: 'storage', team: 'storage-team', regions: ['eu-west'] };
export const identity = { service: 'identity', team: 'identity-team', regions: [] };
/** A service of a vendor, looked after by one of our teams. */
export const mailRelay = { service: 'mail-relay', team: 'identity-team', regions: [], outside: 'Relay Ltd' };

/** Moderate, live, of the services `storage` and `identity`, detected half an hour before it is declared. */
export function declarationOf(changes: Partial<DeclarationInput> = {}): Declaration {
  return Declaration.parse({
    incidentId: 'inc-1',
    title: 'A signing key has leaked',
    summary: 'Tokens signed with a stolen key open storage.',
    severity: 'moderate',
    services: [storage, identity],
    detection: { at: detectedAt, precision: 'second', basis: 'an alert of the token service' },
    reporter: people.responder,
    ...changes,
  });
}

// Incidents after given events

export interface Setting {
  readonly declaration?: Partial<DeclarationInput>;
  readonly policy?: Partial<Policy>;
}

/** Declared and nothing more: not even the anchor of its detection is recorded. */
export function blankIncident({ declaration, policy }: Setting = {}): Incident {
  return incidentOf({
    declaration: declarationOf(declaration),
    policy: { ...defaultPolicy, ...policy },
    declaredAt,
  });
}

/** An event whose author, number and time may be left out. */
export type GivenEvent = EventBody & Partial<Omit<IncidentEvent, 'type'>>;

/** Numbered from 1, a minute apart, by the system unless it says otherwise. */
export function recorded(...events: readonly GivenEvent[]): IncidentEvent[] {
  return events.map((event, index) => ({
    ...theSystem,
    seq: index + 1,
    at: addMs(declaredAt, index * minuteMs),
    ...event,
  }));
}

/** The incident after these events, whether or not any message would bring them about. */
export function given(...events: readonly GivenEvent[]): Incident {
  return recorded(...events).reduce(apply, blankIncident());
}

// An incident in memory

export interface Messages extends IncidentUpdates {
  openEntry: OpenEntry;
  closeEntry: CloseEntry;
  reopenEntry: ReopenEntry;
}
export type MessageName = keyof Messages;
/** A message without its sender. */
export type Content<Name extends MessageName> = Omit<Messages[Name], 'by' | 'role' | 'team' | 'capacity'>;

/** What takes each message; the three signals go by the names of their messages. */
export const intakes: { readonly [Name in MessageName]: Intake<Messages[Name]> } = {
  ...updateIntakes,
  openEntry: signalIntakes.openBug,
  closeEntry: signalIntakes.closeBug,
  reopenEntry: signalIntakes.reopenBug,
};

/** What the activities of the notification track answer. */
export interface Answers {
  readonly tenantSet: Omit<TenantSetResult, 'version'>;
  /** A test changes them when its rules would say something else. */
  groups: readonly ObligationGroup[];
  readonly noticeLacks: readonly string[];
  readonly unreadLanguages: readonly UnreadLanguage[];
  readonly isPostResolved: boolean;
}

const usualAnswers: Answers = {
  tenantSet: {
    tenants: 3,
    excluded: 0,
    added: 3,
    removed: 0,
    changed: 0,
    unreachable: 0,
    digest: fingerprintOf('three tenants'),
  },
  groups: [],
  noticeLacks: [],
  unreadLanguages: [],
  isPostResolved: true,
};

export interface MemoryIncident {
  readonly state: Incident;
  readonly events: readonly IncidentEvent[];
  now(): Instant;
  /** Lets time pass; nothing happens by itself, see `runTracks`. */
  pass(durationMs: number): void;
  record(body: EventBody, author?: Author, happenedAt?: Instant): IncidentEvent;
  /** @throws Refusal as the workflow would refuse the message */
  send<Name extends MessageName>(
    name: Name,
    sender: Sender,
    content: Content<Name>,
  ): readonly IncidentEvent[];
  /**
   * A decision with a genuine signature.
   * @throws Refusal when the gate waits for none, or not for one of this person
   */
  decide(gate: string, approver: Sender, verdict?: 'approve' | 'reject', reason?: string): void;
  readonly answers: Answers;
}

/** Of an incident that is played on from it, as often as one likes. */
export interface Moment {
  readonly state: Incident;
  readonly events: readonly IncidentEvent[];
  readonly now: Instant;
}

/** Declared by the responder, its detection recorded, as the workflow begins. */
export function incidentInMemory(
  setting: Setting & { readonly answers?: Partial<Answers>; readonly from?: Moment } = {},
): MemoryIncident {
  const { from } = setting;
  let state = from?.state ?? blankIncident(setting);
  let now = from?.now ?? declaredAt;
  const events: IncidentEvent[] = [...(from?.events ?? [])];

  function record(body: EventBody, author: Author = theSystem, happenedAt?: Instant): IncidentEvent {
    const event: IncidentEvent = {
      ...body,
      ...author,
      seq: events.length + 1,
      at: now,
      ...(happenedAt !== undefined && { happenedAt }),
    };
    events.push(event);
    state = apply(state, event);
    return event;
  }

  const incident: MemoryIncident = {
    get state() {
      return state;
    },
    events,
    now: () => now,
    pass: (durationMs) => {
      now = addMs(now, durationMs);
    },
    record,
    send: (name, sender, content) => {
      const message = { ...sender, ...content } as Messages[typeof name];
      const bodies = take(state, intakes[name], message, now);
      const happenedAt =
        message.happenedAt === undefined ? undefined : instantFromEpochMs(Date.parse(message.happenedAt));
      return bodies.map((body) => record(body, authorOf(sender), happenedAt));
    },
    decide: (gate, approver, verdict = 'approve', reason) => {
      const { generation, objectHash } = decidable(state, gate, approver, now);
      const number = String(events.filter((event) => event.type === 'decision-accepted').length + 1);
      record({
        type: 'decision-accepted',
        decisionId: `D${number}`,
        gate,
        generation,
        objectHash,
        verdict,
        approver: approver.by,
        approverRoles: [approver.role],
        tokenId: `token-${number}`,
        keyId: `key-of-${approver.by}`,
        issuedAt: now,
        ...(reason !== undefined && { reason }),
      });
    },
    answers: { ...usualAnswers, ...setting.answers },
  };
  if (from !== undefined) return incident;
  const reporter = authorOf(people.responder);
  const { basis, ...moment } = state.declaration.detection;
  record(
    {
      type: 'declared',
      services: state.declaration.services.length,
      policyDigest: fingerprintOf(state.policy),
    },
    reporter,
  );
  record(
    { type: 'anchor-recorded', anchor: { anchorId: 'detection-1', kind: 'detection', basis, ...moment } },
    reporter,
  );
  return incident;
}

function authorOf({ by, role, team, capacity, boundBy }: Sender): Author {
  return {
    by,
    role,
    boundBy: boundBy ?? 'stated',
    ...(team !== undefined && { team }),
    ...(capacity !== undefined && { capacity }),
  };
}

function decidable(state: Incident, name: string, approver: Sender, now: Instant) {
  const gate = findGate(state, name, now);
  if (gate?.objectHash === undefined) return refuse('NotNow', `gate ${name} waits for no decision`);
  if (!rolesThatDecide(name).includes(approver.role))
    return refuse('NotAllowed', `${approver.role} does not decide ${name}`);
  const noticeId = noticeIdOf(name);
  if (holdIdOf(name) !== undefined) return { generation: gate.generation, objectHash: gate.objectHash };
  const postId = statusPostIdOf(name);
  const proposer =
    noticeId !== undefined
      ? findNotice(state.notification, noticeId)?.author
      : postId !== undefined
        ? findStatusPost(state.statusPosts, postId)?.author
        : planOfGate(state.response, name)?.proposedBy;
  if (proposer === approver.by) return refuse('NotAllowed', `${approver.by} proposed it`);
  return { generation: gate.generation, objectHash: gate.objectHash };
}

/** Why a message is refused, or nothing when it is accepted; what it would record is recorded then. */
export function refusalOf<Name extends MessageName>(
  incident: MemoryIncident,
  name: Name,
  sender: Sender,
  content: Content<Name>,
): Refusal | undefined {
  try {
    incident.send(name, sender, content);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

// What happens by itself

/** Alarms that are due, steps of the notification and the end of the postmortem, as the tracks of the workflow do. */
export function runTracks(incident: MemoryIncident): void {
  for (const alarm of dueAlarms(incident.state, incident.now())) incident.record(alarm.event);
  for (let step = nextNotificationStep(incident.state); step; step = nextNotificationStep(incident.state))
    incident.record(outcomeOf(incident, step));
  for (let step = nextStatusPostStep(incident.state); step; step = nextStatusPostStep(incident.state)) {
    const { postId, revision } = step.post;
    incident.record({
      type: 'status-post-published',
      postId,
      revision,
      issueId: `SP-${postId}`,
      isResolved: incident.answers.isPostResolved,
    });
  }
  const { state } = incident;
  if (!isPostmortemComplete(state.followUp) && needsPostmortem(state) && postmortemGate(state).isOpen)
    incident.record({ type: 'postmortem-completed' });
  const registration = pendingRegistration(incident.state);
  if (registration !== undefined) {
    const { failures, digest } = registration;
    incident.record({ type: 'process-register-updated', entries: failures.length, digest });
  }
}

/** What the activity of a step reports when it succeeds. */
export function outcomeOf({ state, answers }: MemoryIncident, step: NotificationStep): EventBody {
  switch (step.kind) {
    case 'identify':
      return { type: 'affected-tenants-identified', version: step.version, ...answers.tenantSet };
    case 'assess': {
      const decision = decisionSinceAssessment(state);
      return {
        type: 'obligations-assessed',
        assessment: assessmentOf(answers.groups, step.tenantSetVersion),
        factsRevision: state.factsRevision,
        ...(decision !== undefined && { decision }),
      };
    }
    case 'judge-filing': {
      const { ruleId, stage, submittedAt } = step.filing;
      const judgement = { verdict: 'in-time', earlyBy: 'PT1H', because: 'awareness + 72 h' } as const;
      return { type: 'filing-judged', ruleId, stage, submittedAt, judgement };
    }
    case 'prepare':
      return { type: 'notice-prepared', ...preparationOf(state, step.notice, answers) };
    case 'send':
      return {
        type: 'campaign-started',
        noticeId: step.notice.noticeId,
        campaignId: `${step.notice.noticeId}.${String(step.notice.revision)}`,
        shards: 1,
        totals: totalsOf({ planned: answers.tenantSet.tenants }),
      };
    case 'repeat':
      return {
        type: 'notice-repeated',
        noticeId: step.notice.noticeId,
        campaignId: step.campaignId,
        shards: 1,
        totals: totalsOf({ planned: answers.tenantSet.tenants }),
      };
    case 'start-shards':
      return { type: 'shards-started', campaignId: step.campaign.campaignId };
    case 'count':
      return {
        type: 'deliveries-counted',
        campaignId: step.campaign.campaignId,
        news: step.campaign.news,
        shards: step.campaign.shards.map(({ totals }) => totals),
      };
    case 'settle-by-hand': {
      const { settlementId } = step.settlement;
      return { type: 'hand-settlement-written', settlementId, deliveries: 1, campaigns: ['first-1.1'] };
    }
  }
}

function preparationOf(
  { notification: { assessment, tenantSets } }: Incident,
  { noticeId, revision, contentHash }: { noticeId: string; revision: number; contentHash: string },
  { noticeLacks, unreadLanguages }: Pick<Answers, 'noticeLacks' | 'unreadLanguages'>,
) {
  if (assessment.kind === 'awaited') throw new Error(`${noticeId} is prepared before obligations are known`);
  const tenantSetVersion = tenantSets.findLast(({ result }) => result.kind === 'identified')?.version ?? 0;
  const { packDigest } = assessment.result;
  const templateHash = fingerprintOf('template');
  return {
    noticeId,
    revision,
    objectHash: fingerprintOf([contentHash, templateHash, tenantSetVersion, packDigest]),
    templateHash,
    tenantSetVersion,
    packDigest,
    lacks: noticeLacks,
    unreadLanguages,
  };
}

export function totalsOf(totals: Partial<DeliveryTotals>): DeliveryTotals {
  return { ...noDeliveries, ...totals };
}

export function assessmentOf(groups: readonly ObligationGroup[], tenantSetVersion = 1): ObligationAssessment {
  return {
    packVersion: '2026.11',
    packDigest: fingerprintOf('pack'),
    calendarVersion: '2026',
    tenantSetVersion,
    profiles: 1,
    rows: groups.length,
    digest: fingerprintOf(groups),
    groups,
    unlistedGroups: 0,
    requiredContent: [],
    languages: ['en'],
  };
}

/** A duty to tell the tenant within 72 hours of the declaration, in force. */
export function obligationGroup(changes: Partial<ObligationGroup> = {}): ObligationGroup {
  return {
    ruleId: 'eu-gdpr-33-2',
    stage: 'notice',
    duty: 'provider-to-tenant',
    recipient: 'tenant',
    outcome: 'applies',
    clock: 'running',
    dueAt: hours(72),
    tenants: 3,
    channels: ['email'],
    ...changes,
  };
}

// A whole story, step by step

export type Step = (incident: MemoryIncident) => void;

/** Plays the stages one after the other on a new incident; the tracks run after every step. */
export function played(...stages: readonly (readonly Step[])[]): MemoryIncident {
  const incident = incidentInMemory();
  play(incident, ...stages);
  return incident;
}

export function play(incident: MemoryIncident, ...stages: readonly (readonly Step[])[]): void {
  for (const step of stages.flat()) {
    step(incident);
    runTracks(incident);
  }
}

/** Any message as a step of a story. */
export function step<Name extends MessageName>(name: Name, sender: Sender, content: Content<Name>): Step {
  return (incident) => {
    incident.send(name, sender, content);
  };
}

const teams = [
  ['storage', people.storageTeam],
  ['identity', people.identityTeam],
] as const;
const evidence = ['log:4711'];

const forEachTeam = (steps: (service: string, team: Sender) => readonly Step[]): readonly Step[] =>
  teams.flatMap(([service, team]) => steps(service, team));

export const containment: readonly Step[] = [
  step('recordAnalysis', people.responder, { text: 'Tokens were forged with the stolen key.', evidence }),
  step('proposePlan', people.responder, {
    kind: 'containment',
    objective: 'Stop forged tokens.',
    restsOn: ['A1'],
    tasks: teams.map(([service]) => ({
      service,
      what: 'revoke the key',
      track: 'containment',
      supporter: people.responder.by,
    })),
  }),
  ...forEachTeam((service, team) => [
    step('completeTask', team, { service, track: 'containment', what: 'revoke the key', evidence }),
  ]),
];

/** Everything that the eradication gate asks for before anyone agrees. */
export const eradicationPlan: Content<'proposePlan'> = {
  kind: 'eradication',
  objective: 'Remove the foothold.',
  restsOn: ['A1'],
  tasks: teams.map(([service]) => ({
    service,
    what: 'rebuild the hosts',
    track: 'eradication',
    supporter: people.responder.by,
  })),
  recommendation: {
    technique: 'rebuild',
    nature: 'stolen key',
    scope: 'two services',
    depthOfPenetration: 'token service',
    repercussions: 'an outage of an hour',
  },
  options: [{ option: 'rebuild', businessImpact: 'an hour without sign-in' }],
};

export const eradication: readonly Step[] = [
  step('recordEviction', people.responder, { foothold: 'web-shell', state: 'known', service: 'storage' }),
  step('recordVulnerability', people.responder, { vulnerability: 'key-in-log', state: 'known' }),
  step('proposePlan', people.responder, eradicationPlan),
  step('agree', people.responder, { kind: 'eradication', version: 1, verdict: 'agree' }),
  ...forEachTeam((service, team) => [
    step('agree', team, { kind: 'eradication', version: 1, verdict: 'agree', service }),
  ]),
  (incident) => {
    incident.decide('eradication', people.executive);
  },
  ...forEachTeam((service, team) => [
    step('completeTask', team, { service, track: 'eradication', what: 'rebuild the hosts', evidence }),
  ]),
  step('recordEviction', people.storageTeam, {
    foothold: 'web-shell',
    state: 'evicted',
    service: 'storage',
    confidence: 'high',
    evidence,
  }),
  step('recordVulnerability', people.identityTeam, {
    vulnerability: 'key-in-log',
    state: 'mitigated',
    evidence,
  }),
  step('stateRootCause', people.responder, { verdict: 'removed', confidence: 'high', evidence }),
];

const recoveryOf = (service: string, team: Sender): readonly Step[] => [
  step('recordRecovery', team, { service, part: 'baseline', text: 'build 41' }),
  step('recordRecovery', team, {
    service,
    part: 'last-known-good',
    text: 'backup of October',
    goodAt: '2026-10-01T00:00:00Z',
    evidence: ['backup:9'],
  }),
  step('recordRecovery', team, { service, part: 'restore', text: 'restored', evidence }),
  step('recordRecovery', team, {
    service,
    part: 'inspection',
    text: 'closed',
    vulnerability: 'key-in-log',
    evidence,
  }),
  step('recordRecovery', people.responder, { service, part: 'consultation', text: 'talked through' }),
  step('recordRecovery', team, { service, part: 'restored', text: 'back in service' }),
];

export const recovery: readonly Step[] = [
  step('confirmRecovery', people.responder, { reason: 'The intruder is out.' }),
  ...forEachTeam(recoveryOf),
];

export const watch: readonly Step[] = [
  step('startWatch', people.responder, { endsAt: hours(24 * 30), controls: 'closer alerts' }),
  step('endWatch', people.responder, { planCarriedOut: 'It was.', noSignOfBreach: 'None was seen.' }),
];

export const contentHash = fingerprintOf('the text of the notice');
export const noticeGateName = 'notice:first-1';

export const determination: readonly Step[] = [
  step('determine', people.communications, { customerReportable: 'yes', basis: 'Customer data was read.' }),
];

export const proposedNotice: readonly Step[] = [
  ...determination,
  step('setAffectedTenants', people.communications, {
    services: [{ service: 'storage' }],
    from: '2026-11-01T00:00:00Z',
    reason: 'They used storage.',
  }),
  step('proposeNotice', people.communications, {
    noticeId: 'first-1',
    revision: 1,
    stage: 'first',
    contentHash,
  }),
];

export const notices: readonly Step[] = [
  ...proposedNotice,
  (incident) => {
    incident.decide(noticeGateName, people.legal);
  },
  deliverAll,
];

/** Every shard of every campaign reports that its last recipient accepted, and so the ledger counts. */
export function deliverAll(incident: MemoryIncident): void {
  const accepted = totalsOf({ accepted: incident.answers.tenantSet.tenants });
  for (const { state } of sentNotices(incident.state.notification)) {
    const { campaignId, shards } = state.campaign;
    shards.forEach((_, shard) =>
      incident.record({ type: 'delivery-progressed', campaignId, shard, totals: accepted, settled: true }),
    );
    const counted = { campaignId, news: incident.events.at(-1)?.seq ?? 0 };
    incident.record({ type: 'deliveries-counted', ...counted, shards: shards.map(() => accepted) });
  }
}

const findingClassesWithoutFinding = [
  'procedural-failure',
  'manual-error',
  'process-flaw',
  'communication-breakdown',
  'unknown-attack-vector',
] as const;

export const entries: readonly Step[] = [
  step('openEntry', people.responder, { ref: 'BUG-1', title: 'Keys are logged', owner: 'ben' }),
];

export const report: readonly Step[] = [
  step('postmortem', people.responder, { part: 'sequence-of-events', text: 'A crash dump held the key.' }),
  step('postmortem', people.responder, { part: 'technical-summary', text: 'The key was read.', evidence }),
  step('postmortem', people.responder, { part: 'response-review', text: 'Contained within the hour.' }),
  step('postmortem', people.responder, {
    part: 'finding',
    text: 'Dumps hold keys.',
    class: 'technical-lapse',
    key: true,
    entry: 'BUG-1',
  }),
  ...findingClassesWithoutFinding.map((each) =>
    step('postmortem', people.responder, { part: 'none-found', text: 'none', class: each }),
  ),
  step('postmortem', people.responder, { part: 'sufficiency', text: 'It was enough.', verdict: 'yes' }),
  step('postmortem', people.responder, { part: 'completeness', text: 'Nothing is left.', verdict: 'yes' }),
  step('postmortem', people.responder, { part: 'sign-off', text: 'agreed', party: 'security-response' }),
  step('postmortem', people.storageTeam, { part: 'sign-off', text: 'agreed', party: 'storage-team' }),
  step('postmortem', people.identityTeam, { part: 'sign-off', text: 'agreed', party: 'identity-team' }),
  step('declareTriageDone', people.responder, {}),
];

export const resolution: readonly Step[] = [step('closeEntry', people.storageTeam, { ref: 'BUG-1' })];

/** From the first analysis to the last resolved bug, in the order of the process. */
export const wholeStory = [
  entries,
  containment,
  eradication,
  recovery,
  watch,
  notices,
  report,
  resolution,
] as const;
