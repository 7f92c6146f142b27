// By which channel and to whom a notice goes, and what comes next: the policy of the campaign and the tenant's rules.
import { sql, type Insertable } from 'kysely';
import { rungsOf } from '../../src/adapters/postgres/contact-ladder';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { planNextContacts } from '../../src/adapters/postgres/next-contacts';
import type { TenantContactTable } from '../../src/adapters/postgres/tenant-directory';
import type { FallbackStep } from '../../src/contract/policy';
import { defaultPolicy } from '../../src/domain/policy';
import { addTenants, affect, campaignOf, completeDraft, incidentId } from '../support/deliveries';
import { oblige } from '../support/obligations';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { publishedPost } from '../support/status-posts';

let test_: TestDatabase;
let database: Database;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
});
afterEach(() => test_.destroy());

const verified = '2024-03-01T00:00:00.000Z';
const bounced = '2024-05-01T00:00:00.000Z';

type Contact = readonly [
  id: string,
  kind: TenantContactTable['kind'],
  verifiedAt?: string | null,
  bouncedAt?: string,
];

async function addContacts(tenantId: string, contacts: readonly Contact[]): Promise<void> {
  await addTenants(database, [{ id: tenantId, contacts: [] }]);
  const rows = contacts.map(
    ([contactId, kind, verifiedAt = null, bouncedAt = null]): Insertable<TenantContactTable> => ({
      tenant_id: tenantId,
      contact_id: contactId,
      kind,
      ...(kind === 'webhook'
        ? { email: null, url: `https://${contactId}.${tenantId}.example/`, secret_name: `${tenantId}-hook` }
        : { email: `${contactId}@${tenantId}.example` }),
      verified_at: verifiedAt,
      bounced_at: bouncedAt,
    }),
  );
  if (rows.length > 0) await database.insertInto('tenant_contact').values(rows).execute();
}

const { fallbacks, channelsCountAs } = defaultPolicy;

async function ladderOf(tenantId: string, { steps = fallbacks, isDashboardOpen = false } = {}) {
  const policy = { fallbacks: steps, channelsCountAs, isDashboardOpen };
  const { rows } = await sql<{ contact_id: string }>`
    ${rungsOf(policy, sql`${incidentId}::text`, sql`${tenantId}::text`)}`.execute(database);
  return rows.map((row) => row.contact_id);
}

describe('the ladder', () => {
  test('security, then privacy, then administrators, then others; verified first; bounced at the very end', async () => {
    await addContacts('acme', [
      ['admin-old', 'administrator'],
      ['admin', 'administrator', verified],
      ['legal', 'legal', verified],
      ['privacy', 'privacy', verified],
      ['privacy-bounced', 'privacy', verified, bounced],
      ['security', 'security', verified],
      ['security-bounced', 'security', verified, bounced],
      ['security-unverified', 'security'],
    ]);

    expect(await ladderOf('acme')).toEqual([
      ...['security', 'security-unverified', 'privacy', 'admin', 'admin-old', 'legal'],
      ...['security-bounced', 'privacy-bounced'],
    ]);
  });

  test('of a tenant without contacts, and of a stranger, is empty', async () => {
    await addContacts('acme', []);

    expect([await ladderOf('acme'), await ladderOf('nobody')]).toEqual([[], []]);
  });

  test('begins with the kind that the most urgent rule names', async () => {
    await addContacts('acme', [
      ['admin', 'administrator'],
      ['legal', 'legal'],
      ['privacy', 'privacy'],
      ['security', 'security'],
    ]);
    await oblige(database, [
      { tenantId: 'acme', channels: ['email'], contactKind: 'privacy', dueAt: '2026-01-04T00:00:00.000Z' },
      { tenantId: 'acme', channels: ['email'], contactKind: 'legal', dueAt: '2026-01-02T00:00:00.000Z' },
      { tenantId: 'acme', channels: ['email'], contactKind: 'security', outcome: 'suppressed' },
      { tenantId: 'acme', channels: ['email'], contactKind: 'security', duty: 'tenant-own' },
    ]);

    expect(await ladderOf('acme')).toEqual(['legal', 'privacy', 'admin', 'security']);
  });

  test('follows the policy, and leaves out what the policy does not name', async () => {
    await addContacts('acme', [
      ['admin', 'administrator'],
      ['hook', 'webhook'],
      ['privacy', 'privacy'],
      ['security', 'security'],
    ]);
    const steps: FallbackStep[] = [
      { channel: 'webhook' },
      { channel: 'email', contacts: 'administrator' },
      { channel: 'email', contacts: 'security' },
    ];

    expect(await ladderOf('acme')).toEqual(['security', 'privacy', 'admin', 'hook']);
    expect(await ladderOf('acme', { steps })).toEqual(['hook', 'admin', 'security']);
  });

  test('ends on the dashboard where it is open, before addresses that bounced only if the policy says so', async () => {
    await addContacts('acme', [
      ['hook', 'webhook'],
      ['old', 'security', verified, bounced],
    ]);

    expect(await ladderOf('acme', { isDashboardOpen: true })).toEqual(['hook', 'old', 'dashboard']);
    const steps: FallbackStep[] = [{ channel: 'dashboard' }, ...fallbacks.slice(0, -1)];
    expect(await ladderOf('acme', { steps, isDashboardOpen: true })).toEqual(['hook', 'dashboard', 'old']);
  });

  test('puts the channel that meets every rule first, and has no rung for one that meets none', async () => {
    await addContacts('acme', [
      ['hook', 'webhook'],
      ['security', 'security'],
    ]);
    await addContacts('globex', [
      ['hook', 'webhook'],
      ['security', 'security'],
    ]);
    await oblige(database, [
      { tenantId: 'acme', channels: ['email', 'portal'] },
      { tenantId: 'acme', channels: ['portal'] },
      { tenantId: 'globex', channels: ['email'] },
    ]);

    expect(await ladderOf('acme', { isDashboardOpen: true })).toEqual(['hook', 'security']);
    expect(await ladderOf('globex', { isDashboardOpen: true })).toEqual(['security']);
  });
});

// Planning

async function plan(overrides: Parameters<typeof campaignOf>[1] & { fallbacks?: FallbackStep[] } = {}) {
  const { fallbacks: steps, ...rest } = overrides;
  const campaign = {
    ...(await campaignOf(database, rest)),
    giveUpAt: '2027-01-01T00:00:00.000Z',
    ...(steps && { fallbacks: steps }),
  };
  expect(await deliveryPlan(database).openCampaign(campaign)).toBe('open');
  await deliveryPlan(database).planShard(campaign, 0);
}

async function planned() {
  const rows = await database
    .selectFrom('delivery')
    .select(['tenant_id', 'rung', 'channel', 'contact_id', 'state', 'reason', 'is_beside'])
    .orderBy('tenant_id')
    .orderBy('rung')
    .orderBy('is_beside')
    .execute();
  return rows.map((row) =>
    [
      `${row.tenant_id} ${String(row.rung)}${row.is_beside ? ' beside' : ''}: ${row.channel}`,
      row.contact_id,
      row.state,
      row.reason,
    ]
      .filter((word) => word !== null)
      .join(' '),
  );
}

async function refuseAll(): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const refused = await transaction
      .updateTable('delivery')
      .set({ state: 'refused' })
      .where('state', '=', 'planned')
      .returning('delivery_id')
      .execute();
    const ids = refused.map((row) => row.delivery_id);
    await planNextContacts(transaction, ids);
    await planNextContacts(transaction, ids);
  });
}

describe('planning', () => {
  test('goes by the channel that the rules allow, and makes a task beside it for a rule that it does not meet', async () => {
    await addContacts('acme', [['security', 'security']]);
    await addContacts('globex', [['security', 'security']]);
    await affect(database, 1, ['acme', 'globex']);
    await oblige(database, [
      { tenantId: 'acme', channels: ['email', 'written'] },
      { tenantId: 'globex', channels: ['email', 'written'] },
      { tenantId: 'globex', channels: ['phone', 'postal'] },
      { tenantId: 'globex', channels: ['portal'] },
    ]);

    await plan();
    await plan();

    expect(await planned()).toEqual([
      'acme 0: email security planned',
      'globex 0: email security planned',
      'globex 0 beside: by-hand needs-human needs-channel:phone|postal+portal',
    ]);
  });

  test('makes a task that names the channels where no contact is of an allowed one', async () => {
    await addContacts('acme', [
      ['hook', 'webhook'],
      ['security', 'security'],
    ]);
    await addContacts('globex', [['hook', 'webhook']]);
    await addContacts('initech', []);
    await affect(database, 1, ['acme', 'globex', 'initech']);
    await oblige(database, [
      { tenantId: 'acme', channels: ['phone'] },
      { tenantId: 'globex', channels: ['email', 'written'] },
      { tenantId: 'initech', channels: ['email'] },
    ]);

    await plan();

    expect(await planned()).toEqual([
      'acme 0: by-hand needs-human needs-channel:phone',
      'globex 0: by-hand needs-human needs-channel:email|written',
      'initech 0: by-hand needs-human no-contact',
    ]);
  });

  test('a rule that no one channel meets is a person’s to look at', async () => {
    await addContacts('acme', [['security', 'security']]);
    await affect(database, 1, ['acme']);
    await oblige(database, [{ tenantId: 'acme', channels: [], outcome: 'undecided' }]);

    await plan();

    expect(await planned()).toEqual(['acme 0: by-hand needs-human needs-channel:undecided']);
  });

  test('what is undecided counts, what is superseded or somebody else’s duty does not', async () => {
    await addContacts('acme', [['security', 'security']]);
    await affect(database, 1, ['acme']);
    await oblige(database, [
      { tenantId: 'acme', channels: ['email'] },
      { tenantId: 'acme', channels: ['postal'], outcome: 'undecided' },
      { tenantId: 'acme', channels: ['phone'], outcome: 'superseded' },
      { tenantId: 'acme', channels: ['regulator-portal'], duty: 'provider-own' },
    ]);

    await plan();

    expect(await planned()).toEqual([
      'acme 0: email security planned',
      'acme 0 beside: by-hand needs-human needs-channel:postal',
    ]);
  });

  test('after refusals goes from mail to the webhook and then to a person, whatever the incident’s later policy', async () => {
    await addContacts('acme', [
      ['hook', 'webhook'],
      ['security', 'security'],
    ]);
    await affect(database, 1, ['acme']);
    await plan({ fallbacks: [{ channel: 'webhook' }, { channel: 'email', contacts: 'any' }] });

    await refuseAll();
    await refuseAll();

    expect(await planned()).toEqual([
      'acme 0: webhook hook refused',
      'acme 1: email security refused',
      'acme 2: by-hand needs-human no-contact-left',
    ]);
  });

  test('a fallback that meets less than its rules ask brings its task with it, once', async () => {
    await addContacts('acme', [
      ['hook', 'webhook'],
      ['other-hook', 'webhook'],
      ['security', 'security'],
    ]);
    await affect(database, 1, ['acme']);
    await oblige(database, [
      { tenantId: 'acme', channels: ['email', 'portal'] },
      { tenantId: 'acme', channels: ['email'] },
    ]);
    await plan();

    await refuseAll();
    await refuseAll();

    expect(await planned()).toEqual([
      'acme 0: email security refused',
      'acme 1: webhook hook refused',
      'acme 1 beside: by-hand needs-human needs-channel:email',
      'acme 2: webhook other-hook planned',
    ]);
  });

  test('a webhook is planned with its address and the name of its secret', async () => {
    await addContacts('acme', [['hook', 'webhook']]);
    await affect(database, 1, ['acme']);

    await plan();

    const [row] = await database.selectFrom('delivery').select(['address', 'secret_name']).execute();
    expect(row).toEqual({ address: 'https://hook.acme.example/', secret_name: 'acme-hook' });
  });

  test.each([
    ['a notice for everybody and a published post', 'CLEAR', 'live', 'dashboard dashboard planned'],
    ['a notice that is not for everybody', 'GREEN', 'live', 'by-hand needs-human no-contact'],
    ['a post of an exercise alone', 'CLEAR', 'drill', 'by-hand needs-human no-contact'],
    ['no published post', 'CLEAR', undefined, 'by-hand needs-human no-contact'],
  ] as const)('the dashboard stands for a notice: %s', async (_, tlp, post, expected) => {
    await addContacts('acme', []);
    await affect(database, 1, ['acme']);
    if (post !== undefined) await publishedPost(database, { incidentId, mode: post });

    await plan({ draft: { ...completeDraft, tlp } });

    expect(await planned()).toEqual([`acme 0: ${expected}`]);
  });
});
