// Obligations inside a running workflow: lateness that is fixed at the filing, promises that ring, and local times that
// the sandbox itself can judge.
import * as messages from '../../src/workflows/messages';
import { people } from '../support/incidents';
import { workflowStage, type Stage, type StagedIncident } from '../support/workflow-stage';

jest.setTimeout(60_000);

let stage: Stage;
beforeAll(async () => {
  stage = await workflowStage();
});
afterEach(() => stage.sweep());
afterAll(() => stage.close());

const zone = 'Europe/Amsterdam';
const { legal, responder, communications } = people;

/** A controller in Amsterdam that became aware on 13 January 2019, played on 7 February. */
async function guestsIncident(): Promise<StagedIncident> {
  const incident = await stage.declare({
    declaration: {
      startsAt: '2019-02-07T08:00:00Z',
      detection: { at: '2019-01-08', precision: 'day', zone, basis: 'first mail' },
      dataClasses: ['personal-data'],
    },
    policy: { provider: { roles: ['controller'], country: 'NL', timeZone: zone } },
  });
  await incident.tell('recordAnchor', responder, {
    kind: 'awareness',
    at: '2019-01-13',
    precision: 'day',
    zone,
    basis: 'second mail',
  });
  return incident;
}

test('the lateness of a filing is fixed when it is recorded, whatever anchors come later', async () => {
  const incident = await guestsIncident();

  await incident.tell('recordFiling', legal, {
    ruleId: 'eu-gdpr-33-1-authority',
    stage: 'initial',
    reference: 'AP-1',
    submittedAt: '2019-02-07',
    precision: 'day',
    zone,
  });
  const [line] = await incident.untilLine('filing-judged');
  await incident.tell('recordAnchor', responder, {
    kind: 'awareness',
    at: '2019-01-08',
    precision: 'day',
    zone,
    basis: 'first mail, inside the house',
  });
  const facts = await incident.handle.query(messages.obligationFacts);

  expect(line?.text).toBe(
    'The filing for eu-gdpr-33-1-authority (initial): late by 22 days, counted from awareness 2019-01-13.',
  );
  expect(facts.inForce).toContain('awareness-2');
  expect(facts.filings.map(({ judgement }) => judgement)).toEqual([
    expect.objectContaining({ verdict: 'late', lateBy: 'P22D', lateMin: 'P21D', lateMax: 'P23D' }),
  ]);
  expect(await incident.lines('filing-judged')).toHaveLength(1);
});

test.each([
  [
    { at: '2018-10-28T02:30', zone },
    '2018-10-28T02:30 happens twice in Europe/Amsterdam; add the offset, +02:00 or +01:00',
  ],
  [
    { at: '2018-03-25T02:30', zone },
    '2018-03-25T02:30 does not exist in Europe/Amsterdam, where the clock was put forward; write the time that was meant',
  ],
  [
    { at: '2018-07-01T12:00+01:00', zone },
    '2018-07-01T12:00+01:00 has an offset that Europe/Amsterdam does not have then; it is +02:00 there',
  ],
  [
    { at: '2018-07-01T12:00', zone: 'Europe/Atlantis' },
    'zone Europe/Atlantis is not a time zone; use an IANA name such as Europe/Berlin',
  ],
])('the workflow itself refuses %j', async (moment, sentence) => {
  const incident = await guestsIncident();
  const anchor = { kind: 'occurrence', precision: 'minute', basis: 'a log', ...moment } as const;

  expect(await incident.refusalOf('recordAnchor', responder, anchor)).toEqual({
    type: 'Malformed',
    sentence,
  });
});

test('a local time of a declared anchor is recorded with the offset of its zone', async () => {
  const incident = await stage.declare({
    declaration: {
      detection: { at: '2026-11-23T08:30', precision: 'minute', zone: 'Europe/Berlin', basis: 'an alert' },
    },
  });

  const facts = await incident.handle.query(messages.obligationFacts);

  expect(facts.anchors.map(({ at }) => at)).toEqual(['2026-11-23T08:30+01:00']);
});

test('a promise rings as a deadline of its own when nobody has been told', async () => {
  const incident = await guestsIncident();
  await incident.tell('recordPromise', communications, {
    text: 'We tell every guest within two hours.',
    hours: 2,
    madeAt: '2019-02-07T08:00Z',
    precision: 'minute',
    covers: 'all',
    basis: 'statement to the press',
  });

  await stage.pass(3 * 3_600_000);
  const [line] = await incident.untilLine('deadlines-missed');

  expect(line?.text).toContain('promise/P1@2019-02-07T10:00:00.000Z');
});
