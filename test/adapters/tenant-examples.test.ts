import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sql } from 'kysely';
import { rungsOf } from '../../src/adapters/postgres/contact-ladder';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import type { TenantRecord } from '../../src/contract/tenant-import';
import { defaultPolicy } from '../../src/domain/policy';
import { asJsonLines, exampleTenants } from '../../scripts/generate-example-tenants';
import { testDatabase, type TestDatabase } from '../support/postgres';

const jsonLines = resolve(__dirname, '../../examples/tenants.jsonl');
const csv = resolve(__dirname, '../../examples/tenants-sample.csv');

let fresh: TestDatabase;
beforeAll(async () => {
  fresh = await testDatabase();
});
afterAll(() => fresh.destroy());

const tenants = exampleTenants();
const addressesOf = (tenant: TenantRecord) =>
  (tenant.contacts ?? []).flatMap((contact) => ('email' in contact ? [contact.email] : []));
const firstLocalPart = (tenant: TenantRecord) => addressesOf(tenant)[0]?.split('@')[0] ?? '';
const { fallbacks, channelsCountAs } = defaultPolicy;
const ladderPolicy = { fallbacks, channelsCountAs, isDashboardOpen: false };

test('the example file is what its generator writes', async () => {
  expect(await readFile(jsonLines, 'utf8')).toBe(asJsonLines(tenants));
});

test('the example tenants are many and varied', () => {
  expect(tenants).toHaveLength(2040);
  expect(new Set(tenants.map(({ country }) => country)).size).toBeGreaterThanOrEqual(15);
  expect(new Set(tenants.map(({ sector }) => sector)).size).toBeGreaterThanOrEqual(12);
  expect(new Set(tenants.map(({ name }) => name)).size).toBe(2040);
  const states = tenants.map(({ subdivision }) => subdivision);
  expect(states).toEqual(expect.arrayContaining(['US-CA', 'US-FL', 'US-NY', 'US-TX', 'US-CO']));
});

test('every address lies under a domain that belongs to nobody', () => {
  const addresses = tenants.flatMap(addressesOf);
  expect(addresses.filter((address) => !address.endsWith('.example'))).toEqual([]);
});

test('exactly three tenants have a first mailbox that does not exist, and one of them has no other', () => {
  const troubled = tenants.filter((tenant) => firstLocalPart(tenant).startsWith('no-such-mailbox'));
  const hopeless = troubled.filter((tenant) =>
    addressesOf(tenant).every((address) => address.startsWith('no-such-mailbox')),
  );
  expect([troubled.length, hopeless.length]).toEqual([3, 1]);
  expect(tenants.filter((tenant) => firstLocalPart(tenant).startsWith('greylisted')).length).toBeGreaterThan(
    2,
  );
});

test('both example files can be imported, and trouble comes first on the ladder', async () => {
  expect(await importTenants(fresh.database, jsonLines)).toMatchObject({ inserted: 2040, updated: 0 });
  expect(await importTenants(fresh.database, csv)).toEqual({
    ...{ inserted: 3, updated: 0, contacts: 5, services: 5, contracts: 2 },
  });

  const troubled = tenants.filter((tenant) => /^(no-such-mailbox|greylisted)/.test(firstLocalPart(tenant)));
  for (const tenant of troubled) {
    const ladder = rungsOf(ladderPolicy, sql`'INC-1'`, sql`${tenant.id}::text`);
    const { rows } = await sql<{ address: string }>`${ladder} limit 1`.execute(fresh.database);
    expect(rows[0]?.address).toBe(addressesOf(tenant)[0]);
  }
});
