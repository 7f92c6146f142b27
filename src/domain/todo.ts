/**
 * What one person owes to one incident now: decisions, reviews, filings, tasks, entries, and whatever else a gate of the
 * present lacks that they can supply. A function of the state, so that nobody keeps a list of their own.
 */
import type { Role } from '../contract/principal';
import { rolesThatDecide } from './authority';
import { unsettledEntries, type Entry } from './follow-up';
import { gatesOf, isPlanPassed, type Gate, type Lack } from './gates';
import { findHold, holdIdOf } from './holds';
import { anchorInForce, type Incident } from './incident';
import { addMs, compareInstants, earliestOf, type Instant } from './instant';
import { beginningOf } from './moment';
import {
  findNotice,
  isDutyToTellMet,
  isNotRequired,
  noticeIdOf,
  obligationGroups,
  unfiledDuties,
} from './notification';
import {
  isTaskDone,
  isUnaffected,
  openReviews,
  planFor,
  planOfGate,
  responsePhase,
  tasksOf,
} from './response-questions';
import { findStatusPost, statusPostIdOf } from './status-posts';

/** Who asks: an id, the role in which they would act, and for a service team its name. */
export interface Principal {
  readonly by: string;
  readonly role: Role;
  readonly team?: string;
}

export interface TodoItem {
  readonly kind:
    'decision' | 'review' | 'filing' | 'task' | 'entry' | 'owner' | 'escalation' | 'translation' | 'gate';
  readonly what: string;
  /** The message or the command with which it is done. */
  readonly how: string;
  readonly dueAt?: Instant;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** What is due first comes first; what has no due time comes last. Nothing once the incident is closed. */
export function todoOf(incident: Incident, principal: Principal, now: Instant): readonly TodoItem[] {
  if (incident.closedAt !== undefined) return [];
  const gates = gatesOf(incident, now);
  return [
    ...decisions(incident, principal, gates),
    ...reviews(incident, principal),
    ...filings(incident, principal),
    ...translations(incident, principal),
    ...tasks(incident, principal),
    ...entries(incident, principal),
    ...gateItems(incident, principal, gates),
  ].sort(byDueTime);
}

export function byDueTime(left: Pick<TodoItem, 'dueAt'>, right: Pick<TodoItem, 'dueAt'>): number {
  if (left.dueAt === undefined || right.dueAt === undefined)
    return Number(left.dueAt === undefined) - Number(right.dueAt === undefined);
  return compareInstants(left.dueAt, right.dueAt);
}

// Decisions

function decisions(incident: Incident, principal: Principal, gates: readonly Gate[]): readonly TodoItem[] {
  return gates
    .filter((gate) => isMineToDecide(incident, principal, gate))
    .map(({ gate, lacks }) => ({
      kind: 'decision',
      what: `decide on ${gate}: ${lacks
        .filter(isApprovalLack)
        .map(({ sentence }) => sentence)
        .join('; ')}`,
      how: `firebreak approve or reject ${incident.declaration.incidentId} --gate ${gate}`,
      ...due(noticeIdOf(gate) === undefined ? undefined : noticesDueAt(incident)),
    }));
}

function isMineToDecide(
  incident: Incident,
  principal: Principal,
  { gate, objectHash, lacks }: Gate,
): boolean {
  return (
    objectHash !== undefined &&
    rolesThatDecide(gate).includes(principal.role) &&
    lacks.some((lack) => isApprovalLack(lack) && isNamed(incident, principal, lack.who)) &&
    proposerOf(incident, gate) !== principal.by &&
    !signersOf(incident, gate).includes(principal.by)
  );
}

function isApprovalLack({ code }: Lack): boolean {
  return code === 'approval' || code.startsWith('approval:');
}

/** Four eyes, but for a hold: it takes two signers, and who proposed it may be one. */
function proposerOf({ response, notification, statusPosts }: Incident, gate: string): string | undefined {
  const noticeId = noticeIdOf(gate);
  if (noticeId !== undefined) return findNotice(notification, noticeId)?.author;
  const postId = statusPostIdOf(gate);
  if (postId !== undefined) return findStatusPost(statusPosts, postId)?.author;
  return planOfGate(response, gate)?.proposedBy;
}

/** Whoever has signed and waits for the others. */
function signersOf({ response, notification, holds }: Incident, gate: string): readonly string[] {
  const notice = findNotice(notification, noticeIdOf(gate) ?? '');
  if (notice?.state.kind === 'prepared') return notice.state.approvals.map(({ approver }) => approver);
  const hold = findHold(holds, holdIdOf(gate) ?? '');
  if (hold?.state.kind === 'proposed') return hold.state.signatures.map(({ approver }) => approver);
  const plan = planOfGate(response, gate);
  return plan?.decision.kind === 'awaited' ? plan.decision.approvals.map(({ approver }) => approver) : [];
}

// Reviews and filings

function reviews(incident: Incident, { role }: Principal): readonly TodoItem[] {
  if (role !== 'executive-incident-manager') return [];
  return openReviews(incident.response).map(({ actionId, review }) => ({
    kind: 'review',
    what: `review emergency action ${actionId}`,
    how: 'reviewEmergencyAction',
    ...due(review.kind === 'awaited' ? review.dueAt : undefined),
  }));
}

function filings(incident: Incident, { role }: Principal): readonly TodoItem[] {
  if (role !== 'communications' && role !== 'legal') return [];
  return unfiledDuties(incident.notification).map(({ ruleId, stage, recipient, dueAt, softDueAt }) => ({
    kind: 'filing',
    what: `file ${ruleId} (${stage}) with ${recipient}`,
    how: 'recordFiling',
    ...due(dueAt ?? softDueAt),
  }));
}

/** Languages that no gate asks for, because the policy lets a notice leave without them. */
function translations(incident: Incident, { role }: Principal): readonly TodoItem[] {
  const isAsked = role === 'communications' || role === 'legal';
  if (!isAsked || incident.policy.missingTranslation === 'block') return [];
  return incident.notification.notices.flatMap(({ noticeId, state }) =>
    state.kind !== 'prepared'
      ? []
      : state.prepared.unreadLanguages.map(({ language, tenants }) => ({
          kind: 'translation',
          what: `write notice ${noticeId} in ${language} as well: ${tenants === 1 ? '1 tenant reads' : `${String(tenants)} tenants read`} it`,
          how: 'proposeNotice',
          ...due(noticesDueAt(incident)),
        })),
  );
}

/** The earliest time by which tenants have to be told, while they are not. */
function noticesDueAt({ notification }: Incident): Instant | undefined {
  if (isDutyToTellMet(notification) || isNotRequired(notification)) return undefined;
  const groups = obligationGroups(notification).filter(
    ({ duty, outcome }) => duty === 'provider-to-tenant' && outcome !== 'suppressed',
  );
  return earliestOf(groups.flatMap(({ dueAt, softDueAt }) => dueAt ?? softDueAt ?? []));
}

// Tasks

function tasks(incident: Incident, principal: Principal): readonly TodoItem[] {
  const { response } = incident;
  return servicesOf(incident, principal)
    .filter((service) => !isUnaffected(response, service))
    .flatMap((service) => [
      ...tasksOf(response, service, 'containment'),
      ...(isEradicationAllowed(incident, service) ? tasksOf(response, service, 'eradication') : []),
    ])
    .filter((task) => !isTaskDone(response, task))
    .map(({ service, track, what }) => ({
      kind: 'task',
      what: `${service}, ${track}: ${what}`,
      how: 'completeTask',
      ...due(track === 'containment' ? containmentDueAt(incident) : undefined),
    }));
}

function servicesOf({ response }: Incident, { role, team }: Principal): readonly string[] {
  if (role !== 'service-team') return [];
  return response.services.filter((service) => service.team === team).map(({ service }) => service);
}

function isEradicationAllowed(incident: Incident, service: string): boolean {
  const plan = planFor(incident.response, 'eradication', service);
  return plan !== undefined && isPlanPassed(incident, plan);
}

function containmentDueAt(incident: Incident): Instant {
  const detection = anchorInForce(incident, 'detection');
  const from = detection === undefined ? incident.declaredAt : beginningOf(detection);
  return addMs(from, incident.policy.containmentAlarmMinutes[incident.declaration.severity] * minuteMs);
}

// Entries

function entries(incident: Incident, principal: Principal): readonly TodoItem[] {
  return unsettledEntries(incident.followUp).flatMap((entry) => entryItems(incident, principal, entry));
}

function entryItems(incident: Incident, principal: Principal, entry: Entry): readonly TodoItem[] {
  const { by, role, team } = principal;
  const name = `${entry.kind} ${entry.ref}, ${entry.title}`;
  const raised = entry.escalatedAt === undefined ? '' : `, escalated ${entry.escalatedAt}`;
  if (entry.owner !== undefined && [by, team].includes(entry.owner))
    return [{ kind: 'entry', what: `resolve ${name}${raised}`, how: 'closeBug' }];
  if (role === 'executive-incident-manager' && entry.escalatedAt !== undefined)
    return [{ kind: 'escalation', what: `${name}${raised}`, how: 'speak with its owner, or waiveEntry' }];
  if (role !== 'security-response' || entry.owner !== undefined) return [];
  const dueAt = addMs(entry.openedAt, incident.policy.entryGraceHours * hourMs);
  return [{ kind: 'owner', what: `name an owner of ${name}`, how: 'assignEntry', dueAt }];
}

// Whatever else a gate lacks

function gateItems(incident: Incident, principal: Principal, gates: readonly Gate[]): readonly TodoItem[] {
  const lacks = gates.flatMap((gate) =>
    gate.lacks
      .filter((lack) => isOfThePresent(incident, gate.gate, lack) && !isToldByItself(lack))
      .map((lack) => ({
        ...lack,
        dueAt: isAboutNotices(gate.gate, lack) ? noticesDueAt(incident) : undefined,
      })),
  );
  const named = lacks.filter(({ who }) => isNamed(incident, principal, who));
  const once = named.filter(({ code }, index) => named.findIndex((other) => other.code === code) === index);
  return once.map(({ sentence, who, dueAt }) => ({
    kind: 'gate',
    what: sentence,
    how: /\(([^)]*)\)/.exec(who)?.[1] ?? who,
    ...due(dueAt),
  }));
}

/** What a gate far ahead lacks is nobody's work of today. */
function isOfThePresent(incident: Incident, gate: string, { code }: Lack): boolean {
  const phase = responsePhase(incident.response);
  if (gate === 'postmortem') return phase === 'stable';
  if (gate === 'closing') return phase === 'stable' || /^(determination$|undecided:|delivery-)/.test(code);
  if (gate === 'stable') return phase === 'recovery' || phase === 'watch';
  if (gate === 'recovery') return phase === 'eradication' || phase === 'recovery';
  return (
    !gate.startsWith('eradication') ||
    phase === 'analysis' ||
    phase === 'containment' ||
    phase === 'eradication'
  );
}

/** What decisions, reviews, filings, tasks and entries above say better. */
function isToldByItself(lack: Lack): boolean {
  return isApprovalLack(lack) || /^(review|filing|entry|task):/.test(lack.code);
}

function isAboutNotices(gate: string, { code }: Lack): boolean {
  return noticeIdOf(gate) !== undefined || code === 'deliveries' || code.startsWith('delivery-');
}

/** Whether the words that say who can supply something mean this person. */
function isNamed(incident: Incident, principal: Principal, who: string): boolean {
  const { role, team } = principal;
  const [people = ''] = who.split(' (');
  if (role !== 'service-team')
    return people.includes(role) || (people.startsWith('whoever') && isResponder(role));
  const ofATeam = /the team of ([^ ,]+)/.exec(people)?.[1];
  if (ofATeam !== undefined) return servicesOf(incident, principal).includes(ofATeam);
  return people === team || people.includes('service team') || people.startsWith('whoever');
}

function isResponder(role: Role): boolean {
  return role === 'security-response' || role === 'service-team';
}

function due(dueAt: Instant | undefined): { readonly dueAt?: Instant } {
  return dueAt === undefined ? {} : { dueAt };
}
