// Holds as a running workflow: an approved notice waits while legal and an executive hold it, leaves when their time is
// over or they end it, and a step that failed for good is taken again when a person says so.
import {
  hours,
  noticeGateName,
  obligationGroup,
  people,
  proposedNotice,
  type Content,
} from '../support/incidents';
import { hourMs, workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(120_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const hold: Content<'holdNotice'> = {
  scope: { notices: ['first-1'], duties: ['eu-gdpr-33-2'] },
  reason: 'The police ask to wait for an arrest.',
  until: hours(48),
};

async function noticeToApprove(): Promise<StagedIncident> {
  const incident = await stage.declare();
  incident.world.groups = [obligationGroup()];
  await incident.play(proposedNotice);
  await incident.untilLine('notice-prepared');
  return incident;
}

async function heldNotice(): Promise<StagedIncident> {
  const incident = await noticeToApprove();
  await incident.tell('holdNotice', people.communications, hold);
  await incident.decide('hold:H1', people.legal);
  await incident.decide('hold:H1', people.executive);
  return incident;
}

const isSent = ({ world }: StagedIncident) => world.planned.length > 0;
const minuteOf = (instant: string | undefined) => instant?.slice(0, 16);

describe('a hold', () => {
  test('is a receipt with its id and hash, and opens with the signatures of legal and of an executive', async () => {
    const incident = await noticeToApprove();

    const receipt = await incident.tell('holdNotice', people.legal, hold);

    expect(receipt).toMatchObject({ id: 'H1', hash: (await incident.gate('hold:H1')).objectHash });
    expect(await incident.decide('hold:H1', people.legal)).toMatchObject({
      isOpen: false,
      lacks: [expect.stringContaining('no executive-incident-manager has signed')],
    });
    expect(await incident.decide('hold:H1', people.executive)).toMatchObject({ isOpen: true });
    expect((await incident.status()).holds).toMatchObject([{ holdId: 'H1', state: 'in-force' }]);
  });

  test('is signed by nobody else, nor by a forger, nor for another text', async () => {
    const incident = await noticeToApprove();
    await incident.tell('holdNotice', people.legal, hold);

    const refusals = [
      await incident.refusedDecision('hold:H1', people.communications),
      await incident.refusedDecision('hold:H1', people.legal, { forged: true }),
      await incident.refusedDecision('hold:H1', people.legal, { claims: { obj: '0'.repeat(64) } }),
    ];

    expect(refusals.map(({ type }) => type)).toEqual(['wrong-role', 'forged-signature', 'other-object']);
    expect((await incident.status()).holds).toMatchObject([{ state: 'proposed' }]);
  });

  test('keeps an approved notice back until its end, says so, asks again, and then the notice leaves', async () => {
    const incident = await heldNotice();
    await incident.decide(noticeGateName, people.legal);
    expect((await incident.gate(noticeGateName)).lacks.map(({ code }) => code)).toEqual(['hold:H1']);

    await stage.pass(47 * hourMs);
    expect(isSent(incident)).toBe(false);
    await stage.pass(2 * hourMs);

    await incident.until(({ notification }) => notification.phase === 'complete');
    const [asked] = await incident.untilLine('hold-expired');
    expect(asked?.text).toContain('decide whether another one is needed');
    expect(minuteOf(asked?.at)).toBe(minuteOf(hours(48)));
  });

  test('that ends early lets the notice leave at once', async () => {
    const incident = await heldNotice();
    await incident.decide(noticeGateName, people.legal);
    await stage.pass(hourMs);
    expect(isSent(incident)).toBe(false);

    await incident.tell('releaseHold', people.executive, { holdId: 'H1', reason: 'The arrest was made.' });

    await incident.until(({ notification }) => notification.phase === 'complete');
  });

  test('does not stop the clock of its duty: what is late is told as late', async () => {
    const incident = await noticeToApprove();
    await incident.tell('holdNotice', people.legal, { ...hold, until: hours(100) });
    await incident.decide('hold:H1', people.legal);
    await incident.decide('hold:H1', people.executive);
    expect((await incident.status()).nextDeadline).toMatchObject({ dueAt: hours(72), isHeld: true });

    await stage.pass(80 * hourMs);

    const [missed] = await incident.untilLine('deadlines-missed');
    expect(minuteOf(missed?.at)).toBe(minuteOf(hours(72)));
    const [safeStart] = await incident.untilLine('latest-safe-start-reached');
    expect(minuteOf(safeStart?.at)).toBe(minuteOf(hours(69)));
  });

  test('comes too late for a notice that has begun to leave', async () => {
    const incident = await noticeToApprove();
    await incident.decide(noticeGateName, people.legal);
    await incident.until(({ notification }) => notification.phase === 'complete');

    const refusal = await incident.refusalOf('holdNotice', people.legal, hold);

    expect(refusal).toMatchObject({ type: 'NotNow' });
    expect(refusal.sentence).toContain('a hold stops only what has not begun');
  });
});

describe('a step that failed for good', () => {
  test('is taken again when somebody says that its cause is mended', async () => {
    const incident = await noticeToApprove();
    incident.world.refusals.set('planDeliveries', 'the tenants of this version are gone');
    await incident.decide(noticeGateName, people.legal);
    const [failed] = await incident.untilLine('step-failed');
    const step = /^Step (\S+) cannot be done/.exec(failed?.text ?? '')?.[1] ?? '';
    incident.world.refusals.clear();

    const retry = { step, reason: 'The directory is restored.' };
    expect(await incident.refusalOf('retryStep', people.storageTeam, retry)).toMatchObject({
      type: 'NotAllowed',
    });
    await incident.tell('retryStep', people.communications, retry);

    await incident.until(({ notification }) => notification.phase === 'complete');
  });

  test('that did not fail cannot be taken again', async () => {
    const incident = await noticeToApprove();
    const retry = { step: 'send/first-1', reason: 'To be sure.' };
    expect(await incident.refusalOf('retryStep', people.responder, retry)).toMatchObject({
      type: 'NotKnown',
    });
  });
});
