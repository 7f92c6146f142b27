// A gate belongs to a plan version and the services it rules: a newer version takes over the services it names, and no
// others. The dates and services of the second part are those of a published incident, in short.
import { earlierEradicationGates, eradicationGate, findGate } from '../../src/domain/gates';
import { statusOf } from '../../src/domain/operator-view';
import { decidingParties, plansInForce, trackStateOf } from '../../src/domain/response-questions';
import {
  containment,
  eradicationPlan,
  incidentInMemory,
  people,
  play,
  played,
  refusalOf,
  step,
  type MemoryIncident,
  type Step,
} from '../support/incidents';

const { responder, storageTeam, identityTeam, executive } = people;
const evidence = ['log:4711'];
const what = 'rebuild the hosts';

const proposeFor = (...services: readonly string[]): Step =>
  step('proposePlan', responder, {
    ...eradicationPlan,
    tasks: services.map((service) => ({ service, what, track: 'eradication', supporter: responder.by })),
  });
const agreeTo = (version: number, ...services: readonly ('storage' | 'identity')[]): readonly Step[] => [
  step('agree', responder, { kind: 'eradication', version, verdict: 'agree' }),
  ...services.map((service) =>
    step('agree', service === 'storage' ? storageTeam : identityTeam, {
      kind: 'eradication',
      version,
      verdict: 'agree',
      service,
    }),
  ),
];
const approve =
  (gate = 'eradication'): Step =>
  (incident) => {
    incident.decide(gate, executive);
  };
const complete = (incident: MemoryIncident, service: 'storage' | 'identity') =>
  refusalOf(incident, 'completeTask', service === 'storage' ? storageTeam : identityTeam, {
    service,
    track: 'eradication',
    what,
    evidence,
  })?.message;

const passedForBoth = [
  ...containment,
  proposeFor('storage', 'identity'),
  ...agreeTo(1, 'storage', 'identity'),
  approve(),
];

describe('a newer version that names some of the services', () => {
  test('leaves the others to the former one, whose agreements and approval stand for them', () => {
    const incident = played(passedForBoth, [proposeFor('storage')]);

    expect(complete(incident, 'identity')).toBeUndefined();
    expect(earlierEradicationGates(incident.state)).toMatchObject([
      { gate: 'eradication:1', isOpen: true, generation: 1, lacks: [] },
    ]);
  });

  test('voids them for those that it names', () => {
    const incident = played(passedForBoth, [proposeFor('storage')]);

    expect(complete(incident, 'storage')).toBe(
      'the eradication gate is closed for version 2; what could not wait is recorded with recordEmergencyAction',
    );
    expect(eradicationGate(incident.state).lacks.map(({ code }) => code)).toEqual([
      'agreement:security-response',
      'agreement:storage',
      'approval',
    ]);
  });

  test('lets the former one be agreed to and approved for what it still rules', () => {
    const incident = played(containment, [proposeFor('storage', 'identity'), proposeFor('storage')]);
    const [former] = plansInForce(incident.state.response, 'eradication');
    expect(former && decidingParties(incident.state.response, former)).toEqual([
      'security-response',
      'identity',
    ]);
    expect(complete(incident, 'identity')).toContain('the eradication gate is closed for version 1');

    play(incident, [...agreeTo(1, 'identity'), approve('eradication:1')]);

    expect(complete(incident, 'identity')).toBeUndefined();
    expect(complete(incident, 'storage')).toContain('the eradication gate is closed for version 2');
  });

  test('sends a team to the version that rules its service now', () => {
    const incident = played(containment, [proposeFor('storage', 'identity'), proposeFor('storage')]);
    const refusal = refusalOf(incident, 'agree', storageTeam, {
      kind: 'eradication',
      version: 1,
      verdict: 'agree',
      service: 'storage',
    });
    expect(refusal).toMatchObject({
      type: 'Stale',
      message: 'version 1 rules storage no more; read version 2 and answer that',
    });
  });

  test('takes the objection of a service with it', () => {
    const decline = step('agree', storageTeam, {
      kind: 'eradication',
      version: 1,
      verdict: 'decline',
      service: 'storage',
      reason: 'the quarter ends',
    });
    const incident = incidentInMemory({
      policy: { approvalNotNecessaryWhen: [{ condition: 'severity-at-most', severity: 'critical' }] },
    });
    play(incident, containment, [proposeFor('storage', 'identity'), ...agreeTo(1, 'identity'), decline]);
    expect(eradicationGate(incident.state).lacks.map(({ code }) => code)).toEqual(['approval']);

    play(incident, [proposeFor('storage')]);

    expect(earlierEradicationGates(incident.state)).toMatchObject([{ gate: 'eradication:1', isOpen: true }]);
  });

  test('is shown beside the former one, each with its services and its state', () => {
    const { eradicationPlans } = statusOf(played(passedForBoth, [proposeFor('storage')]).state);
    expect(eradicationPlans).toEqual([
      { version: 1, services: ['identity'], state: 'passed' },
      { version: 2, services: ['storage'], state: 'awaited' },
    ]);
  });
});

describe('a version that no service is left to', () => {
  const superseded = played(passedForBoth, [proposeFor('storage'), proposeFor('identity', 'storage')]);

  test('has no gate any more', () => {
    expect(earlierEradicationGates(superseded.state)).toEqual([]);
    expect(findGate(superseded.state, 'eradication:1', superseded.now())).toBeUndefined();
  });

  test('can be answered no more', () => {
    const refusal = refusalOf(superseded, 'agree', responder, {
      kind: 'eradication',
      version: 2,
      verdict: 'agree',
    });
    expect(refusal?.message).toBe('version 2 is not the current one; read version 3 and answer that');
  });
});

test('a rejected version rules its services still: the former one does not come back', () => {
  const incident = played(passedForBoth, [proposeFor('storage')]);
  incident.decide('eradication', executive, 'reject', 'too risky');
  expect(complete(incident, 'storage')).toContain('the eradication gate is closed for version 2');
  expect(complete(incident, 'identity')).toBeUndefined();
});

test('who proposed a former version does not approve it either', () => {
  const byTeam = step('proposePlan', identityTeam, {
    ...eradicationPlan,
    tasks: eradicationPlan.tasks.filter(({ service }) => service === 'identity'),
  });
  const incident = played(containment, [byTeam, proposeFor('storage')]);
  expect(() => incident.decide('eradication:1', { ...executive, by: identityTeam.by })).toThrow(
    'identity-cleo proposed it',
  );
});

test('work that the approved version does not name is refused, and says what is named', () => {
  const incident = played(passedForBoth);
  const refusal = refusalOf(incident, 'completeTask', storageTeam, {
    service: 'storage',
    track: 'eradication',
    what: 'delete the backups',
    evidence,
  });
  expect(refusal).toMatchObject({
    type: 'NotAllowed',
    message:
      'version 1 names no task "delete the backups" of storage, but: rebuild the hosts; propose a version with it, or record what could not wait with recordEmergencyAction',
  });
});

describe('side by side: tokens are rotated before anything is contained', () => {
  const services = [
    ['github-oauth-tokens', 'identity-team'],
    ['production-access', 'storage-team'],
    ['production-hosts', 'storage-team'],
    ['bitbucket-tokens', 'identity-team'],
  ].map(([service = '', team = '']) => ({ service, team, regions: [] }));
  const covering = (...named: readonly string[]): Step =>
    step('proposePlan', responder, {
      ...eradicationPlan,
      tasks: named.map((service) => ({ service, what, track: 'eradication', supporter: responder.by })),
    });
  const agreeAll = (version: number, ...named: readonly string[]): readonly Step[] => [
    step('agree', responder, { kind: 'eradication', version, verdict: 'agree' }),
    ...named.map((service) =>
      step(
        'agree',
        services.find((each) => each.service === service)?.team === 'storage-team'
          ? storageTeam
          : identityTeam,
        {
          kind: 'eradication',
          version,
          verdict: 'agree',
          service,
        },
      ),
    ),
  ];
  const firstVersion = [
    step('recordAnalysis', responder, { text: 'one token is in foreign hands', evidence }),
    covering('github-oauth-tokens'),
    ...agreeAll(1, 'github-oauth-tokens'),
    approve(),
  ];
  const rest = ['github-oauth-tokens', 'production-hosts', 'bitbucket-tokens'] as const;
  const started = () => {
    const incident = incidentInMemory({ declaration: { services } });
    play(incident, firstVersion);
    return incident;
  };

  test('an approved version opens the gate', () => {
    expect(eradicationGate(started().state)).toMatchObject({ isOpen: true, generation: 1 });
  });

  test('the approval does not carry over to the version that takes its service', () => {
    const incident = started();
    play(incident, [covering(...rest), ...agreeAll(2, ...rest)]);
    expect(eradicationGate(incident.state)).toMatchObject({ isOpen: false, lacks: [{ code: 'approval' }] });
  });

  test('each service shows its own state while eradication as a whole is open', () => {
    const incident = started();
    play(incident, [
      covering(...rest),
      ...agreeAll(2, ...rest),
      approve(),
      step('completeTask', storageTeam, {
        service: 'production-access',
        track: 'containment',
        what: 'cut the access',
        evidence,
      }),
      step('completeTask', storageTeam, {
        service: 'production-hosts',
        track: 'eradication',
        what,
        evidence,
      }),
    ]);
    const { response } = incident.state;
    expect(trackStateOf(response, 'production-access', 'containment')).toBe('complete');
    expect(trackStateOf(response, 'production-hosts', 'eradication')).toBe('complete');
    expect(trackStateOf(response, 'github-oauth-tokens', 'eradication')).toBe('open');
    expect(trackStateOf(response, 'bitbucket-tokens', 'eradication')).toBe('open');
  });
});
