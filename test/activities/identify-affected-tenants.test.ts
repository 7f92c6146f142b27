import { ApplicationFailure } from '@temporalio/activity';
import {
  type AffectedTenantSets,
  identifyAffectedTenants,
  type IdentifyAffectedTenantsInput,
  maxNamedTenants,
  type VersionRefusal,
} from '../../src/activities/identify-affected-tenants';
import type { TenantSetResult } from '../../src/domain/events';

const result: TenantSetResult = {
  ...{ version: 1, tenants: 2, excluded: 0, added: 2, removed: 0, changed: 0, unreachable: 0 },
  digest: 'd'.repeat(64),
};

const input: IdentifyAffectedTenantsInput = {
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
};

const coverage = { tenantSetVersion: 1, untold: 2, outdated: 0, notWithdrawn: 0 };
const coverages = { coverageOf: () => Promise.resolve(coverage) };

const writing = (outcome: Awaited<ReturnType<AffectedTenantSets['writeVersion']>>): AffectedTenantSets => ({
  writeVersion: () => Promise.resolve(outcome),
});
const neverAsked: AffectedTenantSets = { writeVersion: () => Promise.reject(new Error('must not be asked')) };

async function failureOf(sets: AffectedTenantSets, change: Partial<IdentifyAffectedTenantsInput> = {}) {
  const failure: unknown = await identifyAffectedTenants(
    sets,
    coverages,
  )({ ...input, ...change }).catch((error: unknown) => error);
  if (!(failure instanceof ApplicationFailure)) throw new Error('expected a failure that Temporal knows');
  return failure;
}

test('counts, a digest and whom there is to tell come back, nothing else', async () => {
  const identify = identifyAffectedTenants(writing({ kind: 'written', result }), coverages);
  expect(await identify(input)).toEqual({ ...result, coverage });
});

test.each<[VersionRefusal, string]>([
  [{ kind: 'version-conflict' }, 'VersionConflict'],
  [{ kind: 'previous-version-missing' }, 'PreviousVersionMissing'],
  [{ kind: 'unknown-tenants', tenantIds: ['zeta'] }, 'UnknownTenants'],
])('a refusal is final and has a type: %j', async (refusal, type) => {
  expect(await failureOf(writing(refusal))).toMatchObject({ type, nonRetryable: true });
});

test('many unknown tenants are named in part and counted', async () => {
  const tenantIds = Array.from({ length: 12 }, (_, index) => `tenant-${index}`);
  const { message } = await failureOf(writing({ kind: 'unknown-tenants', tenantIds }));
  expect(message).toContain('tenant-9 and 2 more');
});

test.each(['include', 'exclude', 'changed'] as const)(
  'too long a list in %s must come by reference',
  async (list) => {
    const ids = Array.from({ length: maxNamedTenants + 1 }, (_, index) => `tenant-${index}`);
    const failure = await failureOf(neverAsked, { [list]: ids });
    expect(failure).toMatchObject({ type: 'TenantListTooLong', nonRetryable: true });
    expect(failure.message).toContain('by reference');
  },
);

test.each<[string, Partial<IdentifyAffectedTenantsInput>]>([
  ['neither services nor tenants', { services: [] }],
  ['a window that ends when it begins', { to: input.from }],
  ['a beginning that is no instant', { from: 'yesterday' }],
  ['an end that is no instant', { to: 'tomorrow' }],
  ['version 0', { version: 0 }],
  ['a service with half of a character pair', { services: [{ service: 'tokens\ud83d', regions: [] }] }],
  ['a tenant with a NUL', { include: ['acme\u0000'] }],
])('a request that cannot be meant is refused: %s', async (_, change) => {
  expect(await failureOf(neverAsked, change)).toMatchObject({ type: 'InvalidTenantSet', nonRetryable: true });
});

test('a failure of the database is not final', async () => {
  const broken: AffectedTenantSets = { writeVersion: () => Promise.reject(new Error('connection lost')) };
  await expect(identifyAffectedTenants(broken, coverages)(input)).rejects.not.toBeInstanceOf(
    ApplicationFailure,
  );
});
