import type { Policy } from '../../src/contract/policy';
import type { Sender } from '../../src/contract/principal';
import { fingerprintOf } from '../../src/domain/fingerprint';
import type { RefusalType } from '../../src/domain/intake/refusal';
import { closingGate, stableGate } from '../../src/domain/gates';
import { postmortemMarkdown } from '../../src/domain/postmortem';
import { timelineOf } from '../../src/domain/timeline';
import { responsePhase, trackStateOf } from '../../src/domain/response-questions';
import {
  containment,
  eradication,
  eradicationPlan,
  hours,
  incidentInMemory,
  mailRelay,
  people,
  play,
  played,
  recovery,
  refusalOf,
  step,
  storage,
  watch,
  type Content,
  type MessageName,
  type Step,
} from '../support/incidents';

const { responder, storageTeam, identityTeam, executive } = people;
const evidence = ['log:4711'];
const emergency = { what: 'pulled the plug', why: 'data was leaving' };

interface Case {
  readonly given: readonly Step[];
  readonly send: (incident: ReturnType<typeof played>) => ReturnType<typeof refusalOf>;
  readonly type: RefusalType;
  readonly sentence: string;
}
function refusal<Name extends MessageName>(
  given: readonly Step[],
  name: Name,
  sender: Sender,
  content: Content<Name>,
  type: RefusalType,
  sentence: string,
): [string, Case] {
  const send = (incident: ReturnType<typeof played>) => refusalOf(incident, name, sender, content);
  return [`${name}: ${sentence}`, { given, send, type, sentence }];
}

const eradicationAwaited = [...containment, ...eradication.slice(0, 3)];
const eradicated = [...containment, ...eradication];
const readyToRestore = [...eradicated, ...recovery.slice(0, 1)];
const recovered = [...eradicated, ...recovery];
const occurredOnFirst = step('recordAnchor', responder, {
  kind: 'occurrence',
  at: '2026-11-01T00:00:00Z',
  precision: 'second',
  basis: 'the first forged token',
});

describe('refusals of the response messages', () => {
  test.each([
    refusal(
      [],
      'completeTask',
      storageTeam,
      { service: 'archive', track: 'containment', what: 'x', evidence },
      'NotKnown',
      'service archive is not among those of this incident (storage, identity); add it with addServices',
    ),
    refusal(
      [],
      'completeTask',
      identityTeam,
      { service: 'storage', track: 'containment', what: 'x', evidence },
      'NotAllowed',
      'service storage belongs to team storage-team; identity-cleo speaks for team identity-team',
    ),
    refusal(
      [],
      'addServices',
      responder,
      { services: [{ service: 'storage', team: 'storage-team', regions: [] }] },
      'AlreadyDone',
      'every service named is already part of this incident',
    ),
    refusal(
      [],
      'reviewEmergencyAction',
      executive,
      { action: 'E1', verdict: 'upheld', reason: 'it helped' },
      'NotKnown',
      'there is no emergency action E1',
    ),
    refusal(
      [
        step('recordEmergencyAction', responder, emergency),
        step('reviewEmergencyAction', executive, { action: 'E1', verdict: 'upheld', reason: 'it helped' }),
      ],
      'reviewEmergencyAction',
      executive,
      { action: 'E1', verdict: 'criticised', reason: 'second thoughts' },
      'AlreadyDone',
      'emergency action E1 is reviewed already',
    ),
    refusal(
      [step('recordEmergencyAction', executive, emergency)],
      'reviewEmergencyAction',
      executive,
      { action: 'E1', verdict: 'upheld', reason: 'it helped' },
      'NotAllowed',
      'eim-dora took this action; someone else reviews it',
    ),
    refusal(
      [],
      'proposePlan',
      responder,
      {
        kind: 'containment',
        objective: 'stop',
        tasks: [{ service: 'storage', what: 'rebuild', track: 'eradication' }],
      },
      'Malformed',
      'task "rebuild" has track eradication; a containment plan holds containment or recovery tasks only',
    ),
    refusal(
      [],
      'proposePlan',
      responder,
      {
        kind: 'eradication',
        objective: 'stop',
        tasks: [{ service: 'storage', what: 'revoke', track: 'containment' }],
      },
      'Malformed',
      'task "revoke" has track containment; a eradication plan holds eradication tasks only',
    ),
    refusal(
      [],
      'proposePlan',
      storageTeam,
      {
        kind: 'eradication',
        objective: 'stop',
        tasks: [{ service: 'identity', what: 'rebuild', track: 'eradication' }],
      },
      'NotAllowed',
      'service identity belongs to team identity-team; storage-ben speaks for team storage-team',
    ),
    refusal(
      [],
      'proposePlan',
      responder,
      eradicationPlan,
      'NotKnown',
      'restsOn names analysis A1, which is not recorded',
    ),
    refusal(
      [],
      'proposePlan',
      responder,
      {
        kind: 'containment',
        objective: 'stop',
        tasks: [
          { service: 'storage', what: 'revoke', track: 'containment', supporter: 'srt-ana' },
          { service: 'identity', what: 'revoke', track: 'containment' },
        ],
      },
      'Incomplete',
      'supporter is missing for identity: name who of security-response supports its team, in one of its tasks',
    ),
    refusal(
      [],
      'recordSharing',
      people.forensics,
      { with: 'police', what: 'addresses', under: 'warrant 12' },
      'NotAllowed',
      'forensics-hana speaks as participant, but this is for security-response, service-team, executive-incident-manager, communications, legal; ask one of them',
    ),
    refusal(
      [],
      'agree',
      responder,
      { kind: 'eradication', version: 1, verdict: 'agree' },
      'NotNow',
      'there is no eradication plan to agree to',
    ),
    refusal(
      [...eradicationAwaited, step('proposePlan', responder, eradicationPlan)],
      'agree',
      responder,
      { kind: 'eradication', version: 1, verdict: 'agree' },
      'Stale',
      'version 1 is not the current one; read version 2 and answer that',
    ),
    refusal(
      [
        ...eradicationAwaited,
        (incident) => {
          incident.decide('eradication', executive, 'reject');
        },
      ],
      'agree',
      responder,
      { kind: 'eradication', version: 1, verdict: 'agree' },
      'NotNow',
      'version 1 was rejected',
    ),
    refusal(
      eradicationAwaited,
      'agree',
      storageTeam,
      { kind: 'eradication', version: 1, verdict: 'agree' },
      'Incomplete',
      'service is missing: say for which service your team agrees',
    ),
    refusal(
      eradicationAwaited,
      'agree',
      storageTeam,
      { kind: 'eradication', version: 1, verdict: 'agree', service: 'identity' },
      'NotAllowed',
      'service identity belongs to team identity-team; storage-ben speaks for team storage-team',
    ),
    refusal(
      [
        ...containment,
        step('proposePlan', responder, { ...eradicationPlan, tasks: eradicationPlan.tasks.slice(0, 1) }),
      ],
      'agree',
      identityTeam,
      { kind: 'eradication', version: 1, verdict: 'agree', service: 'identity' },
      'NotAllowed',
      'the plan does not concern identity',
    ),
    refusal(
      eradicationAwaited,
      'agree',
      storageTeam,
      { kind: 'eradication', version: 1, verdict: 'decline', service: 'storage' },
      'Incomplete',
      'reason is missing: say why you decline',
    ),
    refusal(
      [],
      'completeTask',
      storageTeam,
      { service: 'storage', track: 'containment', what: 'revoke the key' },
      'Incomplete',
      'evidence is missing: a task is done when it can be shown',
    ),
    refusal(
      eradicationAwaited,
      'completeTask',
      storageTeam,
      { service: 'storage', track: 'eradication', what: 'rebuild the hosts', evidence },
      'NotNow',
      'the eradication gate is closed for version 1; what could not wait is recorded with recordEmergencyAction',
    ),
    refusal(
      [],
      'recordOutsideStatement',
      responder,
      { service: 'storage', statement: 'clean' },
      'Malformed',
      'storage is owned by team storage-team, not outside',
    ),
    refusal(
      [],
      'recordEviction',
      responder,
      { foothold: 'web-shell', state: 'known', service: 'archive' },
      'NotKnown',
      'service archive is not among those of this incident (storage, identity); add it with addServices',
    ),
    refusal(
      [],
      'recordEviction',
      responder,
      { foothold: 'web-shell', state: 'evicted', evidence },
      'Incomplete',
      'confidence is missing: say low, medium or high',
    ),
    refusal(
      [],
      'recordEviction',
      responder,
      { foothold: 'web-shell', state: 'evicted', confidence: 'high' },
      'Incomplete',
      'evidence is missing: an eviction is a claim that can be shown',
    ),
    refusal(
      [],
      'recordVulnerability',
      responder,
      { vulnerability: 'key-in-log', state: 'accepted', reason: 'retired soon', expiresAt: hours(9) },
      'NotAllowed',
      'a vulnerability is accepted by the executive-incident-manager alone',
    ),
    refusal(
      [],
      'recordVulnerability',
      executive,
      { vulnerability: 'key-in-log', state: 'accepted', expiresAt: hours(9) },
      'Incomplete',
      'reason is missing: say why the vulnerability is accepted',
    ),
    refusal(
      [],
      'recordVulnerability',
      executive,
      { vulnerability: 'key-in-log', state: 'accepted', reason: 'retired soon' },
      'Incomplete',
      'expiresAt is missing: an acceptance ends some day',
    ),
    refusal(
      [],
      'recordVulnerability',
      responder,
      { vulnerability: 'key-in-log', state: 'known', service: 'archive' },
      'NotKnown',
      'service archive is not among those of this incident (storage, identity); add it with addServices',
    ),
    refusal(
      [],
      'stateRootCause',
      responder,
      { verdict: 'not-proven' },
      'Incomplete',
      'doneInstead is missing: say what was done in place of removing the cause',
    ),
    refusal(
      [],
      'stateRootCause',
      responder,
      { verdict: 'removed', evidence },
      'Incomplete',
      'confidence is missing: say low, medium or high',
    ),
    refusal(
      [],
      'stateRootCause',
      responder,
      { verdict: 'removed', confidence: 'high' },
      'Incomplete',
      'evidence is missing: show that the root cause is removed',
    ),
    refusal(
      eradicated.slice(0, -1),
      'confirmRecovery',
      responder,
      { reason: 'the intruder is out' },
      'NotNow',
      'recovery cannot be confirmed: the root cause is not stated, neither removed nor not proven',
    ),
    refusal(
      eradicated,
      'recordRecovery',
      storageTeam,
      { service: 'storage', part: 'baseline', text: 'build 41' },
      'NotNow',
      'recovery of storage cannot begin: nobody has confirmed that the intruder is out and every known path is closed',
    ),
    refusal(
      readyToRestore,
      'recordRecovery',
      identityTeam,
      { service: 'storage', part: 'baseline', text: 'build 41' },
      'NotAllowed',
      'service storage belongs to team storage-team; identity-cleo speaks for team identity-team',
    ),
    refusal(
      readyToRestore,
      'recordRecovery',
      storageTeam,
      { service: 'storage', part: 'last-known-good', text: 'backup', evidence },
      'Incomplete',
      'goodAt is missing: say from when the last known good state is',
    ),
    refusal(
      readyToRestore,
      'recordRecovery',
      storageTeam,
      { service: 'storage', part: 'last-known-good', text: 'backup', goodAt: '2026-10-01T00:00:00Z' },
      'Incomplete',
      'evidence is missing: name the build or backup',
    ),
    refusal(
      [...readyToRestore, occurredOnFirst],
      'recordRecovery',
      storageTeam,
      {
        service: 'storage',
        part: 'last-known-good',
        text: 'backup',
        goodAt: '2026-11-01T00:00:00Z',
        evidence,
        overrideReason: 'it is all we have',
      },
      'NotAllowed',
      'goodAt 2026-11-01T00:00:00Z does not precede the intrusion (2026-11-01T00:00:00Z); choose an older state, or security-response gives overrideReason',
    ),
    refusal(
      readyToRestore,
      'recordRecovery',
      storageTeam,
      { service: 'storage', part: 'consultation', text: 'talked through' },
      'NotAllowed',
      'the consultation is recorded by security-response',
    ),
    refusal(
      [...readyToRestore, ...recovery.slice(1, 3)],
      'recordRecovery',
      storageTeam,
      { service: 'storage', part: 'restored', text: 'back' },
      'NotNow',
      'storage is not restored before these are recorded: restore, inspection, consultation',
    ),
    refusal(
      recovered,
      'recordRecovery',
      storageTeam,
      { service: 'storage', part: 'restored', text: 'back' },
      'AlreadyDone',
      'storage is restored already',
    ),
    refusal(
      [...recovered, ...watch.slice(0, 1)],
      'startWatch',
      responder,
      { endsAt: hours(99), controls: 'closer alerts' },
      'AlreadyDone',
      'the watch has started already',
    ),
    refusal(
      readyToRestore,
      'startWatch',
      responder,
      { endsAt: hours(99), controls: 'closer alerts' },
      'NotNow',
      'the watch starts when every service is restored or unaffected',
    ),
    refusal(
      recovered,
      'startWatch',
      responder,
      { endsAt: hours(0), controls: 'closer alerts' },
      'Malformed',
      'endsAt lies in the past; say until when you watch',
    ),
    refusal(
      recovered,
      'endWatch',
      responder,
      { planCarriedOut: 'It was.', noSignOfBreach: 'None.' },
      'NotNow',
      'no watch is running; start one with startWatch',
    ),
  ])('%s', (_, { given, send, type, sentence }) => {
    const found = send(played(given));
    expect({ type: found?.type, sentence: found?.message }).toEqual({ type, sentence });
  });
});

describe('plans', () => {
  test('the hash is that of the content with its version, so that versions never share an approval', () => {
    const incident = played(eradicationAwaited, [step('proposePlan', responder, eradicationPlan)]);
    const [first, second] = incident.state.response.plans.filter(({ kind }) => kind === 'eradication');
    const { kind, ...content } = eradicationPlan;
    expect(first?.hash).toBe(fingerprintOf({ plan: kind, version: 1, ...content }));
    expect(second?.hash).not.toBe(first?.hash);
  });

  test('an eradication task waits for a plan that has passed, even where none is proposed', () => {
    const found = refusalOf(played(containment), 'completeTask', storageTeam, {
      service: 'storage',
      track: 'eradication',
      what: 'rebuild the hosts',
      evidence,
    });
    expect(found?.type).toBe('NotNow');
  });
});

describe('a named supporter of each task set', () => {
  const task = { service: 'storage', what: 'revoke the key', track: 'containment' } as const;
  const propose = (policy: Partial<Policy>, service = task.service as string) =>
    refusalOf(
      incidentInMemory({ policy, declaration: { services: [storage, mailRelay] } }),
      'proposePlan',
      responder,
      { kind: 'containment', objective: 'stop', tasks: [{ ...task, service }] },
    )?.type;

  test('is asked for, unless the policy does without', () => {
    expect(propose({})).toBe('Incomplete');
    expect(propose({ supporterRequired: false })).toBeUndefined();
  });

  test('is not asked for a service that is owned outside', () => {
    expect(propose({}, mailRelay.service)).toBeUndefined();
  });
});

test('what was shared with a body outside stands on the timeline and in the report', () => {
  const incident = played([
    step('recordSharing', people.legal, {
      with: 'Cantonal police',
      what: 'the addresses that the intruder used',
      under: 'warrant 12',
      evidence: ['letter of 23 November'],
      happenedAt: '2026-11-23T07:45:00Z',
    }),
  ]);
  const line = timelineOf(incident.events).at(-1);
  expect(line).toMatchObject({
    at: '2026-11-23T07:45:00.000Z',
    by: 'legal-gus',
    text: 'Shared with Cantonal police, under warrant 12: the addresses that the intruder used',
  });
  expect(postmortemMarkdown(incident.state, incident.events)).toContain(
    'Cantonal police, under warrant 12: the addresses that the intruder used (evidence: letter of 23 November)',
  );
});

describe('tasks of recovery', () => {
  const harden = { service: 'storage', what: 'rotate the backups', track: 'recovery' } as const;
  const plan = (sender: Sender) =>
    step('proposePlan', sender, {
      kind: 'containment',
      objective: 'Come back hardened.',
      tasks: [{ ...harden, supporter: responder.by }],
    });
  const done = step('completeTask', storageTeam, { ...harden, evidence });
  const almostRestored = [...readyToRestore, ...recovery.slice(1, 6)];
  const restored = (...steps: readonly Step[]) =>
    refusalOf(played(almostRestored, steps), 'recordRecovery', storageTeam, {
      service: 'storage',
      part: 'restored',
      text: 'back',
    })?.message;

  test.each<[string, readonly Step[]]>([
    ['before anything is planned', []],
    ['during containment', containment],
    ['during recovery', readyToRestore],
    ['during the watch', [...recovered, ...watch.slice(0, 1)]],
    ['when all is stable', [...recovered, ...watch]],
  ])('may be done %s, planned or not', (_, steps) => {
    const incident = played(steps);
    expect(refusalOf(incident, 'completeTask', storageTeam, { ...harden, evidence })).toBeUndefined();
    expect(
      refusalOf(incident, 'proposePlan', responder, {
        kind: 'containment',
        objective: 'harden',
        tasks: [{ ...harden, supporter: responder.by }],
      }),
    ).toBeUndefined();
  });

  test('that are planned are done before the service is restored', () => {
    expect(restored(plan(responder))).toBe(
      'storage is not restored before its recovery tasks are done: rotate the backups',
    );
    expect(restored(plan(responder), done)).toBeUndefined();
  });

  test('that a team alone has planned are set when the SRT agrees', () => {
    const agree = step('agree', responder, { kind: 'containment', version: 2, verdict: 'agree' });
    expect(restored(plan(storageTeam), done)).toBe(
      'storage is not restored before security-response agrees to version 2 of the containment plan, which holds its recovery tasks (agree)',
    );
    expect(restored(plan(storageTeam), done, agree)).toBeUndefined();
  });

  test('that are added after the service was restored keep the watch from ending', () => {
    const incident = played(recovered, watch.slice(0, 1), [plan(responder)]);
    const end = () =>
      refusalOf(incident, 'endWatch', responder, { planCarriedOut: 'It was.', noSignOfBreach: 'None.' })
        ?.message;
    expect(end()).toBe(
      'the watch over storage does not end before its recovery tasks are done: rotate the backups',
    );
    play(incident, [done]);
    expect(end()).toBeUndefined();
  });
});

describe('the length of the watch', () => {
  const underPolicy = (days: number) => {
    const leastWatchDays = { low: 0, moderate: days, high: 0, critical: 0 };
    const incident = incidentInMemory({ policy: { leastWatchDays } });
    play(incident, recovered);
    return incident;
  };
  const end = { planCarriedOut: 'It was.', noSignOfBreach: 'None.' };

  test('is what the policy says for the severity when nobody names an end', () => {
    const [started] = underPolicy(0).send('startWatch', responder, { controls: 'closer alerts' });
    expect(started).toMatchObject({ type: 'watch-started', endsAt: hours(14 * 24) });
  });

  test('may not be planned shorter than the policy allows', () => {
    const refused = refusalOf(underPolicy(7), 'startWatch', responder, {
      endsAt: hours(6 * 24),
      controls: 'closer alerts',
    });
    expect(refused?.message).toBe(
      'endsAt is too soon: the policy asks for 7 days of watch at severity moderate',
    );
  });

  test('may not be cut short either', () => {
    const incident = underPolicy(7);
    incident.send('startWatch', responder, { controls: 'closer alerts' });
    expect(refusalOf(incident, 'endWatch', responder, end)?.message).toBe(
      `the policy asks for a watch until ${hours(7 * 24)} at least; end it then`,
    );
    incident.pass(7 * 24 * 3_600_000);
    expect(refusalOf(incident, 'endWatch', responder, end)).toBeUndefined();
  });
});

describe('break-glass', () => {
  test.each(Object.values(people))('is accepted from %j at once', (sender) => {
    const [event] = incidentInMemory().send('recordEmergencyAction', sender, emergency);
    expect(event).toMatchObject({ actionId: 'E1', reviewDueAt: hours(24) });
  });

  test.each([
    [
      'another team',
      { ...emergency, service: 'storage' },
      people.identityTeam,
      'belongs to team storage-team',
    ],
    ['a role that does no work', { ...emergency, service: 'storage' }, people.legal, 'speaks as legal'],
    ['no service named', emergency, people.storageTeam, 'service is missing: with track, name the service'],
  ])('does not count as work of a service for %s', (_case, content, sender, problem) => {
    const refusal = refusalOf(incidentInMemory(), 'recordEmergencyAction', sender, {
      ...content,
      track: 'eradication',
    });
    expect(refusal?.message).toContain(problem);
  });

  test('counts as work of a service when its team says so, and is reviewed before the incident closes', () => {
    const incident = incidentInMemory();
    incident.send('recordEmergencyAction', people.storageTeam, {
      ...emergency,
      service: 'storage',
      track: 'eradication',
    });
    expect(trackStateOf(incident.state.response, 'storage', 'eradication')).toBe('complete');
    expect(closingGate(incident.state).lacks.map(({ code }) => code)).toContain('review:E1');
  });
});

describe('the last known good state', () => {
  const record = (goodAt: string, sender: Sender, overrideReason?: string) =>
    refusalOf(played(readyToRestore, [occurredOnFirst]), 'recordRecovery', sender, {
      service: 'storage',
      part: 'last-known-good',
      text: 'backup',
      goodAt,
      evidence,
      ...(overrideReason !== undefined && { overrideReason }),
    });

  test('precedes the intrusion', () => {
    expect(record('2026-10-31T23:59:59.999Z', storageTeam)).toBeUndefined();
  });

  test('is compared by its instant, whatever its offset', () => {
    expect(record('2026-11-01T05:00:00+09:00', storageTeam)).toBeUndefined();
    expect(record('2026-10-31T23:00:00-05:00', storageTeam)?.type).toBe('NotAllowed');
  });

  test('precedes the first instant of the day on which the intrusion began, where that day was', () => {
    const inTokyo = step('recordAnchor', responder, {
      kind: 'occurrence',
      at: '2026-11-01',
      precision: 'day',
      zone: 'Asia/Tokyo',
      basis: 'the first log line',
    });
    const record = (goodAt: string) =>
      refusalOf(played(readyToRestore, [inTokyo]), 'recordRecovery', storageTeam, {
        service: 'storage',
        part: 'last-known-good',
        text: 'backup',
        goodAt,
        evidence,
      });
    expect(record('2026-10-31T14:59:59Z')).toBeUndefined();
    expect(record('2026-10-31T15:00:00Z')?.type).toBe('NotAllowed');
  });

  test('may be younger when the SRT says why', () => {
    expect(record('2026-11-02T00:00:00Z', responder, 'the disk was never mounted')).toBeUndefined();
  });
});

test('every known vulnerability is inspected before its service is restored', () => {
  const second = step('recordVulnerability', responder, {
    vulnerability: 'old-library',
    state: 'mitigated',
    evidence,
  });
  const incident = played(eradicated, [second], recovery.slice(0, 6));
  const found = refusalOf(incident, 'recordRecovery', storageTeam, {
    service: 'storage',
    part: 'restored',
    text: 'back',
  });
  expect(found?.message).toContain('old-library');
});

describe('services that are added', () => {
  const archive = { service: 'archive', team: 'storage-team', regions: [] };

  test('are part of the incident once, even when a message names one twice', () => {
    const incident = incidentInMemory();
    incident.send('addServices', responder, { services: [archive, archive] });
    expect(incident.state.response.services.map(({ service }) => service)).toEqual([
      'storage',
      'identity',
      'archive',
    ]);
  });

  test('leave those named before as they are', () => {
    const incident = incidentInMemory();
    incident.send('addServices', responder, {
      services: [{ service: 'storage', team: 'identity-team', regions: [] }, archive],
    });
    expect(incident.state.response.services[0]?.team).toBe('storage-team');
  });

  test('end the calm: after the watch the response is not stable until they are restored too', () => {
    const incident = played(recovered, watch);
    incident.send('addServices', responder, { services: [archive] });
    expect(stableGate(incident.state).isOpen).toBe(false);
    expect(responsePhase(incident.state.response)).not.toBe('stable');
  });

  test('keep the watch from ending', () => {
    const incident = played(recovered, watch.slice(0, 1));
    incident.send('addServices', responder, { services: [archive] });
    const found = refusalOf(incident, 'endWatch', responder, {
      planCarriedOut: 'It was.',
      noSignOfBreach: 'None.',
    });
    expect(found?.type).toBe('NotNow');
  });
});

test('the watch does not end while a foothold is known', () => {
  const incident = played(recovered, watch.slice(0, 1));
  incident.send('recordEviction', storageTeam, { foothold: 'second-shell', state: 'known' });
  const found = refusalOf(incident, 'endWatch', responder, {
    planCarriedOut: 'It was.',
    noSignOfBreach: 'None.',
  });
  expect(found?.type).toBe('NotNow');
});

test('a service that is owned outside takes the statement of its owner', () => {
  const incident = incidentInMemory({ declaration: { services: [mailRelay] } });
  play(incident, [
    step('recordOutsideStatement', identityTeam, { service: 'mail-relay', statement: 'all rebuilt' }),
  ]);
  expect(incident.state.response.outsideStatements).toEqual(['mail-relay']);
});

test('an acceptance that has expired already is refused', () => {
  const found = refusalOf(incidentInMemory(), 'recordVulnerability', executive, {
    vulnerability: 'key-in-log',
    state: 'accepted',
    reason: 'retired soon',
    expiresAt: hours(-1),
  });
  expect(found?.type).toBe('Malformed');
});
