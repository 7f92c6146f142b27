// Whoever is on call is paged for what goes wrong in time, once, and a pager that is away stops nothing.
import { hours, people } from '../support/incidents';
import { hourMs, workflowStage, type Stage } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const pagedDrill = { policy: { pageDrills: true } };
const action = { what: 'switched the token service off', why: 'Tokens were forged as we watched.' };

test('an alarm of containment and a missed deadline are paged, each with a key of its own', async () => {
  const incident = await stage.declare(pagedDrill);
  await incident.tell('recordEmergencyAction', people.responder, action);

  await stage.pass(25 * hourMs);

  await incident.untilLine('on-call-paged', 2);
  const [alarm] = await incident.lines('containment-alarm-raised');
  const [missed] = await incident.lines('deadlines-missed');
  expect(incident.world.onCall).toMatchObject([
    {
      idempotencyKey: `${incident.incidentId}/${String(alarm?.seq)}`,
      alarm: 'containment-alarm-raised',
      text: 'Alarm: not contained in time: storage, identity',
      severity: 'moderate',
      drill: true,
    },
    { idempotencyKey: `${incident.incidentId}/${String(missed?.seq)}`, alarm: 'deadlines-missed' },
  ]);
});

test('a pager that is away keeps no deadline from being seen, and is tried until it is back', async () => {
  const incident = await stage.declare({ policy: { ...pagedDrill.policy, emergencyReviewHours: 7.75 } });
  incident.world.isPagerAway = true;
  await incident.tell('recordEmergencyAction', people.responder, action);

  await stage.pass(7.9 * hourMs);

  const [missed] = await incident.untilLine('deadlines-missed');
  expect(missed?.at.slice(0, 16)).toBe(hours(7.75).slice(0, 16));
  expect(await incident.lines('on-call-paged')).toEqual([]);
  incident.world.isPagerAway = false;
  await stage.pass(2 * 60_000);
  await incident.untilLine('on-call-paged', 2);
  expect(incident.world.onCall.map(({ alarm }) => alarm)).toEqual([
    'containment-alarm-raised',
    'deadlines-missed',
  ]);
});

test('a drill wakes nobody unless the policy says so', async () => {
  const incident = await stage.declare();

  await stage.pass(9 * hourMs);

  await incident.untilLine('containment-alarm-raised');
  expect(incident.world.calls).toEqual([]);
});
