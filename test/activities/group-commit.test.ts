import { createGroupCommit } from '../../src/activities/group-commit';

test('what comes in during a write goes out together with the next one', async () => {
  const groups: number[][] = [];
  const commit = createGroupCommit<number>(
    async (entries) => {
      groups.push([...entries]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    { maxEntries: 3, gatherMs: 0, pausesMs: [] },
  );

  await Promise.all([1, 2, 3, 4, 5].map((entry) => commit.add(entry)));
  await commit.add(6);

  expect(groups).toEqual([[1, 2, 3], [4, 5], [6]]);
});

test('a group that is not full waits for what comes in a moment later', async () => {
  const groups: number[][] = [];
  const commit = createGroupCommit<number>(
    (entries) => {
      groups.push([...entries]);
      return Promise.resolve();
    },
    { maxEntries: 2, gatherMs: 60_000, pausesMs: [] },
  );
  jest.useFakeTimers();
  try {
    const first = commit.add(1);
    await jest.advanceTimersByTimeAsync(59_000);
    expect(groups).toEqual([]);
    const second = commit.add(2);
    await jest.advanceTimersByTimeAsync(1_000);
    await Promise.all([first, second]);
  } finally {
    jest.useRealTimers();
  }

  expect(groups).toEqual([[1, 2]]);
});

test('a write that fails is repeated, and nothing of it is lost', async () => {
  let tries = 0;
  const written: number[] = [];
  const commit = createGroupCommit<number>(
    (entries) => {
      tries += 1;
      if (tries < 3) return Promise.reject(new Error('the database is away'));
      written.push(...entries);
      return Promise.resolve();
    },
    { maxEntries: 10, gatherMs: 0, pausesMs: [1, 1] },
  );

  await commit.add(1);

  expect(written).toEqual([1]);
  expect(commit.failure()).toBeUndefined();
});

test('a write that keeps failing is told, and nobody waits for ever', async () => {
  const error = new Error('the database is gone');
  const commit = createGroupCommit<number>(() => Promise.reject(error), {
    maxEntries: 1,
    gatherMs: 0,
    pausesMs: [1],
  });

  await Promise.all([commit.add(1), commit.add(2)]);

  expect(commit.failure()).toEqual({ error });
});
