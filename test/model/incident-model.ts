/**
 * What the rules of the process say of an incident, told a second time and far more simply: a model that keeps only what
 * was accepted, and knows what must then be so. It shares no code with the domain, so that one mistake is not made twice.
 */
import type { Role, Sender } from '../../src/contract/principal';
import type { EventOf, EventType, IncidentEvent } from '../../src/domain/events';

type Recorded<Type extends EventType> = IncidentEvent & EventOf<Type>;

interface PlanVersion {
  readonly version: number;
  readonly hash: string;
  readonly proposer: string;
  readonly round: number;
  readonly services: readonly string[];
  readonly answered: readonly string[];
  readonly approvers: readonly string[];
  readonly isRejected: boolean;
}

interface Notice {
  readonly revision: number;
  readonly author: string;
  readonly approvers: readonly string[];
  readonly isRejected: boolean;
}

interface Entry {
  readonly gating: boolean;
  readonly state:
    'open' | 'resolved' | 'not-planned' | { readonly duplicateOf: string } | { readonly waivedUntil: string };
}

export interface IncidentModel {
  readonly round: number;
  readonly determination: 'awaited' | 'yes' | 'no' | 'undetermined';
  readonly plans: readonly PlanVersion[];
  readonly notices: Readonly<Record<string, Notice>>;
  readonly campaigns: readonly string[];
  readonly entries: Readonly<Record<string, Entry>>;
  readonly isTriageDone: boolean;
  readonly isWatchOver: boolean;
  readonly isPostmortemComplete: boolean;
  readonly unreviewed: readonly string[];
}

export const declaredModel: IncidentModel = {
  round: 1,
  determination: 'awaited',
  plans: [],
  notices: {},
  campaigns: [],
  entries: {},
  isTriageDone: false,
  isWatchOver: false,
  isPostmortemComplete: false,
  unreviewed: [],
};

/** Of the process description, section 2; a message that is not here may come from anyone. */
const speakers: Readonly<Partial<Record<string, readonly Role[]>>> = {
  proposePlan: ['security-response', 'service-team'],
  agree: ['security-response', 'service-team'],
  completeTask: ['service-team'],
  confirmRecovery: ['security-response'],
  startWatch: ['security-response'],
  endWatch: ['security-response'],
  reviewEmergencyAction: ['executive-incident-manager'],
  determine: ['security-response', 'executive-incident-manager', 'communications', 'legal'],
  setAffectedTenants: ['security-response', 'service-team', 'communications'],
  decideUndecided: ['communications', 'legal'],
  proposeNotice: ['communications', 'legal'],
  recordFiling: ['communications', 'legal'],
  waiveEntry: ['executive-incident-manager'],
  closeEntry: ['security-response', 'service-team'],
  declareTriageDone: ['security-response'],
};

export function maySend(name: string, { role }: Sender): boolean {
  return speakers[name]?.includes(role) ?? true;
}

/** A rule of the process that an event breaks, in words; nothing when it may happen. `now` is when it does. */
export function brokenRule(model: IncidentModel, event: IncidentEvent, now: string): string | undefined {
  switch (event.type) {
    case 'campaign-started':
      return brokenByCampaign(model, event);
    case 'task-completed':
      return event.track === 'eradication' ? brokenByEradication(model, event) : undefined;
    case 'decision-accepted':
      return brokenByDecision(model, event);
    case 'postmortem-completed':
      return brokenByPostmortem(model, now);
    default:
      return undefined;
  }
}

function brokenByCampaign(model: IncidentModel, { noticeId, campaignId }: Recorded<'campaign-started'>) {
  const notice = model.notices[noticeId];
  if (notice === undefined) return 'what nobody proposed is sent';
  if (model.determination !== 'yes') return 'a notice leaves before anybody has determined that it must';
  if (notice.isRejected) return 'a notice that was rejected leaves';
  if (!notice.approvers.some((approver) => approver !== notice.author))
    return 'a notice leaves without the approval of another person';
  return model.campaigns.includes(campaignId) ? 'the same notice leaves twice' : undefined;
}

function brokenByEradication(model: IncidentModel, { service }: Recorded<'task-completed'>) {
  const plan = model.plans.findLast((each) => each.round === model.round && each.services.includes(service));
  if (plan === undefined) return 'eradication without a plan of this round';
  if (plan.isRejected) return 'eradication after a rejected version';
  if (!plan.approvers.some((approver) => approver !== plan.proposer))
    return 'eradication of a version that nobody else has approved';
  const silent = ['security-response', ...plan.services].filter((party) => !plan.answered.includes(party));
  return silent.length > 0 ? `eradication before ${silent.join(', ')} answered` : undefined;
}

function brokenByDecision(model: IncidentModel, event: Recorded<'decision-accepted'>) {
  const isNotice = event.gate.startsWith('notice:');
  const notice = model.notices[event.gate.slice('notice:'.length)];
  const proposer = isNotice ? notice?.author : planNamedBy(model, event)?.proposer;
  const deciders = isNotice ? ['executive-incident-manager', 'legal'] : ['executive-incident-manager'];
  if (proposer === undefined) return 'a decision on what nobody proposed';
  if (proposer === event.approver) return 'the proposer decides';
  return event.approverRoles.some((role) => deciders.includes(role)) ? undefined : 'the role does not decide';
}

function brokenByPostmortem(model: IncidentModel, now: string) {
  if (!model.isWatchOver) return 'the postmortem completes before the response is stable';
  if (!model.isTriageDone) return 'the postmortem completes before triage is done';
  const unsettled = unsettledEntries(model, now).filter((ref) => model.entries[ref]?.gating);
  return unsettled.length > 0 ? `the postmortem completes while ${unsettled.join(', ')} holds it` : undefined;
}

/** Why an incident may not close yet, as far as this model knows. */
export function reasonToStayOpen(model: IncidentModel, now: string): string | undefined {
  if (model.determination !== 'yes' && model.determination !== 'no') return 'nobody has determined';
  if (!model.isWatchOver) return 'it is not stable';
  if (!model.isTriageDone) return 'triage is not done';
  if (model.unreviewed.length > 0) return `${model.unreviewed.join(', ')} is not reviewed`;
  if (model.determination === 'yes' && model.campaigns.length === 0) return 'nobody was told';
  if (model.determination === 'yes' && !model.isPostmortemComplete) return 'the postmortem is not complete';
  const unsettled = unsettledEntries(model, now);
  return unsettled.length > 0 ? `${unsettled.join(', ')} is not settled` : undefined;
}

function unsettledEntries(model: IncidentModel, now: string): readonly string[] {
  return Object.keys(model.entries).filter(
    (ref) => !isSettled(model, ref, now, Object.keys(model.entries).length),
  );
}

function isSettled({ entries }: IncidentModel, ref: string, now: string, hopsLeft: number): boolean {
  const state = entries[ref]?.state;
  if (state === undefined || typeof state === 'string' || hopsLeft === 0) return state === 'resolved';
  if ('waivedUntil' in state) return Date.parse(state.waivedUntil) > Date.parse(now);
  return isSettled({ entries } as IncidentModel, state.duplicateOf, now, hopsLeft - 1);
}

/** The newest version of what a decision names: an approval given to an earlier one is worth nothing. */
function planNamedBy(
  { plans, round }: IncidentModel,
  { objectHash }: Recorded<'decision-accepted'>,
): PlanVersion | undefined {
  return plans.findLast((plan) => plan.round === round && plan.hash === objectHash);
}

/** What the model knows after an event. */
export function afterEvent(model: IncidentModel, event: IncidentEvent): IncidentModel {
  switch (event.type) {
    case 'sign-of-breach-reported':
      return { ...model, round: model.round + 1, isWatchOver: false };
    case 'determined':
      return { ...model, determination: event.customerReportable };
    case 'plan-proposed':
      return event.plan === 'eradication'
        ? { ...model, plans: [...model.plans, planOf(model, event)] }
        : model;
    case 'agreement-given':
      return event.plan === 'eradication' ? withAnswer(model, event) : model;
    case 'notice-proposed':
      return withNotice(model, event.noticeId, {
        revision: event.revision,
        author: event.by,
        approvers: [],
        isRejected: false,
      });
    case 'decision-accepted':
      return withDecision(model, event);
    case 'campaign-started':
      return { ...model, campaigns: [...model.campaigns, event.campaignId] };
    case 'watch-ended':
      return { ...model, isWatchOver: true };
    case 'emergency-action-recorded':
      return { ...model, unreviewed: [...model.unreviewed, event.actionId] };
    case 'emergency-action-reviewed':
      return { ...model, unreviewed: model.unreviewed.filter((action) => action !== event.actionId) };
    case 'triage-declared-done':
      return { ...model, isTriageDone: true };
    case 'postmortem-completed':
      return { ...model, isPostmortemComplete: true };
    case 'entry-opened':
      return withEntry(model, event.ref, { gating: event.gating, state: 'open' });
    case 'entry-closed':
      return withEntry(model, event.ref, {
        state:
          event.resolution === 'duplicate-of' ? { duplicateOf: event.duplicateOf ?? '' } : event.resolution,
      });
    case 'entry-reopened':
    case 'waiver-expired':
      return withEntry(model, event.ref, { state: 'open' });
    case 'entry-waived':
      return withEntry(model, event.ref, { state: { waivedUntil: event.expiresAt } });
    default:
      return model;
  }
}

function planOf({ round }: IncidentModel, event: Recorded<'plan-proposed'>): PlanVersion {
  return {
    version: event.version,
    hash: event.hash,
    proposer: event.by,
    round,
    services: [...new Set(event.tasks.map(({ service }) => service))],
    answered: [],
    approvers: [],
    isRejected: false,
  };
}

function withAnswer(model: IncidentModel, { version, party }: Recorded<'agreement-given'>): IncidentModel {
  const plans = model.plans.map((plan) =>
    plan.version === version ? { ...plan, answered: [...plan.answered, party] } : plan,
  );
  return { ...model, plans };
}

function withDecision(model: IncidentModel, event: Recorded<'decision-accepted'>): IncidentModel {
  const isRejected = event.verdict === 'reject';
  const decided = <Object extends PlanVersion | Notice>(object: Object): Object => ({
    ...object,
    isRejected: object.isRejected || isRejected,
    approvers: isRejected ? object.approvers : [...object.approvers, event.approver],
  });
  const noticeId = event.gate.slice('notice:'.length);
  const notice = event.gate.startsWith('notice:') ? model.notices[noticeId] : undefined;
  if (notice !== undefined) return withNotice(model, noticeId, decided(notice));
  const named = planNamedBy(model, event);
  return { ...model, plans: model.plans.map((plan) => (plan === named ? decided(plan) : plan)) };
}

function withNotice(model: IncidentModel, noticeId: string, notice: Notice): IncidentModel {
  return { ...model, notices: { ...model.notices, [noticeId]: notice } };
}

function withEntry(model: IncidentModel, ref: string, change: Partial<Entry>): IncidentModel {
  const entry: Entry = { gating: true, state: 'open', ...model.entries[ref], ...change };
  return { ...model, entries: { ...model.entries, [ref]: entry } };
}
