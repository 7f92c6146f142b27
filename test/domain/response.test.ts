import { eradicationGate } from '../../src/domain/gates';
import { apply } from '../../src/domain/incident';
import { gateGeneration } from '../../src/domain/response';
import {
  containedAt,
  currentPlan,
  decidingParties,
  isContained,
  openReviews,
  planFor,
  responsePhase,
  servicePhase,
  trackStateOf,
} from '../../src/domain/response-questions';
import { sampleEvents } from '../support/arbitraries';
import {
  blankIncident,
  containment,
  eradication,
  eradicationPlan,
  given,
  hours,
  incidentInMemory,
  mailRelay,
  people,
  play,
  played,
  recorded,
  recovery,
  step,
  storage,
  watch,
  type GivenEvent,
} from '../support/incidents';

const task = (
  track: 'containment' | 'eradication',
  what: string,
  more: Partial<GivenEvent> = {},
): GivenEvent => ({ ...sampleEvents['task-completed'], track, what, ...more }) as GivenEvent;
const plan = (track: 'containment' | 'eradication', ...whats: readonly string[]): GivenEvent => ({
  ...sampleEvents['plan-proposed'],
  plan: track,
  tasks: whats.map((what) => ({ service: 'storage', what, track })),
});
const breach = sampleEvents['sign-of-breach-reported'];

describe('the phase of a service', () => {
  test.each<[string, readonly GivenEvent[], string]>([
    ['analysis before anything is planned', [], 'analysis'],
    [
      'containment while planned tasks are open',
      [plan('containment', 'a', 'b'), task('containment', 'a')],
      'containment',
    ],
    ['eradication once it is contained', [plan('containment', 'a'), task('containment', 'a')], 'eradication'],
    ['eradication for work that no plan named', [task('containment', 'pulled the plug')], 'eradication'],
    ['eradication where that comes first', [plan('eradication', 'rebuild')], 'eradication'],
    ['recovery once it is eradicated', [plan('eradication', 'a'), task('eradication', 'a')], 'recovery'],
    [
      'recovery when it is unaffected',
      [{ type: 'service-marked-unaffected', service: 'storage', reason: 'clean' }],
      'recovery',
    ],
    ['containment again after a sign of breach', [task('containment', 'a'), breach], 'containment'],
  ])('is %s', (_, events, phase) => {
    expect(servicePhase(given(...events).response, 'storage')).toBe(phase);
  });
});

describe('the phase of the response', () => {
  test('is that of the least advanced service', () => {
    expect(responsePhase(given(task('containment', 'a')).response)).toBe('analysis');
  });

  test('is the watch and then stable for all together', () => {
    const incident = played(containment, eradication, recovery, watch.slice(0, 1));
    expect(responsePhase(incident.state.response)).toBe('watch');
    play(incident, watch.slice(1));
    expect(responsePhase(incident.state.response)).toBe('stable');
  });
});

describe('a sign of breach', () => {
  const incident = played(containment, eradication, recovery, watch);
  const before = incident.state.response;
  incident.send('reportSignOfBreach', people.storageTeam, { what: 'a new web shell' });
  const after = incident.state.response;

  test('begins the next round with containment', () => {
    expect([before.round, after.round, responsePhase(after)]).toEqual([1, 2, 'containment']);
  });

  test('keeps footholds and vulnerabilities, and takes back what claimed the intruder to be out', () => {
    expect(after.footholds).toHaveLength(before.footholds.length);
    expect(after.vulnerabilities).toHaveLength(before.vulnerabilities.length);
    expect(after).toMatchObject({
      unaffected: [],
      rootCause: { kind: 'not-stated' },
      recoveryConfirmation: { kind: 'awaited' },
      watch: { kind: 'not-started' },
    });
  });

  test('may come again and again: no approval of any former round counts', () => {
    const often = played(containment, eradication);
    const generations = [1, 2, 3, 4, 5].map(() => {
      often.send('reportSignOfBreach', people.storageTeam, { what: 'a new web shell' });
      play(often, [step('proposePlan', people.responder, eradicationPlan)]);
      expect(eradicationGate(often.state)).toMatchObject({ isOpen: false });
      return eradicationGate(often.state).generation;
    });
    expect(often.state.response.round).toBe(6);
    expect(new Set(generations).size).toBe(5);
    expect(generations).toEqual([...generations].sort((left, right) => left - right));
  });

  test('leaves no plan of the former round in force, under a new generation', () => {
    expect(currentPlan(after, 'eradication')).toBeUndefined();
    expect(gateGeneration(after, 'eradication')).toBeGreaterThan(gateGeneration(before, 'eradication'));
  });
});

describe('tasks', () => {
  test('of a service are complete when all of its plan are done', () => {
    const state = (...events: GivenEvent[]) =>
      trackStateOf(given(...events).response, 'storage', 'containment');
    expect(state()).toBe('none');
    expect(state(plan('containment', 'a', 'b'))).toBe('open');
    expect(state(plan('containment', 'a', 'b'), task('containment', 'b'))).toBe('open');
    expect(state(plan('containment', 'a', 'b'), task('containment', 'b'), task('containment', 'a'))).toBe(
      'complete',
    );
  });

  test('are those of the newest version that names the service', () => {
    const other: GivenEvent = {
      ...sampleEvents['plan-proposed'],
      version: 2,
      tasks: [{ service: 'identity', what: 'b', track: 'eradication' }],
    };
    const { response } = given(sampleEvents['plan-proposed'], other);
    expect(planFor(response, 'eradication', 'storage')?.version).toBe(1);
    expect(currentPlan(response, 'eradication')?.version).toBe(2);
  });

  test('done in a former round count no more', () => {
    expect(isContained(given(task('containment', 'a'), breach).response, 'storage')).toBe(false);
  });
});

describe('the moment of containment', () => {
  test('is the end of the last step, as people say it was, not when it was recorded', () => {
    const { response } = given(
      task('containment', 'a', { at: hours(3), happenedAt: hours(1) }),
      task('containment', 'b', { at: hours(3), happenedAt: hours(2) }),
    );
    expect(containedAt(response, 'storage')).toBe(hours(2));
  });

  test('counts emergency actions on the service', () => {
    const { response } = given(task('containment', 'a', { at: hours(1) }), {
      ...sampleEvents['emergency-action-recorded'],
      at: hours(2),
    });
    expect(containedAt(response, 'storage')).toBe(hours(2));
  });

  test('is unknown while tasks are open', () => {
    expect(
      containedAt(given(plan('containment', 'a', 'b'), task('containment', 'a')).response, 'storage'),
    ).toBeUndefined();
  });
});

describe('plans', () => {
  test('a decision of another generation or on another object changes nothing', () => {
    const decide = (changes: Partial<(typeof sampleEvents)['decision-accepted']>) =>
      given(sampleEvents['plan-proposed'], { ...sampleEvents['decision-accepted'], ...changes }).response
        .plans[0]?.decision;
    expect(decide({})).toMatchObject({ approvals: [{ approver: 'eim-dora' }] });
    expect(decide({ generation: 2 })).toEqual({ kind: 'awaited', approvals: [] });
    expect(decide({ objectHash: '0'.repeat(64) })).toEqual({ kind: 'awaited', approvals: [] });
  });

  test('a rejection is final for its version', () => {
    const reject = { ...sampleEvents['decision-accepted'], verdict: 'reject', reason: 'too risky' } as const;
    const { plans } = given(
      sampleEvents['plan-proposed'],
      reject,
      sampleEvents['decision-accepted'],
    ).response;
    expect(plans[0]?.decision).toEqual({ kind: 'rejected', by: 'eim-dora', reason: 'too risky' });
  });

  test('the last answer of a party stands', () => {
    const agree = sampleEvents['agreement-given'];
    const { plans } = given(sampleEvents['plan-proposed'], agree, {
      ...agree,
      verdict: 'decline',
      reason: 'no',
    }).response;
    expect(plans[0]?.agreements).toEqual([
      { party: 'storage', by: 'firebreak', verdict: 'decline', reason: 'no' },
    ]);
  });

  test('outside owners are no deciding party', () => {
    const setting = { declaration: { services: [storage, mailRelay] } };
    const tasks = [storage, mailRelay].map(({ service }) => ({
      service,
      what: 'a',
      track: 'eradication' as const,
    }));
    const proposed = recorded({ ...sampleEvents['plan-proposed'], tasks });
    const { response } = proposed.reduce(apply, blankIncident(setting));
    expect(response.plans.flatMap((each) => decidingParties(response, each))).toEqual([
      'security-response',
      'storage',
    ]);
  });
});

test('an emergency action waits for its review, and is done with it', () => {
  const incident = incidentInMemory();
  incident.send('recordEmergencyAction', people.storageTeam, {
    what: 'pulled the plug',
    why: 'data was leaving',
  });
  expect(openReviews(incident.state.response).map(({ actionId }) => actionId)).toEqual(['E1']);
  incident.send('reviewEmergencyAction', people.executive, {
    action: 'E1',
    verdict: 'upheld',
    reason: 'it helped',
  });
  expect(openReviews(incident.state.response)).toEqual([]);
});

test('a foothold or vulnerability that is recorded again replaces what was known of it', () => {
  const { footholds, vulnerabilities } = given(
    sampleEvents['foothold-recorded'],
    sampleEvents['foothold-evicted'],
    sampleEvents['vulnerability-recorded'],
    { ...sampleEvents['vulnerability-recorded'], state: 'known' },
  ).response;
  expect(footholds).toMatchObject([{ foothold: 'web-shell', kind: 'evicted', confidence: 'high' }]);
  expect(vulnerabilities).toEqual([{ vulnerability: 'key-in-log', kind: 'known' }]);
});
