// The response as a running workflow: gates and the decisions that open them, alarms of the clock, a second round.
import {
  containment,
  eradication,
  eradicationPlan,
  hours,
  people,
  recovery,
  watch,
  type Step,
} from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const rebuild = { track: 'eradication' as const, what: 'rebuild the hosts', evidence: ['log:4711'] };

/** Contained, and a plan of eradication that all parties agree to. */
async function plannedIncident(): Promise<StagedIncident> {
  const incident = await stage.declare();
  await incident.play(containment);
  await proposeAndAgree(incident, 1);
  return incident;
}

async function proposeAndAgree(incident: StagedIncident, version: number): Promise<void> {
  const agreement = { kind: 'eradication', version, verdict: 'agree' } as const;
  await incident.tell('proposePlan', people.responder, eradicationPlan);
  await incident.tell('agree', people.responder, agreement);
  await incident.tell('agree', people.storageTeam, { ...agreement, service: 'storage' });
  await incident.tell('agree', people.identityTeam, { ...agreement, service: 'identity' });
}

describe('the eradication gate', () => {
  test('opens when all parties agree and an executive approves what they agreed to', async () => {
    const incident = await plannedIncident();
    expect((await incident.gate('eradication')).lacks.map(({ code }) => code)).toEqual(['approval']);
    expect((await incident.status()).waitingFor).toBe('executive-incident-manager');

    const receipt = await incident.decide('eradication', people.executive);

    expect(receipt).toEqual({
      gate: 'eradication',
      verdict: 'approve',
      approver: people.executive.by,
      isOpen: true,
      lacks: [],
    });
    await incident.tell('completeTask', people.storageTeam, { ...rebuild, service: 'storage' });
  });

  test('opens by signal, too', async () => {
    const incident = await plannedIncident();

    await incident.signal('approve', { token: await incident.token('eradication', people.executive) });

    await incident.untilLine('decision-accepted');
    expect((await incident.gate('eradication')).isOpen).toBe(true);
  });

  test('refuses tasks that are completed before it', async () => {
    const incident = await plannedIncident();

    const refusal = await incident.refusalOf('completeTask', people.storageTeam, {
      ...rebuild,
      service: 'storage',
    });

    expect(refusal).toEqual({
      type: 'NotNow',
      sentence: expect.stringContaining('the eradication gate is closed for version 1') as string,
    });
    expect(await incident.lines('task-completed')).toHaveLength(2);
  });

  test('does not open for an approval of an older version', async () => {
    const incident = await plannedIncident();
    const old = await incident.token('eradication', people.executive);
    await proposeAndAgree(incident, 2);

    await incident.signal('approve', { token: old });

    const [line] = await incident.untilLine('decision-refused');
    expect(line?.text).toContain('is for generation 1 of gate "eradication", which is at generation 2');
    expect((await incident.gate('eradication')).isOpen).toBe(false);
  });

  const otherHash = 'f'.repeat(64);
  test.each([
    ['another object', { claims: { obj: otherHash } }, 'other-object'],
    ['another incident', { claims: { aud: 'default/incident/another' } }, 'other-incident'],
    ['a signature that is not genuine', { forged: true }, 'forged-signature'],
    ['a name that is not the signer’s', { claims: { sub: people.legal.by } }, 'other-approver'],
    ['a date that has gone by', { claims: { iat: 1_610_000_000, exp: 1_610_000_600 } }, 'expired'],
  ])('does not open for %s', async (_case, signing, type) => {
    const incident = await plannedIncident();

    const refusal = await incident.refusedDecision('eradication', people.executive, signing);

    expect(refusal.type).toBe(type);
    expect(await incident.lines('decision-received', 'decision-refused')).toHaveLength(2);
    expect((await incident.gate('eradication')).isOpen).toBe(false);
  });

  test('does not open for someone whose role does not decide, nor for who proposed the plan', async () => {
    const incident = await plannedIncident();

    expect((await incident.refusedDecision('eradication', people.legal)).type).toBe('wrong-role');
    expect((await incident.refusedDecision('eradication', people.responder)).type).toBe('self-approval');
    expect((await incident.gate('eradication')).isOpen).toBe(false);
  });

  test('does not open for a gate that waits for no decision', async () => {
    const incident = await plannedIncident();

    const refusal = await incident.refusedDecision('eradication', people.executive, {
      claims: { gate: 'closing' },
    });

    expect(refusal.type).toBe('DecisionRefused');
  });

  test('takes a token once, whichever way it comes', async () => {
    const incident = await plannedIncident();
    const token = await incident.token('eradication', people.executive);
    await incident.handle.executeUpdate('decide', { args: [{ token }] });

    await incident.signal('approve', { token });

    const [line] = await incident.untilLine('message-refused');
    expect(line?.text).toContain('this token was used before');
    expect(await incident.lines('decision-accepted')).toHaveLength(1);
  });

  test('takes a token once when it comes twice before it is judged', async () => {
    const incident = await plannedIncident();
    const token = await incident.token('eradication', people.executive);

    await Promise.all([incident.signal('approve', { token }), incident.signal('approve', { token })]);

    await incident.untilLine('message-refused');
    expect(await incident.untilLine('decision-accepted')).toHaveLength(1);
  });

  test('is not decided by a token that says the contrary of the signal that brings it', async () => {
    const incident = await plannedIncident();

    await incident.signal('reject', { token: await incident.token('eradication', people.executive) });

    const [line] = await incident.untilLine('message-refused');
    expect(line?.text).toContain('the token says approve but was sent as reject; nothing is decided');
  });

  test('a rejection ends that version, not the incident: the next one may be proposed and approved', async () => {
    const incident = await plannedIncident();

    await incident.decide('eradication', people.executive, {
      verdict: 'reject',
      reason: 'It would take sign-in down on a Monday.',
    });

    expect((await incident.gate('eradication')).lacks[0]?.sentence).toContain('version 1 was rejected');
    const late = await incident.refusedDecision('eradication', people.secondExecutive);
    expect(late.type).toBe('DecisionRefused');
    await proposeAndAgree(incident, 2);
    expect(await incident.decide('eradication', people.executive)).toMatchObject({ isOpen: true });
  });

  test('a check that fails for good refuses its decision; the incident and the next decision go on', async () => {
    const incident = await plannedIncident();
    incident.world.refusals.set('verifyDecision', 'the register holds a broken key');

    const refusal = await incident.refusedDecision('eradication', people.executive);

    expect(refusal).toEqual({
      type: 'not-judged',
      sentence: expect.stringContaining('the register holds a broken key') as string,
    });
    incident.world.refusals.clear();
    expect(await incident.decide('eradication', people.executive)).toMatchObject({ isOpen: true });
  });
});

describe('the alarm of containment', () => {
  test.each([
    ['critical', 1],
    ['high', 2],
    ['moderate', 8],
    ['low', 24],
  ] as const)('%s: is raised %i hours after detection', async (severity, afterHours) => {
    const incident = await stage.declare({ declaration: { severity } });
    // Detected half an hour before the declaration.
    await stage.pass((afterHours - 0.5) * hourMs - 60_000);
    expect(await incident.lines('containment-alarm-raised')).toEqual([]);

    await stage.pass(2 * 60_000);

    const [alarm] = await incident.untilLine('containment-alarm-raised');
    expect(alarm?.at.slice(0, 19)).toBe(hours(afterHours - 0.5).slice(0, 19));
    expect(alarm?.text).toBe('Alarm: not contained in time: storage, identity');
  });

  test('is raised once, for the services that are not contained', async () => {
    const incident = await stage.declare();
    await incident.play(containment.slice(0, -1));

    await stage.pass(30 * 24 * hourMs);

    const alarms = await incident.lines('containment-alarm-raised');
    expect(alarms.map(({ text }) => text)).toEqual(['Alarm: not contained in time: identity']);
  });
});

describe('an emergency action', () => {
  const action = { what: 'switched the token service off', why: 'Tokens were forged as we watched.' };

  test('is accepted at any moment and from anyone', async () => {
    const incident = await stage.declare();

    for (const sender of Object.values(people)) await incident.tell('recordEmergencyAction', sender, action);

    expect(await incident.lines('emergency-action-recorded')).toHaveLength(Object.keys(people).length);
  });

  test('blocks closing until an executive who did not take it has reviewed it, and says so when that is late', async () => {
    const incident = await stage.declare();
    await incident.tell('recordEmergencyAction', people.responder, { ...action, service: 'storage' });
    const lacks = async () => (await incident.gate('closing')).lacks.map(({ code }) => code);
    expect(await lacks()).toContain('review:E1');

    await stage.pass(25 * hourMs);

    const [near] = await incident.untilLine('deadlines-neared');
    const [missed] = await incident.untilLine('deadlines-missed');
    expect([near?.at, missed?.at].map((at) => at?.slice(0, 16))).toEqual(
      [hours(20), hours(24)].map((at) => at.slice(0, 16)),
    );
    await incident.tell('reviewEmergencyAction', people.executive, {
      action: 'E1',
      verdict: 'upheld',
      reason: 'There was no time to ask.',
    });
    expect(await lacks()).not.toContain('review:E1');
  });
});

describe('a sign of breach during the watch', () => {
  const watched: readonly (readonly Step[])[] = [containment, eradication, recovery, watch.slice(0, 1)];

  test('takes the response back to containment, in round 2', async () => {
    const incident = await stage.declare();
    await incident.play(...watched);
    expect((await incident.status()).phase).toBe('watch');

    await incident.tell('reportSignOfBreach', people.storageTeam, { what: 'a forged token again' });

    expect(await incident.status()).toMatchObject({
      phase: 'containment',
      response: { phase: 'containment', round: 2 },
    });
  });

  test('makes a new generation of the gate, for which an older approval does not count', async () => {
    const incident = await stage.declare();
    await incident.play(containment, eradication.slice(0, 6));
    const old = await incident.token('eradication', people.executive);
    await incident.play(eradication.slice(6), recovery, watch.slice(0, 1));
    await incident.tell('reportSignOfBreach', people.storageTeam, { what: 'a forged token again' });
    await proposeAndAgree(incident, 2);

    await incident.signal('approve', { token: old });

    const [line] = await incident.untilLine('decision-refused');
    expect(line?.text).toContain('generation 1');
    expect(await incident.gate('eradication')).toMatchObject({ isOpen: false, generation: 3 });
    expect(await incident.decide('eradication', people.secondExecutive)).toMatchObject({ isOpen: true });
  });
});
