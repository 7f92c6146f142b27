// No order of messages opens a gate of the response early: what has to be there is looked up in the record itself, not
// in the state that the gate is computed from.
import fc from 'fast-check';
import type { EventOf, EventType, IncidentEvent } from '../../src/domain/events';
import { eradicationGate, recoveryGate, stableGate } from '../../src/domain/gates';
import { Refusal } from '../../src/domain/intake/refusal';
import {
  containment,
  eradication,
  eradicationPlan,
  incidentInMemory,
  people,
  recovery,
  step,
  watch,
  type MemoryIncident,
  type Step,
} from '../support/incidents';

const story = [...containment, ...eradication, ...recovery, ...watch];
const services = ['storage', 'identity'];

/** What may come between: new versions, refusals, doubts, the intruder. */
const disturbances: readonly Step[] = [
  step('proposePlan', people.responder, eradicationPlan),
  step('proposePlan', people.responder, {
    ...eradicationPlan,
    tasks: eradicationPlan.tasks.filter(({ service }) => service === 'storage'),
  }),
  step('proposePlan', people.responder, { ...eradicationPlan, options: [] }),
  (incident) => {
    incident.decide('eradication', people.executive, 'reject', 'too risky');
  },
  step('recordEviction', people.responder, { foothold: 'second-shell', state: 'known' }),
  step('recordVulnerability', people.responder, { vulnerability: 'old-library', state: 'known' }),
  step('reportSignOfBreach', people.responder, { what: 'a new web shell' }),
  step('markUnaffected', people.identityTeam, { service: 'identity', reason: 'clean' }),
];

/** The story with some steps left out, and others thrown in between. */
const games = fc.tuple(
  fc.array(fc.nat({ max: 30 }), { minLength: story.length, maxLength: story.length }),
  fc.array(fc.tuple(fc.nat({ max: story.length }), fc.constantFrom(...disturbances)), { maxLength: 3 }),
);

function stepsOf([chances, thrownIn]: [number[], [number, Step][]]): readonly Step[] {
  return story.flatMap((each, index) => [
    ...thrownIn.filter(([before]) => before === index).map(([, other]) => other),
    ...(chances[index] === 0 ? [] : [each]),
  ]);
}

/** Asks after every step; what is refused leaves nothing behind. */
function played(steps: readonly Step[], ask: (incident: MemoryIncident) => void): void {
  const incident = incidentInMemory();
  for (const each of steps) {
    try {
      each(incident);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    ask(incident);
  }
}

function ofType<Type extends EventType>(events: readonly IncidentEvent[], type: Type) {
  return events.filter((event): event is IncidentEvent & EventOf<Type> => event.type === type);
}

function ofThisRound(events: readonly IncidentEvent[]): readonly IncidentEvent[] {
  return events.slice(events.findLastIndex(({ type }) => type === 'sign-of-breach-reported') + 1);
}

function expectApprovedPlan(events: readonly IncidentEvent[]): void {
  const plan = ofType(ofThisRound(events), 'plan-proposed').findLast((each) => each.plan === 'eradication');
  const since = events.filter(({ seq }) => seq > (plan?.seq ?? Infinity));
  const agreed = ofType(since, 'agreement-given').map(({ party }) => party);
  const approvals = ofType(since, 'decision-accepted').filter(({ objectHash }) => objectHash === plan?.hash);
  expect(plan?.restsOn).not.toEqual([]);
  expect(plan?.recommendation).toBeDefined();
  expect(plan?.options).not.toEqual([]);
  expect(agreed).toEqual(expect.arrayContaining(['security-response', ...servicesOf(plan)]));
  expect(approvals.map(({ verdict, approver }) => [verdict, approver])).toEqual([['approve', 'eim-dora']]);
}

function servicesOf(plan: EventOf<'plan-proposed'> | undefined): readonly string[] {
  return [...new Set(plan?.tasks.map(({ service }) => service))];
}

function expectIntruderOut(events: readonly IncidentEvent[]): void {
  const round = ofThisRound(events);
  const known = new Set(ofType(events, 'foothold-recorded').map(({ foothold }) => foothold));
  for (const foothold of known) expect(lastOf(events, foothold)?.type).toBe('foothold-evicted');
  for (const { vulnerability } of ofType(events, 'vulnerability-recorded'))
    expect(
      ofType(events, 'vulnerability-recorded').findLast((each) => each.vulnerability === vulnerability)
        ?.state,
    ).toBe('mitigated');
  expect(ofType(round, 'root-cause-stated')).not.toEqual([]);
  expect(ofType(round, 'recovery-confirmed')).not.toEqual([]);
  for (const service of services.filter((each) => !isUnaffected(round, each)))
    expect(ofType(round, 'task-completed').map((done) => done.service)).toContain(service);
}

function lastOf(events: readonly IncidentEvent[], foothold: string): IncidentEvent | undefined {
  return events.findLast(
    (event) =>
      (event.type === 'foothold-recorded' || event.type === 'foothold-evicted') &&
      event.foothold === foothold,
  );
}

function isUnaffected(round: readonly IncidentEvent[], service: string): boolean {
  return ofType(round, 'service-marked-unaffected').some((each) => each.service === service);
}

function expectWatched(events: readonly IncidentEvent[]): void {
  const round = ofThisRound(events);
  expect(ofType(round, 'watch-started')).toHaveLength(1);
  expect(ofType(round, 'watch-ended')).toHaveLength(1);
  for (const service of services.filter((each) => !isUnaffected(round, each)))
    expect(
      ofType(round, 'recovery-recorded').some((each) => each.service === service && each.part === 'restored'),
    ).toBe(true);
}

test.each<[string, (incident: MemoryIncident) => boolean, (events: readonly IncidentEvent[]) => void]>([
  ['eradication', ({ state }) => eradicationGate(state).isOpen, expectApprovedPlan],
  ['recovery', (incident) => recoveryGate(incident.state, incident.now()).isOpen, expectIntruderOut],
  ['stable', ({ state }) => stableGate(state).isOpen, expectWatched],
])('the %s gate opens in no order without what it asks for', (_, isOpen, expectAll) => {
  let opened = 0;
  fc.assert(
    fc.property(games, (game) => {
      played(stepsOf(game), (incident) => {
        if (!isOpen(incident)) return;
        opened += 1;
        expectAll(incident.events);
      });
    }),
    { numRuns: 150, seed: 20261124 },
  );
  // A gate that never opened would have shown nothing.
  expect(opened).toBeGreaterThan(10);
});
