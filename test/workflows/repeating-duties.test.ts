// A duty that repeats as a running workflow: every repetition is announced and, unmet, missed; each filing and each
// update to the tenants starts the next; recovery ends it.
import type { ObligationsToLookUp } from '../../src/activities/look-up-obligations';
import { addMs } from '../../src/domain/instant';
import {
  containment,
  contentHash,
  determination,
  eradication,
  hours,
  noticeGateName,
  obligationGroup,
  people,
  proposedNotice,
  recovery,
} from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const ruleId = 'us-fedramp-20x';
const minuteOf = (instant: string | undefined) => instant?.slice(0, 16);

/** Three hours after the last update, the first counted from the declaration. */
function everyThreeHours(duty: 'provider-own' | 'provider-to-tenant') {
  return ({ submissions, told = {} }: ObligationsToLookUp) => {
    const known = duty === 'provider-own' ? submissions : told;
    const countsFrom = known[`${ruleId}/update`] ?? known[ruleId] ?? hours(0);
    const dueAt = addMs(countsFrom, 3 * hourMs);
    return [
      obligationGroup({ ruleId, stage: 'update', duty, dueAt, repeats: { until: 'recovery', countsFrom } }),
    ];
  };
}

async function alarms(incident: StagedIncident): Promise<(string | undefined)[][]> {
  const lines = await incident.lines('deadlines-neared', 'deadlines-missed');
  return lines.map(({ type, at }) => [type, minuteOf(at)]);
}

test('an authority is told every three hours: each filing starts the next repetition, each has its alarms', async () => {
  const incident = await stage.declare();
  incident.world.groups = everyThreeHours('provider-own');
  await incident.play(determination);
  await incident.tell('setAffectedTenants', people.communications, {
    services: [{ service: 'storage' }],
    from: '2026-11-01T00:00:00Z',
    reason: 'They used storage.',
  });
  await incident.untilLine('obligations-assessed');

  await stage.pass(4 * hourMs);
  expect(await alarms(incident)).toEqual([
    ['deadlines-neared', minuteOf(hours(1.5))],
    ['deadlines-missed', minuteOf(hours(3))],
  ]);
  const filing = { ruleId, stage: 'update', reference: 'FR-1' };
  const assessed = (await incident.lines('obligations-assessed')).length;
  await incident.tell('recordFiling', people.legal, { ...filing, submittedAt: hours(4) });
  await incident.untilLine('obligations-assessed', assessed + 1);
  expect((await incident.status()).nextDeadline).toMatchObject({ dueAt: hours(7) });

  await stage.pass(4 * hourMs);
  expect((await alarms(incident)).slice(2)).toEqual([
    ['deadlines-neared', minuteOf(hours(5.5))],
    ['deadlines-missed', minuteOf(hours(7))],
  ]);
});

test('tenants are told every three hours: an update that begins to leave starts the next repetition', async () => {
  const incident = await stage.declare();
  incident.world.groups = everyThreeHours('provider-to-tenant');
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.decide(noticeGateName, people.legal);
  const [started] = await incident.untilLine('campaign-started');
  await incident.until(({ notification }) => notification.phase === 'complete');
  const nextAfter = (at: string | undefined) => minuteOf(addMs(at ?? '', 3 * hourMs));
  const first = await incident.until(
    ({ nextDeadline }) => minuteOf(nextDeadline?.dueAt) === nextAfter(started?.at),
  );
  expect(first.nextDeadline).toMatchObject({ countsFrom: started?.at });

  await stage.pass(2 * hourMs);
  await incident.tell('proposeNotice', people.communications, {
    noticeId: 'update-1',
    revision: 1,
    stage: 'update',
    contentHash,
  });
  await incident.untilLine('notice-prepared', 2);
  await incident.decide('notice:update-1', people.legal);

  const [, update] = await incident.untilLine('campaign-started', 2);
  await incident.until(({ nextDeadline }) => minuteOf(nextDeadline?.dueAt) === nextAfter(update?.at));
  expect(await alarms(incident)).toHaveLength(1);
});

test('a standing update is sent again by itself before every repetition, until recovery', async () => {
  const incident = await stage.declare();
  incident.world.groups = everyThreeHours('provider-to-tenant');
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  await incident.decide(noticeGateName, people.legal);
  await incident.until(({ notification }) => notification.phase === 'complete');
  await incident.tell('proposeNotice', people.communications, {
    noticeId: 'update-1',
    revision: 1,
    stage: 'update',
    contentHash,
    standing: true,
  });
  await incident.untilLine('notice-prepared', 2);
  await incident.decide('notice:update-1', people.legal);
  const [, started] = await incident.untilLine('campaign-started', 2);
  await incident.untilLine('deliveries-counted', 2);

  await stage.pass(6 * hourMs);

  const repeated = await incident.untilLine('notice-repeated', 2);
  const after = (hoursLater: number) => minuteOf(addMs(started?.at ?? '', hoursLater * hourMs));
  expect(repeated.map(({ at }) => minuteOf(at))).toEqual([after(2.7), after(5.4)]);
  await incident.untilLine('deliveries-counted', 4);
  expect(incident.world.told.map(({ campaignId }) => campaignId)).toEqual([
    'first-1.1',
    'update-1.1',
    'update-1.1+1',
    'update-1.1+2',
  ]);
  expect(incident.world.planned.map(({ repetition }) => repetition)).toEqual([undefined, undefined, 1, 2]);
  expect(await incident.lines('deadlines-missed')).toEqual([]);

  await incident.play(containment, eradication, recovery);
  await stage.pass(6 * hourMs);
  expect(await incident.lines('notice-repeated')).toHaveLength(2);
});
