/**
 * What is asked of the response track: which plan rules a service, how far each service is, what is open. What a gate
 * still lacks is said in gates/response-gates.ts.
 */
import type { ConcernedService } from '../contract/declaration';
import type { PlanKind, PlannedTask } from '../contract/messages';
import { compareInstants, type Instant } from './instant';
import type { Agreement, EmergencyAction, Plan, RecoveryRecord, ResponseTrack } from './response';

export type ResponsePhase = 'analysis' | 'containment' | 'eradication' | 'recovery' | 'watch' | 'stable';
export type TrackState = 'none' | 'open' | 'complete';

export function findService(track: ResponseTrack, service: string): ConcernedService | undefined {
  return track.services.find((concerned) => concerned.service === service);
}

/** The version that gates and approvals speak of: the newest of the current round. */
export function currentPlan(track: ResponseTrack, kind: PlanKind): Plan | undefined {
  return track.plans.findLast((plan) => plan.kind === kind && plan.round === track.round);
}

/** The version that rules a service: the newest of the current round that names it. */
export function planFor(track: ResponseTrack, kind: PlanKind, service: string): Plan | undefined {
  return track.plans.findLast(
    (plan) =>
      plan.kind === kind && plan.round === track.round && plan.tasks.some((task) => task.service === service),
  );
}

/** The services that no newer version has taken over: for them alone the plan still counts. */
export function ruledServices(track: ResponseTrack, plan: Plan): readonly string[] {
  const named = new Set(plan.tasks.map((task) => task.service));
  return [...named].filter((service) => planFor(track, plan.kind, service)?.version === plan.version);
}

/** Every version of the current round that rules a service, the newest last. */
export function plansInForce(track: ResponseTrack, kind: PlanKind): readonly Plan[] {
  return track.plans.filter(
    (plan) => plan.kind === kind && plan.round === track.round && ruledServices(track, plan).length > 0,
  );
}

/** `eradication` is the gate of the newest version; an earlier one that still rules a service has its own. */
export function eradicationGateName(track: ResponseTrack, plan: Plan): string {
  const isNewest = currentPlan(track, 'eradication')?.version === plan.version;
  return isNewest ? 'eradication' : `eradication:${String(plan.version)}`;
}

/** The eradication plan that a gate decides on, if it is one of those gates. */
export function planOfGate(track: ResponseTrack, gate: string): Plan | undefined {
  return plansInForce(track, 'eradication').find((plan) => eradicationGateName(track, plan) === gate);
}

export function tasksOf(
  track: ResponseTrack,
  service: string,
  of: PlannedTask['track'],
): readonly PlannedTask[] {
  const kind: PlanKind = of === 'eradication' ? 'eradication' : 'containment';
  return (
    planFor(track, kind, service)?.tasks.filter((task) => task.service === service && task.track === of) ?? []
  );
}

export function isTaskDone(track: ResponseTrack, task: PlannedTask): boolean {
  return track.completions.some(
    (done) =>
      done.round === track.round &&
      done.service === task.service &&
      done.track === task.track &&
      done.what === task.what,
  );
}

/** How far the tasks of one service are; work that no plan named counts as complete by itself. */
export function trackStateOf(track: ResponseTrack, service: string, of: PlannedTask['track']): TrackState {
  const tasks = tasksOf(track, service, of);
  if (tasks.length > 0) return tasks.every((task) => isTaskDone(track, task)) ? 'complete' : 'open';
  const unplanned = [...track.completions, ...track.emergencyActions].some(
    (done) => done.round === track.round && done.service === service && done.track === of,
  );
  return unplanned ? 'complete' : 'none';
}

/** What the plan asks of a service and nobody has done yet. */
export function openTasks(
  track: ResponseTrack,
  service: string,
  of: PlannedTask['track'],
): readonly PlannedTask[] {
  return tasksOf(track, service, of).filter((task) => !isTaskDone(track, task));
}

export function isUnaffected(track: ResponseTrack, service: string): boolean {
  return track.unaffected.includes(service);
}

export function isContained(track: ResponseTrack, service: string): boolean {
  return isUnaffected(track, service) || trackStateOf(track, service, 'containment') === 'complete';
}

export function isEradicated(track: ResponseTrack, service: string): boolean {
  return isUnaffected(track, service) || trackStateOf(track, service, 'eradication') === 'complete';
}

/** Real incidents show eradication without containment: then there is nothing left to contain. */
export function isContainmentOver(track: ResponseTrack, service: string): boolean {
  return isContained(track, service) || isEradicated(track, service);
}

export function recoveryPartsOf(track: ResponseTrack, service: string): readonly RecoveryRecord[] {
  return track.recoveries.filter((record) => record.round === track.round && record.service === service);
}

export function isRestored(track: ResponseTrack, service: string): boolean {
  return (
    isUnaffected(track, service) ||
    recoveryPartsOf(track, service).some((record) => record.part === 'restored')
  );
}

export function isEveryServiceRestored(track: ResponseTrack): boolean {
  return track.services.every(({ service }) => isRestored(track, service));
}

export function isApproved(plan: Plan, approvalsNeeded: number): boolean {
  return plan.decision.kind === 'awaited' && plan.decision.approvals.length >= approvalsNeeded;
}

/** S32: the SRT sets the plan: it proposed this version, or agreed to it. */
export function isSetByResponders(plan: Plan): boolean {
  const agrees = ({ party, verdict }: Agreement) => party === 'security-response' && verdict === 'agree';
  return plan.proposedAs === 'security-response' || plan.agreements.some(agrees);
}

/** Everyone who must agree to a plan before its gate opens: the SRT and the team of each service it rules (S21). */
export function decidingParties(track: ResponseTrack, plan: Plan): readonly string[] {
  const ruled = ruledServices(track, plan);
  const ours = track.services.filter(
    ({ service, outside }) => ruled.includes(service) && outside === undefined,
  );
  return ['security-response', ...ours.map(({ service }) => service)];
}

const order: readonly ResponsePhase[] = [
  'analysis',
  'containment',
  'eradication',
  'recovery',
  'watch',
  'stable',
];

export function servicePhase(track: ResponseTrack, service: string): ResponsePhase {
  if (isRestored(track, service) || isEradicated(track, service)) return 'recovery';
  if (isContained(track, service)) return 'eradication';
  const containment = trackStateOf(track, service, 'containment');
  if (containment === 'open') return 'containment';
  // Eradication of a service may come first, as real incidents show.
  return trackStateOf(track, service, 'eradication') === 'none' ? beginning(track) : 'eradication';
}

/** After a sign of breach the response begins again with containment, not with analysis. */
function beginning(track: ResponseTrack): ResponsePhase {
  return track.round > 1 ? 'containment' : 'analysis';
}

/** The least advanced of the concerned services; `watch` and `stable` are for all together. */
export function responsePhase(track: ResponseTrack): ResponsePhase {
  if (isEveryServiceRestored(track) && track.watch.kind === 'ended') return 'stable';
  if (isEveryServiceRestored(track) && track.watch.kind === 'running') return 'watch';
  const phases = track.services.map(({ service }) => order.indexOf(servicePhase(track, service)));
  return order[Math.min(...phases)] ?? 'analysis';
}

export function isStable(track: ResponseTrack): boolean {
  return responsePhase(track) === 'stable';
}

export function openReviews(track: ResponseTrack): readonly EmergencyAction[] {
  return track.emergencyActions.filter((action) => action.review.kind === 'awaited');
}

/**
 * The end of the last containment step of a service, emergency actions included (S13). Where eradication came without
 * containment, its last step.
 */
export function containedAt(track: ResponseTrack, service: string): Instant | undefined {
  if (!isContainmentOver(track, service)) return undefined;
  const ended = (of: PlannedTask['track']) =>
    track.completions.filter((done) => done.service === service && done.track === of).map(({ at }) => at);
  const emergencies = track.emergencyActions
    .filter((action) => action.service === service)
    .map(({ at }) => at);
  const containment = [...ended('containment'), ...emergencies];
  return (containment.length > 0 ? containment : ended('eradication')).sort(compareInstants).at(-1);
}
