import type { KeepProcessRegisterInput } from '../../src/activities/keep-process-register';
import { processRegister, type ProcessRegisterStore } from '../../src/adapters/postgres/process-register';
import type { ProcessFailure } from '../../src/domain/process-register';
import { testDatabase, type TestDatabase } from '../support/postgres';

let postgres: TestDatabase;
let register: ProcessRegisterStore;
beforeEach(async () => {
  postgres = await testDatabase();
  register = processRegister(postgres.database);
});
afterEach(() => postgres.destroy());

const failure = (changes: Partial<ProcessFailure> = {}): ProcessFailure => ({
  ref: 'P-1',
  title: 'Nobody knew whom to call',
  openedAt: '2026-11-23T08:00:00.000Z',
  state: 'open',
  isSettled: false,
  ...changes,
});
const keep = (
  failures: readonly ProcessFailure[],
  changes: Partial<KeepProcessRegisterInput> = {},
): Promise<void> => register.keep({ incidentId: 'inc-1', mode: 'live', revision: 1, failures, ...changes });

test('what is kept is told, the oldest first', async () => {
  await keep([failure({ ref: 'P-2', openedAt: '2026-11-24T08:00:00.000Z', owner: 'ops', priority: 'P1' })]);
  await keep([failure()], { incidentId: 'inc-2', mode: 'drill' });

  expect(await register.list()).toEqual([
    {
      incidentId: 'inc-2',
      mode: 'drill',
      ref: 'P-1',
      title: 'Nobody knew whom to call',
      openedAt: '2026-11-23T08:00:00.000Z',
      state: 'open',
      isOpen: true,
      changedAt: expect.any(String) as string,
    },
    expect.objectContaining({ incidentId: 'inc-1', ref: 'P-2', owner: 'ops', priority: 'P1' }),
  ]);
});

test('a newer state takes the place of an older one, never the other way round', async () => {
  await keep([failure()], { revision: 3 });
  await keep([failure({ state: 'resolved', isSettled: true })], { revision: 9 });
  await keep([failure({ owner: 'late' })], { revision: 5 });

  expect(await register.list()).toMatchObject([{ state: 'resolved', isOpen: false }]);
});

test('the same state twice changes nothing, not even when it was changed', async () => {
  await keep([failure()]);
  const before = await register.list();
  await keep([failure()]);

  expect(await register.list()).toEqual(before);
});

test('the same ref of two incidents is two failures', async () => {
  await keep([failure()]);
  await keep([failure()], { incidentId: 'inc-2' });

  expect(await register.list()).toHaveLength(2);
});

test.each<[string, Partial<ProcessFailure>, boolean]>([
  ['open', {}, true],
  ['not planned', { state: 'not-planned' }, true],
  ['a duplicate of an open one', { state: 'duplicate-of' }, true],
  ['a duplicate of a resolved one', { state: 'duplicate-of', isSettled: true }, false],
  ['resolved', { state: 'resolved', isSettled: true }, false],
  ['waived for years', { state: 'waived', isSettled: true, waivedUntil: '2999-01-01T00:00:00.000Z' }, false],
  [
    'waived until yesterday, though its incident is closed',
    { state: 'waived', isSettled: true, waivedUntil: '2020-01-01T00:00:00.000Z' },
    true,
  ],
])('a failure that is %s: still to be done, %s', async (_, changes, isOpen) => {
  await keep([failure(changes)]);

  expect(await register.list()).toMatchObject([{ isOpen }]);
  expect(await register.list({ onlyOpen: true })).toHaveLength(isOpen ? 1 : 0);
});

test('an incident without process failures keeps nothing', async () => {
  await keep([]);

  expect(await register.list()).toEqual([]);
});
