import { sql } from 'kysely';
import type { ObligationsToWrite } from '../../src/activities/look-up-obligations';
import { obligationStore, ProfilesChanged } from '../../src/adapters/postgres/obligation-store';
import type { Obligation } from '../../src/domain/obligations';
import type { TenantProfile } from '../../src/domain/rule-profile';
import { testDatabase, type TestDatabase } from '../support/postgres';

let fresh: TestDatabase;
beforeEach(async () => {
  fresh = await testDatabase();
});
afterEach(() => fresh.destroy());

interface GivenTenant {
  readonly id: string;
  readonly country?: string;
  readonly languages?: string[];
  readonly facts?: object;
  readonly contracts?: readonly (readonly [hours: number, anchor: 'awareness' | 'determination'])[];
  readonly excluded?: string;
}

async function affected(tenants: readonly GivenTenant[], version = 1): Promise<void> {
  const { database } = fresh;
  await database
    .insertInto('tenant')
    .values(
      tenants.map(({ id, country = null, languages = ['en'], facts = {} }) => ({
        ...{ id, name: id, country, languages },
        ...{ time_zone: 'Europe/Berlin', facts: JSON.stringify(facts) },
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const contracts = tenants.flatMap(({ id, contracts: terms = [] }) =>
    terms.map(([hours, anchor], index) => ({ tenant_id: id, contract_id: `c${index}`, hours, anchor })),
  );
  if (contracts.length > 0) await database.insertInto('tenant_contract').values(contracts).execute();
  await database
    .insertInto('affected_tenant')
    .values(
      tenants.map(({ id, excluded = null }) => ({
        ...{ incident_id: 'INC-1', version, tenant_id: id },
        ...{ reason: 'used tokens', excluded_reason: excluded, changed: false },
      })),
    )
    .execute();
}

const profile = (change: Partial<TenantProfile> = {}): TenantProfile => ({
  country: 'DE',
  subdivision: null,
  sector: null,
  timeZone: 'Europe/Berlin',
  facts: {},
  contracts: [],
  ...change,
});

const obligation = (change: Partial<Obligation> = {}): Obligation => ({
  ruleId: 'eu-gdpr-33-2-processor',
  stage: 'initial',
  duty: 'provider-to-tenant',
  recipient: 'customer',
  outcome: 'applies',
  because: 'all its conditions are met',
  anchor: 'awareness',
  clock: 'running',
  dueAt: '2026-11-23T15:20:00.000Z',
  dueInclusive: false,
  explain: 'awareness + 72 h',
  channels: ['email', 'portal'],
  requiredContent: ['dates'],
  contactKind: 'privacy',
  ...change,
});

const evaluation = (change: Partial<ObligationsToWrite> = {}): ObligationsToWrite => ({
  incidentId: 'INC-1',
  tenantSetVersion: 1,
  factNames: ['nis2Entity'],
  profiles: [{ profile: profile(), obligations: [obligation()] }],
  own: [],
  filed: [],
  packVersion: 'own@1',
  packDigest: 'a'.repeat(64),
  evaluation: 'first',
  evaluatedAt: '2026-11-20T16:30:00.000Z',
  ...change,
});

const rows = () =>
  fresh.database
    .selectFrom('obligation')
    .select(['tenant_id', 'rule_id', 'outcome', 'due_at', 'met_at'])
    .orderBy('tenant_id')
    .orderBy('rule_id')
    .execute();

test('tenants that agree in what rules read are one profile', async () => {
  await affected([
    {
      id: 'a',
      country: 'DE',
      facts: { nis2Entity: true, colour: 'red' },
      contracts: [
        [72, 'awareness'],
        [24, 'determination'],
      ],
    },
    {
      id: 'b',
      country: 'DE',
      facts: { nis2Entity: true, colour: 'blue' },
      contracts: [
        [24, 'determination'],
        [72, 'awareness'],
      ],
    },
    { id: 'c', country: 'DE' },
    { id: 'd', country: 'FR', excluded: 'test tenant' },
  ]);

  const profiles = await obligationStore(fresh.database).profilesOf(
    { incidentId: 'INC-1', tenantSetVersion: 1 },
    ['nis2Entity'],
  );

  expect(profiles).toHaveLength(2);
  expect(profiles.find(({ tenants }) => tenants === 2)?.profile).toEqual(
    profile({
      facts: { nis2Entity: true },
      contracts: expect.arrayContaining([
        { hours: 24, anchor: 'determination' },
        { hours: 72, anchor: 'awareness' },
      ]) as never,
    }),
  );
});

test('a tenant that left the directory is still affected, with nothing known about it', async () => {
  await affected([{ id: 'a', country: 'DE' }]);
  await fresh.database.deleteFrom('tenant').execute();

  const profiles = await obligationStore(fresh.database).profilesOf(
    { incidentId: 'INC-1', tenantSetVersion: 1 },
    [],
  );

  expect(profiles).toEqual([{ tenants: 1, profile: profile({ country: null, timeZone: 'UTC' }) }]);
});

test('first languages come with the commonest first', async () => {
  await affected([
    { id: 'a', languages: ['de', 'en'] },
    { id: 'b', languages: ['fr'] },
    { id: 'c', languages: ['fr'] },
    { id: 'd', languages: [] },
  ]);

  await expect(
    obligationStore(fresh.database).languagesOf({ incidentId: 'INC-1', tenantSetVersion: 1 }),
  ).resolves.toEqual(['fr', 'de']);
});

test('every tenant of a profile gets its obligations, and the provider its own', async () => {
  await affected([
    { id: 'a', country: 'DE' },
    { id: 'b', country: 'DE' },
  ]);
  const own = [
    obligation({ ruleId: 'eu-nis2-23-4a-early-warning', duty: 'provider-own', recipient: 'csirt' }),
  ];

  const inForce = await obligationStore(fresh.database).write(evaluation({ own }));

  expect(inForce).toBe(3);
  expect(
    (await rows()).map(({ tenant_id, rule_id, due_at }) => [tenant_id, rule_id, due_at?.toISOString()]),
  ).toEqual([
    ['', 'eu-nis2-23-4a-early-warning', '2026-11-23T15:20:00.000Z'],
    ['a', 'eu-gdpr-33-2-processor', '2026-11-23T15:20:00.000Z'],
    ['b', 'eu-gdpr-33-2-processor', '2026-11-23T15:20:00.000Z'],
  ]);
});

test('writing the same again changes nothing', async () => {
  await affected([{ id: 'a', country: 'DE' }]);
  const store = obligationStore(fresh.database);

  await store.write(evaluation());
  const first = await fresh.database.selectFrom('obligation').selectAll().execute();
  await store.write(evaluation({ evaluatedAt: '2026-11-20T17:00:00.000Z' }));

  await expect(fresh.database.selectFrom('obligation').selectAll().execute()).resolves.toEqual(first);
});

test('a re-evaluation changes rows in place and sets aside what nobody asks any more', async () => {
  await affected([{ id: 'a', country: 'DE' }]);
  const store = obligationStore(fresh.database);
  await store.write(
    evaluation({
      profiles: [{ profile: profile(), obligations: [obligation(), obligation({ ruleId: 'contract' })] }],
    }),
  );

  const sooner = obligation({
    dueAt: '2026-11-22T15:20:00.000Z',
    missingFact: 'incident.highRisk',
    outcome: 'undecided',
  });
  const inForce = await store.write(
    evaluation({ evaluation: 'second', profiles: [{ profile: profile(), obligations: [sooner] }] }),
  );

  expect(inForce).toBe(1);
  expect(
    (await rows()).map(({ rule_id, outcome, due_at }) => [rule_id, outcome, due_at?.toISOString()]),
  ).toEqual([
    ['contract', 'superseded', '2026-11-23T15:20:00.000Z'],
    ['eu-gdpr-33-2-processor', 'undecided', '2026-11-22T15:20:00.000Z'],
  ]);
});

test('what was set aside comes back when it is asked again', async () => {
  await affected([{ id: 'a', country: 'DE' }]);
  const store = obligationStore(fresh.database);
  await store.write(evaluation());
  await store.write(
    evaluation({ evaluation: 'second', profiles: [{ profile: profile(), obligations: [] }] }),
  );

  await store.write(evaluation());

  expect((await rows()).map(({ outcome }) => outcome)).toEqual(['applies']);
});

test('what was met is never touched again', async () => {
  await affected([
    { id: 'a', country: 'DE' },
    { id: 'b', country: 'DE' },
  ]);
  const store = obligationStore(fresh.database);
  await store.write(evaluation());
  await fresh.database
    .updateTable('obligation')
    .set({ met_at: '2026-11-21T08:00:00.000Z' })
    .where('tenant_id', '=', 'a')
    .execute();

  const later = obligation({ dueAt: '2026-12-01T00:00:00.000Z' });
  await store.write(
    evaluation({
      evaluation: 'second',
      decision: '#7 anchor-chosen by legal-gus',
      profiles: [{ profile: profile(), obligations: [later] }],
    }),
  );
  await store.write(evaluation({ evaluation: 'third', profiles: [{ profile: profile(), obligations: [] }] }));

  expect(
    (await rows()).map(({ tenant_id, outcome, due_at }) => [tenant_id, outcome, due_at?.toISOString()]),
  ).toEqual([
    ['a', 'applies', '2026-11-23T15:20:00.000Z'],
    ['b', 'superseded', '2026-12-01T00:00:00.000Z'],
  ]);
});

test('a tenant that changed meanwhile is noticed, never left without obligations', async () => {
  await affected([
    { id: 'a', country: 'DE' },
    { id: 'b', country: 'FR' },
  ]);

  await expect(obligationStore(fresh.database).write(evaluation())).rejects.toThrow(ProfilesChanged);
});

test('tenants of a newer version replace those of the older', async () => {
  await affected([
    { id: 'a', country: 'DE' },
    { id: 'b', country: 'DE' },
  ]);
  const store = obligationStore(fresh.database);
  await store.write(evaluation());
  await affected([{ id: 'b', country: 'DE' }], 2);

  await store.write(evaluation({ tenantSetVersion: 2, evaluation: 'second' }));

  expect((await rows()).map(({ tenant_id, outcome }) => [tenant_id, outcome])).toEqual([
    ['a', 'superseded'],
    ['b', 'applies'],
  ]);
});

test('a session in another zone reads the same instants', async () => {
  await affected([{ id: 'a', country: 'DE' }]);
  await obligationStore(fresh.database).write(evaluation());

  await fresh.database.connection().execute(async (connection) => {
    await sql`set time zone 'Asia/Kathmandu'`.execute(connection);
    const { due_at } = await connection.selectFrom('obligation').select('due_at').executeTakeFirstOrThrow();
    expect(due_at?.toISOString()).toBe('2026-11-23T15:20:00.000Z');
  });
});

test('a session in another zone writes the same instants', async () => {
  await affected([{ id: 'a', country: 'DE' }]);

  await fresh.database.connection().execute(async (connection) => {
    await sql`set time zone 'Asia/Kathmandu'`.execute(connection);
    await obligationStore(connection).write(evaluation());
  });

  expect((await rows()).map(({ due_at }) => due_at?.toISOString())).toEqual(['2026-11-23T15:20:00.000Z']);
});

test('a large set is written range by range, no tenant left out and none twice', async () => {
  const count = 20_500;
  await sql`
    insert into tenant (id, name, country, time_zone, languages, facts)
    select 'T' || number, 'x', 'DE', 'Europe/Berlin', '{}', '{}' from generate_series(1, ${count}::int) as number`.execute(
    fresh.database,
  );
  await sql`
    insert into affected_tenant (incident_id, version, tenant_id, reason, changed)
    select 'INC-1', 1, id, 'used tokens', false from tenant`.execute(fresh.database);

  await expect(obligationStore(fresh.database).write(evaluation())).resolves.toBe(count);
});

describe('a due instant', () => {
  const monday = '2026-11-23T15:20:00.000Z';
  const tuesday = '2026-11-24T15:20:00.000Z';
  const own = (dueAt: string | undefined) => {
    const { dueAt: _, ...undated } = obligation({ duty: 'provider-own', explain: dueAt ?? 'none' });
    return dueAt === undefined ? { ...undated, clock: 'not-started' as const } : { ...undated, dueAt };
  };
  const write = (dueAt: string | undefined, more: Partial<ObligationsToWrite>) =>
    obligationStore(fresh.database).write(evaluation({ profiles: [], own: [own(dueAt)], ...more }));
  const kept = async () => {
    const {
      due_at: dueAt,
      explain,
      due_decision: decision,
    } = await fresh.database
      .selectFrom('obligation')
      .select(['due_at', 'explain', 'due_decision'])
      .executeTakeFirstOrThrow();
    return { dueAt: dueAt?.toISOString(), explain, decision };
  };

  test('moves earlier by itself', async () => {
    await write(tuesday, { evaluation: 'first' });
    await write(monday, { evaluation: 'second' });

    expect(await kept()).toEqual({ dueAt: monday, explain: monday, decision: null });
  });

  test.each([
    ['later', tuesday],
    ['away', undefined],
  ])('does not move %s while nobody decides so', async (_, next) => {
    await write(monday, { evaluation: 'first' });
    await write(next, { evaluation: 'second' });

    expect(await kept()).toEqual({ dueAt: monday, explain: monday, decision: null });
  });

  test('moves later by a decision, which stands beside it', async () => {
    await write(monday, { evaluation: 'first' });
    await write(tuesday, { evaluation: 'second', decision: '#7 anchor-chosen by legal-gus' });

    expect(await kept()).toEqual({
      dueAt: tuesday,
      explain: tuesday,
      decision: '#7 anchor-chosen by legal-gus',
    });
  });

  test('is not moved later by anybody who writes to the table itself', async () => {
    await write(monday, { evaluation: 'first' });

    await expect(sql`update obligation set due_at = ${tuesday}`.execute(fresh.database)).rejects.toThrow(
      'never moves later without a decision',
    );
  });

  test('of what is filed stays as it was, whatever is found out later', async () => {
    await write(tuesday, { evaluation: 'first' });
    const filed = [{ ruleId: 'eu-gdpr-33-2-processor', stage: 'initial', at: monday }];
    await write(monday, { evaluation: 'second', filed });

    expect(await kept()).toMatchObject({ dueAt: tuesday });
    await expect(sql`update obligation set due_at = ${monday}`.execute(fresh.database)).rejects.toThrow(
      'what is met never changes',
    );
  });
});
