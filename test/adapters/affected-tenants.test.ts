import { createHash } from 'node:crypto';
import type { IdentifyAffectedTenantsInput } from '../../src/activities/identify-affected-tenants';
import { affectedTenantSets } from '../../src/adapters/postgres/affected-tenants';
import type { TenantSetResult } from '../../src/domain/events';
import { testDatabase, type TestDatabase } from '../support/postgres';

let fresh: TestDatabase;
beforeEach(async () => {
  fresh = await testDatabase();
});
afterEach(() => fresh.destroy());

/** Use of a service: tenant, service, region, from, to. */
type Use = [tenant: string, service: string, region: string, from: string, to?: string];

async function directory(uses: readonly Use[], withoutContact: readonly string[] = []): Promise<void> {
  const ids = [...new Set([...uses.map(([id]) => id), ...withoutContact])];
  const reachable = ids.filter((id) => !withoutContact.includes(id));
  const { database } = fresh;
  await database
    .insertInto('tenant')
    .values(ids.map((id) => ({ id, name: id, time_zone: 'UTC', languages: [], facts: '{}' })))
    .execute();
  await database
    .insertInto('tenant_contact')
    .values(
      reachable.map((id) => ({
        tenant_id: id,
        contact_id: 'it',
        kind: 'administrator',
        email: `it@${id}.example`,
      })),
    )
    .execute();
  await database
    .insertInto('tenant_service')
    .values(
      uses.map(([tenant_id, service, region, from, to]) => ({
        ...{ tenant_id, service, region },
        ...{ used_from: `${from}T00:00:00.000Z`, used_to: to === undefined ? null : `${to}T00:00:00.000Z` },
      })),
    )
    .execute();
}

function request(change: Partial<IdentifyAffectedTenantsInput> = {}): IdentifyAffectedTenantsInput {
  return {
    incidentId: 'INC-1',
    version: 1,
    services: [{ service: 'tokens', regions: [] }],
    from: '2022-12-19T00:00:00.000Z',
    to: '2023-01-05T00:00:00.000Z',
    include: [],
    exclude: [],
    changed: [],
    everyFactChanged: false,
    reason: 'Tokens may be stolen',
    ...change,
  };
}

const write = (input: IdentifyAffectedTenantsInput) => affectedTenantSets(fresh.database).writeVersion(input);

async function written(input: IdentifyAffectedTenantsInput): Promise<TenantSetResult> {
  const outcome = await write(input);
  if (outcome.kind !== 'written') throw new Error(outcome.kind);
  return outcome.result;
}

async function rowsOf(version: number): Promise<string[]> {
  const rows = await fresh.database
    .selectFrom('affected_tenant')
    .selectAll()
    .where('version', '=', version)
    .orderBy('tenant_id')
    .execute();
  return rows.map(
    ({ tenant_id, reason, excluded_reason, changed }) =>
      `${tenant_id}: ${reason}${excluded_reason === null ? '' : ` – not: ${excluded_reason}`}${changed ? ' *' : ''}`,
  );
}

test.each<[string, string, string | undefined, boolean]>([
  ['all the time', '2020-01-01', undefined, true],
  ['up to a moment inside the window', '2020-01-01', '2022-12-20', true],
  ['only within the window', '2022-12-20', '2022-12-21', true],
  ['until exactly when the window begins', '2020-01-01', '2022-12-19', false],
  ['from exactly when the window ends', '2023-01-05', undefined, false],
  ['only before', '2020-01-01', '2021-01-01', false],
])('who used the service %s is affected or not', async (_, from, to, isAffected) => {
  await directory([['acme', 'tokens', 'eu', from, ...(to === undefined ? [] : [to])] as Use]);
  expect((await written(request())).tenants).toBe(isAffected ? 1 : 0);
});

test('without an end the window lasts until now', async () => {
  await directory([['acme', 'tokens', 'eu', '2023-06-01']]);
  const { to: _, ...open } = request();
  expect((await written(open)).tenants).toBe(1);
});

test('services and regions select; each tenant is there once, with what it used as the reason', async () => {
  await directory([
    ['acme', 'tokens', 'us', '2020-01-01'],
    ['acme', 'tokens', 'eu', '2020-01-01'],
    ['acme', 'builds', 'us', '2020-01-01'],
    ['globex', 'builds', 'us', '2020-01-01'],
    ['initech', 'builds', 'eu', '2020-01-01'],
    ['umbrella', 'other', 'eu', '2020-01-01'],
  ]);
  const services = [
    { service: 'tokens', regions: [] },
    { service: 'builds', regions: ['eu', 'jp'] },
  ];

  expect(await written(request({ services }))).toMatchObject({
    version: 1,
    tenants: 2,
    added: 2,
    removed: 0,
  });
  expect(await rowsOf(1)).toEqual([
    'acme: Tokens may be stolen (used tokens in eu, tokens in us)',
    'initech: Tokens may be stolen (used builds in eu)',
  ]);
});

test('included tenants join, excluded ones stay listed with the reason but do not count', async () => {
  await directory([
    ['acme', 'tokens', 'eu', '2020-01-01'],
    ['globex', 'tokens', 'eu', '2020-01-01'],
    ['initech', 'other', 'eu', '2020-01-01'],
  ]);
  const input = request({
    include: ['initech', 'acme'],
    exclude: ['globex'],
    excludeReason: 'Own tenant of ours',
  });

  expect(await written(input)).toMatchObject({ tenants: 2, excluded: 1, added: 2 });
  expect(await rowsOf(1)).toEqual([
    'acme: Tokens may be stolen (used tokens in eu)',
    'globex: Tokens may be stolen (used tokens in eu) – not: Own tenant of ours',
    'initech: Tokens may be stolen',
  ]);
});

test('a given list alone makes a set, too', async () => {
  await directory([['acme', 'tokens', 'eu', '2020-01-01']], ['globex']);
  expect(await written(request({ services: [], include: ['globex'] }))).toMatchObject({
    ...{ tenants: 1, unreachable: 1 },
  });
});

test('tenants without any contact are counted as unreachable, excluded ones are not', async () => {
  await directory(
    [
      ['acme', 'tokens', 'eu', '2020-01-01'],
      ['globex', 'tokens', 'eu', '2020-01-01'],
      ['initech', 'tokens', 'eu', '2020-01-01'],
    ],
    ['globex', 'initech'],
  );
  expect(await written(request({ exclude: ['initech'] }))).toMatchObject({ tenants: 2, unreachable: 1 });
});

test('a later version says who was added, who was removed, and whose facts changed', async () => {
  await directory([
    ['acme', 'tokens', 'eu', '2020-01-01'],
    ['globex', 'tokens', 'us', '2020-01-01'],
    ['initech', 'tokens', 'us', '2020-01-01'],
    ['umbrella', 'tokens', 'jp', '2020-01-01'],
  ]);
  await written(request({ services: [{ service: 'tokens', regions: ['eu', 'us'] }] }));
  const second = request({
    version: 2,
    services: [{ service: 'tokens', regions: ['us', 'jp'] }],
    exclude: ['initech'],
    changed: ['globex', 'umbrella', 'initech'],
  });

  expect(await written(second)).toMatchObject({ tenants: 2, added: 1, removed: 2, changed: 1, excluded: 1 });
  expect(await rowsOf(2)).toEqual([
    'globex: Tokens may be stolen (used tokens in us) *',
    'initech: Tokens may be stolen (used tokens in us) – not: Tokens may be stolen',
    'umbrella: Tokens may be stolen (used tokens in jp)',
  ]);
});

test('when every fact changed, all who stay are changed and the new ones are not', async () => {
  await directory([
    ['acme', 'tokens', 'eu', '2020-01-01'],
    ['globex', 'tokens', 'us', '2020-01-01'],
  ]);
  await written(request({ services: [{ service: 'tokens', regions: ['eu'] }] }));
  expect(await written(request({ version: 2, everyFactChanged: true }))).toMatchObject({
    added: 1,
    changed: 1,
  });
});

test('the same request again gives the first result, even when the directory has changed since', async () => {
  await directory([['acme', 'tokens', 'eu', '2020-01-01']]);
  const first = await written(request());
  await directory([['globex', 'tokens', 'eu', '2020-01-01']]);

  expect(await written(request())).toEqual(first);
  expect(await rowsOf(1)).toHaveLength(1);
});

test('attempts that run at the same time write once and agree', async () => {
  await directory([['acme', 'tokens', 'eu', '2020-01-01']]);
  const results = await Promise.all(Array.from({ length: 5 }, () => written(request())));
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
});

test('another request for a version that exists is a conflict and changes nothing', async () => {
  await directory([['acme', 'tokens', 'eu', '2020-01-01']]);
  await written(request());
  expect(await write(request({ reason: 'Another reason' }))).toEqual({ kind: 'version-conflict' });
  expect(await rowsOf(1)).toEqual(['acme: Tokens may be stolen (used tokens in eu)']);
});

test('a version needs the one before it', async () => {
  expect(await write(request({ version: 2 }))).toEqual({ kind: 'previous-version-missing' });
});

test('ids that the directory does not know are named, and nothing is written', async () => {
  await directory([['acme', 'tokens', 'eu', '2020-01-01']]);
  expect(await write(request({ include: ['acme', 'zeta', 'acmee'], exclude: ['eta'] }))).toEqual({
    kind: 'unknown-tenants',
    tenantIds: ['acmee', 'eta', 'zeta'],
  });
  expect(await rowsOf(1)).toEqual([]);
});

test('a reason with line breaks or half characters is kept on one line', async () => {
  await directory([['acme', 'tokens', 'eu', '2020-01-01']]);
  await written(request({ reason: 'Stolen\r\ntokens \ud83d' }));
  expect(await rowsOf(1)).toEqual(['acme: Stolen tokens \ufffd (used tokens in eu)']);
});

test('the digest can be computed again by anybody who has the list', async () => {
  const ids = Array.from({ length: 600 }, (_, index) => `tenant-${index}`);
  await directory(ids.map((id): Use => [id, 'tokens', 'eu', '2020-01-01']));
  const { digest } = await written(request({ exclude: ['tenant-7'], excludeReason: 'Müller' }));

  const reasonOf = (id: string) => (id === 'tenant-7' ? 'Müller' : '');
  const buckets = new Map<number, Buffer[]>();
  for (const id of [...ids].sort()) {
    const bucket = sha256(id).readUInt8(0);
    const row = sha256(`${id}\nTokens may be stolen (used tokens in eu)\n${reasonOf(id)}`);
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), row]);
  }
  const inOrder = [...buckets].sort(([left], [right]) => left - right);
  const expected = sha256(Buffer.concat(inOrder.map(([, rows]) => sha256(Buffer.concat(rows)))));
  expect(digest).toBe(expected.toString('hex'));
});

test('a set without tenants has a digest, too', async () => {
  expect(await written(request())).toMatchObject({ tenants: 0, digest: sha256('').toString('hex') });
});

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
