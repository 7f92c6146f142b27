/** Moments as people write them: which are refused and why, and what the others mean. */
import { Moment } from '../../src/contract/anchor';
import { anchorInForce } from '../../src/domain/incident';
import { beginningOf, spanOf, withOffset, type WrittenMoment } from '../../src/domain/moment';
import { incidentInMemory, people, refusalOf } from '../support/incidents';

const berlin = 'Europe/Berlin';

const refused: readonly (readonly [WrittenMoment, string])[] = [
  [
    { at: '2026-10-25T02:30', precision: 'minute', zone: berlin },
    '2026-10-25T02:30 happens twice in Europe/Berlin; add the offset, +02:00 or +01:00',
  ],
  [
    { at: '2026-03-29T02:30:00', precision: 'second', zone: berlin },
    '2026-03-29T02:30:00 does not exist in Europe/Berlin, where the clock was put forward; write the time that was meant',
  ],
  [
    { at: '2026-07-01T12:00+01:00', precision: 'minute', zone: berlin },
    '2026-07-01T12:00+01:00 has an offset that Europe/Berlin does not have then; it is +02:00 there',
  ],
  [
    { at: '2026-07-01', precision: 'day', zone: 'Europe/Atlantis' },
    'zone Europe/Atlantis is not a time zone; use an IANA name such as Europe/Berlin',
  ],
  [
    { at: '2026-07-01T12:00', precision: 'minute', zone: 'Berlin' },
    'zone Berlin is not a time zone; use an IANA name such as Europe/Berlin',
  ],
  [{ at: '2026-07-01T12:00', precision: 'minute' }, '2026-07-01T12:00 needs an offset or Z, or its zone'],
  [{ at: '2026-02-30', precision: 'day' }, '2026-02-30 is not a date that exists'],
];

test.each(refused)('%j is refused by the contract, with what to do', (moment, sentence) => {
  const { error } = Moment.safeParse(moment);

  expect(error?.issues.map(({ message }) => message)).toEqual([sentence]);
});

test.each(refused)('%j is refused by the incident in the same words', (moment, sentence) => {
  const anchor = { kind: 'occurrence', basis: 'a log', ...moment } as const;

  expect(refusalOf(incidentInMemory(), 'recordAnchor', people.responder, anchor)).toMatchObject({
    type: 'Malformed',
    message: sentence,
  });
});

test.each<[WrittenMoment, string]>([
  [{ at: '2026-10-25T02:30+01:00', precision: 'minute', zone: berlin }, '2026-10-25T01:30:00.000Z'],
  [{ at: '2026-10-25T02:30+02:00', precision: 'minute', zone: berlin }, '2026-10-25T00:30:00.000Z'],
  [{ at: '2026-10-25T01:30Z', precision: 'minute', zone: berlin }, '2026-10-25T01:30:00.000Z'],
  [{ at: '2026-11-01T08:15:30', precision: 'second', zone: berlin }, '2026-11-01T07:15:30.000Z'],
  [{ at: '2026-11-01', precision: 'day', zone: 'Asia/Tokyo' }, '2026-10-31T15:00:00.000Z'],
  [{ at: '2026-11', precision: 'month' }, '2026-11-01T00:00:00.000Z'],
])('%j is taken and begins at %s', (moment, beginning) => {
  expect(Moment.safeParse(moment).success).toBe(true);
  expect(beginningOf(moment)).toBe(beginning);
});

test('a day or month is the interval from its start to that of the next one in its zone', () => {
  expect(spanOf({ at: '2026-10-25', precision: 'day', zone: berlin })).toEqual({
    earliest: '2026-10-24T22:00:00.000Z',
    latest: '2026-10-25T23:00:00.000Z',
    precision: 'day',
    day: '2026-10-25',
  });
  expect(spanOf({ at: '2026-12', precision: 'month', zone: berlin })).toEqual({
    earliest: '2026-11-30T23:00:00.000Z',
    latest: '2026-12-31T23:00:00.000Z',
    precision: 'month',
  });
});

test('a local time is recorded with the offset that its zone had, so that it reads the same everywhere', () => {
  const incident = incidentInMemory();

  incident.send('recordAnchor', people.responder, {
    kind: 'occurrence',
    at: '2026-10-20T09:00',
    precision: 'minute',
    zone: berlin,
    basis: 'the clock on the wall',
  });

  expect(incident.state.anchors.at(-1)).toMatchObject({ at: '2026-10-20T09:00+02:00', zone: berlin });
  expect(withOffset({ at: '2026-10-20', precision: 'day', zone: berlin }).at).toBe('2026-10-20');
});

test('the earliest anchor of a kind is the one that begins first, wherever its day is', () => {
  const incident = incidentInMemory();
  const record = (at: string, precision: 'day' | 'minute', zone?: string) =>
    incident.send('recordAnchor', people.responder, {
      kind: 'awareness',
      at,
      precision,
      basis: 'a report',
      ...(zone !== undefined && { zone }),
    });

  record('2026-11-20T15:00Z', 'minute');
  record('2026-11-21', 'day', 'Pacific/Kiritimati');

  expect(anchorInForce(incident.state, 'awareness')?.anchorId).toBe('awareness-2');
});
