/** What people do about the intruder: services, plans, tasks, what could not wait, the root cause, recovery. */
import type { Sender } from '../../src/contract/principal';
import { isPlanPassed, recoveryLacks } from '../../src/domain/gates';
import { currentPlan, decidingParties, findService, tasksOf } from '../../src/domain/response-questions';
import type { ResponseTrack } from '../../src/domain/response';
import type { Input, InputOf } from './case-format';
import { options, recommendation } from './filler';
import { tell, type Play } from './play';
import { identityOf, lineOf, planKindOf, senderOf, serviceOf, teamOf } from './words';

export async function addService(play: Play, input: InputOf<'addService'>): Promise<void> {
  const owner = input.outside === true ? 'another company' : input.outside;
  await tell(play, input, 'addServices', {
    ...senderOf('record', undefined),
    services: input.services.map((service) => ({
      service: serviceOf(service),
      team: teamOf(service),
      ...(typeof owner === 'string' && { outside: owner }),
    })),
  });
}

/** A service that the case names is concerned, whether or not the case has said so. */
async function haveServices(play: Play, input: Input, names: readonly string[]): Promise<void> {
  const { state } = await play.incident.recorded();
  const unknown = [...new Set(names)].filter(
    (name) => findService(state.response, serviceOf(name)) === undefined,
  );
  if (unknown.length === 0) return;
  await tell(play, input, 'addServices', {
    ...senderOf('record', undefined),
    services: unknown.map((name) => ({ service: serviceOf(name), team: teamOf(name) })),
  });
}

const supporter = 'case-supporter';

export async function proposePlan(play: Play, input: InputOf<'proposePlan'>): Promise<void> {
  const kind = planKindOf(input.track);
  await haveServices(
    play,
    input,
    input.tasks.map(({ service }) => service),
  );
  const proposer = senderOf('propose-plan', undefined);
  const analysis = await tell(play, input, 'recordAnalysis', { ...proposer, text: 'as published' });
  await tell(play, input, 'proposePlan', {
    ...proposer,
    kind,
    objective: input.text,
    restsOn: analysis === undefined ? [] : [analysis],
    tasks: input.tasks.map(({ service, what }) => ({
      service: serviceOf(service),
      what: lineOf(what),
      track: input.track,
      supporter,
    })),
    ...(kind === 'eradication' && {
      recommendation: recommendation(input.text),
      options: [...options],
    }),
  });
  if (kind === 'eradication') await agree(play, input);
}

/** Every party that is asked agrees: what a case tries is the approval, which is never given here. */
async function agree(play: Play, input: Input): Promise<void> {
  const { state } = await play.incident.recorded();
  const plan = currentPlan(state.response, 'eradication');
  if (plan === undefined) return;
  const answer = { kind: 'eradication', version: plan.version, verdict: 'agree' } as const;
  for (const party of decidingParties(state.response, plan))
    await tell(
      play,
      input,
      'agree',
      party === 'security-response'
        ? { ...senderOf('agree', undefined), ...answer }
        : { ...teamMember(party), ...answer, service: party },
    );
}

function teamMember(service: string): Sender {
  return { by: identityOf(`lead-of-${service}`), role: 'service-team', team: teamOf(service) };
}

/** What is done on a service of somebody else is what its owner states. */
export async function completeTask(play: Play, input: InputOf<'completeTask'>): Promise<void> {
  await haveServices(play, input, [input.service]);
  const service = serviceOf(input.service);
  const { state } = await play.incident.recorded();
  const evidence = input.evidence.map(lineOf);
  if (findService(state.response, service)?.outside !== undefined && input.track !== 'containment')
    await tell(play, input, 'recordOutsideStatement', {
      ...senderOf('record', undefined),
      service,
      statement: input.what,
      evidence,
    });
  const done = { ...teamMember(service), service, track: input.track, what: lineOf(input.what) };
  // Nothing is eradicated without an approved plan: what was, is on record as what could not wait, with its review.
  if (input.track === 'eradication' && !isPlanned(state.response, done))
    await tell(play, input, 'recordEmergencyAction', { ...done, why: 'no plan named it' });
  else await tell(play, input, 'completeTask', { ...done, evidence });
}

function isPlanned(
  track: ResponseTrack,
  { service, what }: { readonly service: string; readonly what: string },
): boolean {
  return tasksOf(track, service, 'eradication').some((task) => task.what === what);
}

export async function emergencyContainment(
  play: Play,
  input: InputOf<'emergencyContainment'>,
): Promise<void> {
  await haveServices(play, input, [input.service]);
  const id = await tell(play, input, 'recordEmergencyAction', {
    ...senderOf('complete-task', input.by),
    team: teamOf(input.service),
    service: serviceOf(input.service),
    what: input.what,
    why: 'it could not wait',
  });
  if (id !== undefined) play.deeds.idOf.set(input.id, id);
}

export async function stateRootCause(play: Play, input: InputOf<'decide'>): Promise<void> {
  await tell(play, input, 'stateRootCause', {
    ...senderOf('confirm-recovery', input.by),
    evidence: ['as published'],
    ...(input.verdict === 'removed'
      ? { verdict: 'removed', confidence: 'high' }
      : { verdict: 'not-proven', doneInstead: input.reason }),
  });
}

export async function reopenResponse(play: Play, input: InputOf<'reopen'>): Promise<void> {
  await tell(play, input, 'reportSignOfBreach', { ...senderOf('record', undefined), what: input.reason });
}

/**
 * The response team confirms what the records show, when that is the last thing that recovery lacks. Where no
 * eradication was ever planned and passed, the records show nothing that could be confirmed.
 */
export async function confirmRecovery(play: Play, input: Input): Promise<void> {
  const { state } = await play.incident.recorded();
  const plan = currentPlan(state.response, 'eradication');
  if (plan === undefined || !isPlanPassed(state, plan)) return;
  const lacks = recoveryLacks(state, await play.incident.now());
  if (lacks.length > 0 && lacks.every(({ code }) => code === 'confirmation'))
    await tell(play, input, 'confirmRecovery', {
      ...senderOf('confirm-recovery', undefined),
      reason: 'as the records show',
    });
}
