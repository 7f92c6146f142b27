import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { importTenants, maxProblems, TenantImportRefused } from '../../src/adapters/postgres/tenant-import';
import type { TenantRecord } from '../../src/contract/tenant-import';
import { testDatabase, type TestDatabase } from '../support/postgres';

let folder: string;
let fresh: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenant-import-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  fresh = await testDatabase();
});
afterEach(() => fresh.destroy());

async function fileOf(records: readonly (TenantRecord | object)[]): Promise<string> {
  const path = join(folder, 'tenants.jsonl');
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

const importing = async (records: readonly (TenantRecord | object)[]) =>
  importTenants(fresh.database, await fileOf(records));

function tenant(id: string, change: Partial<TenantRecord> = {}): TenantRecord {
  return {
    ...{ id, name: `${id} Ltd`, country: 'DE', timeZone: 'Europe/Berlin', languages: ['de', 'en'] },
    contacts: [{ kind: 'security', email: `security@${id}.example`, verifiedAt: '2024-03-01' }],
    services: [{ service: 'build', region: 'eu-1', usedFrom: '2021-05-01' }],
    contracts: [{ id: 'msa', hours: 72, anchor: 'determination' }],
    ...change,
  };
}

async function countOf(
  table: 'tenant' | 'tenant_contact' | 'tenant_service' | 'tenant_contract',
): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::integer as count from ${sql.table(table)}`.execute(fresh.database);
  return rows[0]?.count ?? -1;
}

test('tenants arrive with their facts, contacts, services and contracts', async () => {
  const facts = { nis2Entity: true, fedrampClass: 'C' };
  expect(await importing([tenant('acme', { facts }), tenant('globex', { country: null })])).toEqual({
    ...{ inserted: 2, updated: 0, contacts: 2, services: 2, contracts: 2 },
  });

  const stored = await fresh.database.selectFrom('tenant').selectAll().orderBy('id').execute();
  expect(stored).toEqual([
    {
      ...{ id: 'acme', name: 'acme Ltd', country: 'DE', subdivision: null, sector: null },
      ...{ time_zone: 'Europe/Berlin', languages: ['de', 'en'], facts },
    },
    expect.objectContaining({ id: 'globex', country: null, facts: {} }),
  ]);
  const [use] = await fresh.database.selectFrom('tenant_service').selectAll().execute();
  expect(use).toMatchObject({ used_from: new Date('2021-05-01T00:00:00Z'), used_to: null });
});

test('a tenant that is there already is replaced with all that belongs to it; others stay', async () => {
  await importing([tenant('acme'), tenant('globex')]);
  const renamed = tenant('acme', {
    name: 'Acme SE',
    contacts: [{ kind: 'privacy', email: 'dpo@acme.example' }],
    services: [],
    contracts: [],
  });

  expect(await importing([renamed, tenant('initech')])).toEqual({
    ...{ inserted: 1, updated: 1, contacts: 2, services: 1, contracts: 1 },
  });

  const contacts = await fresh.database
    .selectFrom('tenant_contact')
    .selectAll()
    .orderBy('tenant_id')
    .execute();
  expect(contacts.map(({ tenant_id, contact_id }) => `${tenant_id} ${contact_id}`)).toEqual([
    'acme privacy-1',
    'globex security-1',
    'initech security-1',
  ]);
});

test('a recorded bounce survives an import that leaves the address as it is, not one that changes it', async () => {
  await importing([tenant('acme'), tenant('globex')]);
  await fresh.database
    .updateTable('tenant_contact')
    .set({ bounced_at: '2024-05-01T00:00:00.000Z' })
    .execute();
  const mended = [{ kind: 'security' as const, email: 'ciso@globex.example' }];

  await importing([tenant('acme'), tenant('globex', { contacts: mended })]);

  const contacts = await fresh.database
    .selectFrom('tenant_contact')
    .selectAll()
    .orderBy('tenant_id')
    .execute();
  expect(contacts.map(({ bounced_at }) => bounced_at)).toEqual([new Date('2024-05-01T00:00:00Z'), null]);
});

test('a webhook arrives with its URL and the name of its secret, and one that is gone is tried again at another URL', async () => {
  const hook = { kind: 'webhook' as const, url: 'https://hooks.acme.example/', secret: 'acme-hook' };
  await importing([tenant('acme', { contacts: [hook] }), tenant('globex', { contacts: [hook] })]);
  await fresh.database
    .updateTable('tenant_contact')
    .set({ bounced_at: '2024-05-01T00:00:00.000Z' })
    .execute();

  const moved = { ...hook, url: 'https://hooks.globex.example/' };
  await importing([tenant('acme', { contacts: [hook] }), tenant('globex', { contacts: [moved] })]);

  const contacts = await fresh.database
    .selectFrom('tenant_contact')
    .selectAll()
    .orderBy('tenant_id')
    .execute();
  expect(contacts).toEqual([
    {
      ...{ tenant_id: 'acme', contact_id: 'webhook-1', kind: 'webhook', email: null, verified_at: null },
      ...{ url: 'https://hooks.acme.example/', secret_name: 'acme-hook' },
      bounced_at: new Date('2024-05-01T00:00:00Z'),
    },
    expect.objectContaining({ url: 'https://hooks.globex.example/', bounced_at: null }),
  ]);
});

test('one bad line among many leaves the directory as it was', async () => {
  await importing([tenant('acme')]);
  const many = Array.from({ length: 2500 }, (_, index) => tenant(`tenant-${index}`));

  const refused = importing([
    ...many,
    tenant('acme', { name: 'Changed' }),
    { ...tenant('bad'), country: 'XX' },
  ]);

  await expect(refused).rejects.toMatchObject({
    problems: [
      { file: 'tenants.jsonl', line: 2502, field: 'country', problem: expect.any(String) as string },
    ],
    isComplete: true,
  });
  expect(await countOf('tenant')).toBe(1);
  expect(await countOf('tenant_contact')).toBe(1);
});

test('a tenant named twice is refused with both lines, near or far apart', async () => {
  const many = Array.from({ length: 1500 }, (_, index) => tenant(`tenant-${index}`));

  const refused = importing([...many, tenant('tenant-7'), tenant('acme'), tenant('acme')]);

  await expect(refused).rejects.toMatchObject({
    problems: [
      { line: 1501, field: 'id', problem: 'names the same tenant as line 8' },
      { line: 1503, field: 'id', problem: 'names the same tenant as line 1502' },
    ],
  });
});

test('all problems are told in one go, by line, until there are too many', async () => {
  const bad = Array.from({ length: 3 * maxProblems }, (_, index) =>
    tenant(`tenant-${index}`, { timeZone: 'Mars' }),
  );

  const error: unknown = await importing(bad).catch((cause: unknown) => cause);

  expect(error).toBeInstanceOf(TenantImportRefused);
  const { problems, isComplete, message } = error as TenantImportRefused;
  expect(problems.map(({ line }) => line)).toEqual(
    Array.from({ length: maxProblems }, (_, index) => index + 1),
  );
  expect(isComplete).toBe(false);
  expect(message).toContain('at least 100 problems');
  expect(message).toContain('tenants.jsonl:1: timeZone is not an IANA time zone');
});

test('a problem never quotes the address it is about', async () => {
  const contacts = [{ kind: 'security' as const, email: 'canary,@acme.example' }];
  const refused = importing([tenant('acme', { contacts })]);
  const error: unknown = await refused.catch((cause: unknown) => cause);
  expect(inspect(error)).toContain('contacts[0].email');
  expect(inspect(error)).not.toContain('canary');
});

test('progress is told after every batch and at the end', async () => {
  const told: { tenants: number; isWhole: boolean }[] = [];
  const path = await fileOf(Array.from({ length: 2500 }, (_, index) => tenant(`tenant-${index}`)));

  await importTenants(fresh.database, path, {
    onProgress: ({ bytesRead, totalBytes, tenants }) =>
      told.push({ tenants, isWhole: bytesRead === totalBytes }),
  });

  expect(told.map(({ tenants }) => tenants)).toEqual([1000, 2000, 2500]);
  expect(told.at(-1)?.isWhole).toBe(true);
});

test('a second import at the same time is refused at once', async () => {
  const path = await fileOf([tenant('acme')]);
  await fresh.database.transaction().execute(async (other) => {
    await sql`select pg_advisory_xact_lock(hashtext('firebreak tenant import'))`.execute(other);
    await expect(importTenants(fresh.database, path)).rejects.toThrow('Another import of tenants is running');
  });
});

test('a file that is not there is the caller’s mistake, said in a sentence', async () => {
  await expect(importTenants(fresh.database, join(folder, 'missing.csv'))).rejects.toMatchObject({
    type: 'InputProblem',
    message: expect.stringContaining('cannot be read: ENOENT') as string,
  });
  await expect(importTenants(fresh.database, folder)).rejects.toThrow('is not a file');
});

test('a file without a tenant is refused: it is hardly what was meant', async () => {
  await expect(importing([])).rejects.toThrow('The file tenants.jsonl holds no tenant.');
});
