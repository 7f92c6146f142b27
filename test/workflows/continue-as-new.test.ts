// The guard rail of very long incidents: a run that has become too long goes on as a new one, and nobody notices. The
// limit of history is lowered so far that it happens in the middle of every story.
import * as messages from '../../src/workflows/messages';
import { deliveryWorkflowId } from '../../src/workflows/names';
import {
  containment,
  determination,
  entries,
  eradication,
  hours,
  noticeGateName,
  obligationGroup,
  people,
  proposedNotice,
  recovery,
  report,
  resolution,
  totalsOf,
  watch,
} from '../support/incidents';
import {
  hourMs,
  realTimeStage,
  workflowStage,
  type Stage,
  type StagedIncident,
} from '../support/workflow-stage';

jest.setTimeout(120_000);

const { responder, executive, legal } = people;

async function runsOf(incident: StagedIncident): Promise<number> {
  const histories = await incident.histories();
  return histories.filter(({ workflowId }) => !workflowId.includes('/delivery/')).length;
}

/** Facts until the incident goes on as another run; @returns how many it took */
async function untilAnotherRun(incident: StagedIncident): Promise<number> {
  const runs = await runsOf(incident);
  for (let facts = 1; facts <= 100; facts += 1) {
    await incident.tell('recordFact', responder, { text: `fact ${String(facts)}` });
    if ((await runsOf(incident)) > runs) return facts;
  }
  throw new Error('it did not go on as a new run');
}

const tenantsAsked = proposedNotice.slice(0, determination.length + 1);
const noticeWritten = proposedNotice.slice(tenantsAsked.length);

/** What activities answer is waited for, so that the order of the events is always the same. */
async function playWhole(incident: StagedIncident): Promise<void> {
  await incident.play(entries, containment, eradication, recovery, watch, tenantsAsked);
  await incident.untilLine('obligations-assessed');
  await incident.play(noticeWritten);
  await incident.untilLine('notice-prepared');
  await incident.decide(noticeGateName, legal);
  await incident.until(({ notification }) => notification.phase === 'complete');
  await incident.play(report, resolution);
  await incident.handle.result();
}

describe('in the middle of work', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await realTimeStage();
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage.close());

  test('a whole incident in many runs is the same incident as in one', async () => {
    const inOne = await stage.declare();
    const inMany = await stage.declare({ historyLimit: 50 });

    await playWhole(inOne);
    await playWhole(inMany);

    expect(await runsOf(inOne)).toBe(1);
    expect(await runsOf(inMany)).toBeGreaterThan(4);
    const told = async (incident: StagedIncident) =>
      (await incident.timeline()).map(({ seq, type, by, role }) => ({ seq, type, by, role }));
    expect(await told(inMany)).toEqual(await told(inOne));
    const { incidentId: _one, closedAt: _then, ...outcome } = await inOne.status();
    expect(await inMany.status()).toMatchObject(outcome);
    expect(inMany.world.told).toHaveLength(1);
  });

  test('a decision whose signature is still being checked is judged by the new run, once', async () => {
    const incident = await stage.declare({ historyLimit: 60 });
    await incident.play(containment, eradication.slice(0, 6));
    const release = incident.world.hold('verifyDecision');
    await incident.signal('approve', { token: await incident.token('eradication', executive) });
    await incident.untilLine('decision-received');

    await untilAnotherRun(incident);
    expect((await incident.gate('eradication')).isOpen).toBe(false);
    release();

    await incident.untilLine('decision-accepted');
    expect((await incident.gate('eradication')).isOpen).toBe(true);
    expect(await incident.lines('decision-received', 'decision-accepted')).toHaveLength(2);
  });

  test('a caller who waits for the answer to a decision gets it before the run ends', async () => {
    const incident = await stage.declare({ historyLimit: 60 });
    await incident.play(containment, eradication.slice(0, 6));
    const release = incident.world.hold('verifyDecision');
    const answer = incident.decide('eradication', executive);
    await incident.untilLine('decision-received');
    for (let facts = 0; facts < 20; facts += 1)
      await incident.tell('recordFact', responder, { text: 'something else' });
    const runs = await runsOf(incident);

    release();

    expect(await answer).toMatchObject({ approver: executive.by, isOpen: true });
    await incident.tell('recordFact', responder, { text: 'in the next run' });
    expect(await runsOf(incident)).toBe(runs + 1);
  });

  test('a message that the former run took is answered alike by the new one, and recorded once', async () => {
    const incident = await stage.declare({ historyLimit: 40 });
    const analysis = { text: 'The key was read from a crash dump.' };
    const first = await incident.tell('recordAnalysis', responder, analysis, 'analysis-1');
    const bug = { ...responder, ref: 'BUG-1', title: 'Keys are logged', messageId: 'bug-1' };
    await incident.signal('openBug', bug);
    await untilAnotherRun(incident);

    const second = await incident.tell('recordAnalysis', responder, analysis, 'analysis-1');
    await incident.signal('openBug', bug);
    await incident.tell('recordFact', responder, { text: 'after both' });

    expect(second).toEqual(first);
    expect(await incident.lines('analysis-recorded', 'entry-opened', 'message-refused')).toHaveLength(2);
  });

  test('a token that was counted in a former run does not count again', async () => {
    const incident = await stage.declare({ historyLimit: 60 });
    await incident.play(containment, eradication.slice(0, 6));
    const token = await incident.token('eradication', executive);
    await incident.signal('approve', { token });
    await incident.untilLine('decision-accepted');
    await untilAnotherRun(incident);

    await incident.signal('approve', { token });

    const [line] = await incident.untilLine('message-refused');
    expect(line?.text).toContain('this token was used before');
  });

  test('who sends a decision again that a former run counted gets the same answer, and it counts once', async () => {
    const incident = await stage.declare({ historyLimit: 60 });
    await incident.play(containment, eradication.slice(0, 6));
    const token = await incident.token('eradication', executive);
    const decide = () => incident.handle.executeUpdate(messages.decide, { args: [{ token }] });
    const first = await decide();
    await untilAnotherRun(incident);

    const second = await decide();

    expect(second).toEqual(first);
    expect(await incident.lines('decision-received', 'decision-accepted')).toHaveLength(2);
  });

  test('signals and updates that arrive while one run follows the other are all there, once and in order', async () => {
    const incident = await stage.declare({ historyLimit: 30 });
    const numbers = Array.from({ length: 60 }, (_, index) => String(index + 1));

    await Promise.all([
      ...numbers.map((number) =>
        incident.signal('openBug', { ...responder, ref: `BUG-${number}`, title: 'Keys are logged' }),
      ),
      ...numbers.map((number) => incident.tell('recordFact', responder, { text: number }, `fact-${number}`)),
    ]);

    await incident.untilLine('entry-opened', numbers.length);
    const facts = (await incident.lines('fact-recorded')).map(({ text }) => text);
    expect([...facts].sort()).toEqual([...numbers].sort());
    expect(await incident.lines('message-refused')).toEqual([]);
    expect(await runsOf(incident)).toBeGreaterThan(1);
    const seqs = (await incident.timeline()).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  test('deliveries under way go on, and report to the new run', async () => {
    const incident = await stage.declare({ historyLimit: 60 });
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    const stopped = { reason: 'authentication' as const };
    incident.world.pages.push({ totals: totalsOf({ accepted: 1, deferred: 2 }), stopped });
    await incident.decide(noticeGateName, legal);
    await incident.untilLine('delivery-progressed');
    await untilAnotherRun(incident);

    const shard = deliveryWorkflowId(incident.incidentId, 'first-1.1', 0);
    await stage.client.workflow.getHandle(shard).signal('resumeDelivery');

    const status = await incident.until(({ notification }) => notification.phase === 'complete');
    expect(status.deliveries).toEqual(totalsOf({ accepted: 3 }));
    expect(await incident.lines('campaign-started', 'shards-started')).toHaveLength(2);
  });
});

// The time-skipping server loses its clock when a run goes on while an activity is under way: here it does so only at
// rest, with a limit that nothing but the facts at the end reaches.
describe('as time goes by', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await workflowStage();
  });
  afterEach(() => stage.sweep());
  afterAll(() => stage.close());

  test('events before the new run stay as they were, and the drill keeps its date', async () => {
    const incident = await stage.declare({ historyLimit: 150 });
    await incident.play(containment);
    await stage.pass(5 * hourMs);
    const before = await incident.timeline();

    const facts = await untilAnotherRun(incident);

    const after = await incident.timeline();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after).toHaveLength(before.length + facts);
    expect(after.map(({ seq }) => seq)).toEqual(after.map((_, index) => index + 1));
    expect(after.at(-1)?.at.slice(0, 16)).toBe(hours(5).slice(0, 16));
  });

  test('alarms that were raised are not raised again, and those to come are', async () => {
    const incident = await stage.declare({ historyLimit: 150 });
    incident.world.groups = [obligationGroup()];
    await incident.play(proposedNotice);
    await incident.untilLine('notice-prepared');
    await stage.pass(69 * hourMs);
    await incident.untilLine('deadlines-neared');
    await untilAnotherRun(incident);

    await stage.pass(10 * hourMs);

    const lines = await incident.lines('containment-alarm-raised', 'deadlines-neared', 'deadlines-missed');
    expect(lines.map(({ type, at }) => [type, at.slice(0, 16)])).toEqual([
      ['containment-alarm-raised', hours(7.5).slice(0, 16)],
      ['deadlines-neared', hours(68).slice(0, 16)],
      ['deadlines-missed', hours(72).slice(0, 16)],
    ]);
  });
});
