import { runningClocks } from '../../src/domain/running-clocks';
import { coversTenant, dueAfterHours } from '../../src/domain/promises';
import {
  deliverAll,
  given,
  hours,
  incidentInMemory,
  noticeGateName,
  people,
  play,
  proposedNotice,
  refusalOf,
  runTracks,
  type Content,
} from '../support/incidents';

const { communications, legal, responder } = people;

const promise: Content<'recordPromise'> = {
  text: 'We tell every known victim within 72 hours.',
  hours: 72,
  madeAt: '2026-11-23',
  precision: 'day',
  covers: ['tenant-1', 'tenant-2'],
  basis: 'post on our blog',
};

test('a promise is a clock beside those of the law, marked as a promise, and rings at the beginning of its range', () => {
  const incident = incidentInMemory();

  incident.send('recordPromise', communications, promise);

  expect(runningClocks(incident.state)).toEqual([
    {
      clock: 'promise/P1@2026-11-26T00:00:00.000Z',
      dueAt: '2026-11-26T00:00:00.000Z',
      basis: 'promise',
    },
  ]);
});

test('a promise runs until the ledger knows of nobody untold, and is not broken again by who comes later', () => {
  const incident = incidentInMemory();
  incident.send('recordPromise', communications, promise);
  play(incident, proposedNotice);
  expect(incident.state.notification.promises[0]).not.toHaveProperty('metAt');

  incident.decide(noticeGateName, legal);
  runTracks(incident);
  deliverAll(incident);
  const metAt = incident.state.notification.promises[0]?.metAt;
  incident.send('setAffectedTenants', communications, {
    include: ['tenant-3'],
    from: '2026-11-01T00:00:00Z',
    reason: 'one more',
  });
  runTracks(incident);

  expect(metAt).toBe(incident.now());
  expect(incident.state.notification.promises[0]?.metAt).toBe(metAt);
  expect(runningClocks(incident.state).filter(({ basis }) => basis === 'promise')).toEqual([]);
});

test('promises are numbered as they come', () => {
  const incident = incidentInMemory();

  incident.send('recordPromise', communications, promise);
  incident.send('recordPromise', legal, { ...promise, covers: 'all' });

  expect(incident.state.notification.promises.map(({ promiseId, covers }) => [promiseId, covers])).toEqual([
    ['P1', ['tenant-1', 'tenant-2']],
    ['P2', 'all'],
  ]);
});

test('a promise that names its tenants does not reach those who became known later', () => {
  const [named] = given({
    type: 'promise-recorded',
    promiseId: 'P1',
    text: 'within 72 hours',
    hours: 72,
    madeAt: { at: '2026-11-23', precision: 'day' },
    covers: ['tenant-1'],
    basis: 'a post',
  }).notification.promises;
  if (named === undefined) throw new Error('no promise');

  expect(coversTenant(named, 'tenant-1')).toBe(true);
  expect(coversTenant(named, 'tenant-9')).toBe(false);
  expect(coversTenant({ ...named, covers: 'all' }, 'tenant-9')).toBe(true);
});

test.each<[string, Partial<Content<'recordPromise'>>, string]>([
  ['more than ten years', { hours: 87_601 }, 'hours is more than 87600; say a nearer time'],
  [
    'a time to come',
    { madeAt: hours(1), precision: 'second' },
    `madeAt ${hours(1)} lies in the future; record a promise once it is made`,
  ],
  [
    'a time that happens twice',
    { madeAt: '2026-10-25T02:30', precision: 'minute', zone: 'Europe/Berlin' },
    'madeAt: 2026-10-25T02:30 happens twice in Europe/Berlin; add the offset, +02:00 or +01:00',
  ],
  ['no tenants at all', { covers: [] }, 'covers needs at least 1'],
])('a promise of %s is refused', (_what, change, sentence) => {
  expect(refusalOf(incidentInMemory(), 'recordPromise', legal, { ...promise, ...change })?.message).toBe(
    sentence,
  );
});

test('a promise is recorded by those who speak to customers', () => {
  expect(refusalOf(incidentInMemory(), 'recordPromise', responder, promise)?.type).toBe('NotAllowed');
});

test('whole days after a day are a day, other hours a range, hours after a time an instant', () => {
  const day = { at: '2022-04-15', precision: 'day' } as const;

  expect(dueAfterHours(day, 72)).toEqual({
    dueFrom: '2022-04-18T00:00:00.000Z',
    dueTo: '2022-04-19T00:00:00.000Z',
    inclusive: false,
    precision: 'day',
    day: '2022-04-18',
  });
  expect(dueAfterHours(day, 36)).not.toHaveProperty('day');
  expect(dueAfterHours({ at: '2022-04-15T10:30Z', precision: 'minute' }, 72)).toEqual({
    dueFrom: '2022-04-18T10:30:00.000Z',
    dueTo: '2022-04-18T10:30:00.000Z',
    inclusive: false,
    precision: 'minute',
  });
});
