import { openDatabase } from '../../src/adapters/postgres/database';
import { assertMigrated, migrateToLatest, pendingMigrations } from '../../src/adapters/postgres/migrate';
import { migrations } from '../../src/adapters/postgres/migrations';
import { emptyTestDatabase, type TestDatabase } from '../support/postgres';

const allMigrations = Object.keys(migrations);

let empty: TestDatabase;
beforeEach(async () => {
  empty = await emptyTestDatabase();
});
afterEach(() => empty.destroy());

test('an empty database gets every migration once, in order', async () => {
  expect(await migrateToLatest(empty.database)).toEqual({ applied: allMigrations });
  expect(await migrateToLatest(empty.database)).toEqual({ applied: [] });
  expect(allMigrations).toEqual([...allMigrations].sort());
});

test('five processes that migrate at once apply each migration exactly once', async () => {
  const others = Array.from({ length: 5 }, () => openDatabase({ url: empty.url, maxConnections: 1 }));
  try {
    const results = await Promise.all(others.map(migrateToLatest));

    expect(results.flatMap(({ applied }) => applied)).toEqual(allMigrations);
    expect(await pendingMigrations(empty.database)).toEqual([]);
  } finally {
    await Promise.all(others.map((database) => database.destroy()));
  }
});

test('a database that is not migrated is refused with what to do, and is not changed by the question', async () => {
  await expect(assertMigrated(empty.database)).rejects.toMatchObject({
    name: 'DatabaseNotMigrated',
    message: expect.stringContaining('firebreak migrate') as string,
    pending: allMigrations,
  });
  expect(await empty.database.introspection.getTables()).toEqual([]);
});

test('a migrated database is accepted', async () => {
  await migrateToLatest(empty.database);
  await expect(assertMigrated(empty.database)).resolves.toBeUndefined();
});
