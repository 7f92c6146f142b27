/** A connection may break at any moment, and only what was being done with it fails. */
import { sql } from 'kysely';
import { openDatabase } from '../../src/adapters/postgres/database';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;

beforeEach(async () => {
  test_ = await testDatabase();
});
afterEach(() => test_.destroy());

test('a connection that breaks between two statements of a transaction fails the second and nothing else', async () => {
  const database = openDatabase({ url: test_.url, maxConnections: 1 });

  const broken = database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
    await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0}, 5000)`.execute(test_.database);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sql`select 1`.execute(transaction);
  });

  await expect(broken).rejects.toThrow();
  await expect(sql<{ one: number }>`select 1 as one`.execute(database)).resolves.toMatchObject({
    rows: [{ one: 1 }],
  });
  await database.destroy();
});
