// Incidents that go on for months: what they cost in history, how large their answers become, and that rounds and months
// change nothing of the rules.
import {
  containment,
  eradicationPlan,
  hours,
  noticeGateName,
  people,
  proposedNotice,
  storage,
  identity,
} from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(240_000);

const { responder, storageTeam, identityTeam, executive, legal, communications } = people;
const dayMs = 24 * hourMs;
const bugs = 40;
const months = 6;

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

/** The next version of the plan, agreed to by everybody and approved. */
async function approvedPlan(incident: StagedIncident, version: number, objective: string): Promise<void> {
  const agreement = { kind: 'eradication', version, verdict: 'agree' } as const;
  await incident.tell('proposePlan', responder, { ...eradicationPlan, objective });
  await incident.tell('agree', responder, agreement);
  await incident.tell('agree', storageTeam, { ...agreement, service: 'storage' });
  await incident.tell('agree', identityTeam, { ...agreement, service: 'identity' });
  await incident.decide('eradication', executive);
}

async function bytesOfAnswers(incident: StagedIncident): Promise<number> {
  const answers = [await incident.status(), await incident.timeline(), await incident.handle.query('gates')];
  return Math.max(...answers.map((answer) => Buffer.byteLength(JSON.stringify(answer))));
}

test('six months, three services, five approvals, forty bugs and three tenant versions fit into one run', async () => {
  const archive = { service: 'archive', team: 'storage-team', regions: [] };
  const incident = await stage.declare({ declaration: { services: [storage, identity, archive] } });
  await incident.play(containment);
  for (let version = 1; version <= 4; version += 1)
    await approvedPlan(incident, version, `Remove the foothold, version ${String(version)}.`);
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.decide(noticeGateName, legal);
  await incident.untilLine('deliveries-counted');
  for (let version = 2; version <= 3; version += 1) {
    await incident.tell('setAffectedTenants', communications, {
      services: [{ service: 'storage' }],
      from: '2026-10-01T00:00:00Z',
      reason: `Older logs were found, version ${String(version)}.`,
    });
    await incident.untilLine('affected-tenants-identified', version);
  }
  for (let bug = 1; bug <= bugs; bug += 1)
    await incident.signal('openBug', {
      ...responder,
      ref: `BUG-${String(bug)}`,
      title: 'Keys are logged',
      owner: 'ben',
    });
  for (let month = 0; month < months; month += 1) await stage.pass(30 * dayMs);
  for (let bug = 1; bug <= bugs; bug += 1)
    await incident.signal('closeBug', { ...storageTeam, ref: `BUG-${String(bug)}` });
  await incident.untilLine('entry-closed', bugs);

  const { historyLength } = await incident.handle.describe();
  const lines = (await incident.timeline()).length;
  const bytes = await bytesOfAnswers(incident);

  console.info(
    `${String(historyLength)} events of history, ${String(lines)} lines, longest answer ${String(Math.round(bytes / 1024))} KB`,
  );
  expect(historyLength).toBeLessThan(2500);
  expect(bytes).toBeLessThan(256 * 1024);
  expect((await incident.lines('decision-accepted')).length).toBe(5);
});

test('in five rounds no approval of a former round opens the gate of a later one', async () => {
  const incident = await stage.declare();
  await incident.play(containment);
  const tokens: string[] = [];

  for (let round = 1; round <= 5; round += 1) {
    await incident.tell('proposePlan', responder, eradicationPlan);
    tokens.push(await incident.token('eradication', executive));
    await incident.tell('reportSignOfBreach', storageTeam, { what: `a web shell, the ${String(round)}th` });
  }
  await incident.tell('proposePlan', responder, eradicationPlan);
  for (const token of tokens) await incident.signal('approve', { token });

  const refused = await incident.untilLine('decision-refused', tokens.length);
  expect(refused.map(({ text }) => text)).toEqual(
    tokens.map(() => expect.stringContaining('generation') as unknown),
  );
  expect(await incident.lines('decision-accepted')).toEqual([]);
  expect((await incident.status()).response).toMatchObject({ round: 6 });
});

test('a waiver that runs out after everything else was ready holds the end of the postmortem', async () => {
  const incident = await stage.declare();
  await incident.signal('openBug', { ...responder, ref: 'BUG-1', title: 'Keys are logged', owner: 'ben' });
  await incident.untilLine('entry-opened');
  await incident.tell('waiveEntry', executive, {
    ref: 'BUG-1',
    reason: 'The part is retired in spring.',
    expiresAt: hours(24 * 90),
  });
  const holds = async () =>
    (await incident.gate('postmortem')).lacks.filter(({ code }) => code === 'entry:BUG-1').length;
  expect(await holds()).toBe(0);

  await stage.pass(91 * dayMs);

  await incident.untilLine('waiver-expired');
  expect(await holds()).toBe(1);
});
