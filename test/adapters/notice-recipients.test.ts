import type { NoticeAudience } from '../../src/activities/prepare-notice';
import type { Database } from '../../src/adapters/postgres/database';
import { deliveryPlan } from '../../src/adapters/postgres/delivery-plan';
import { noticeRecipients } from '../../src/adapters/postgres/notice-recipients';
import { tenantCoverages } from '../../src/adapters/postgres/tenant-standing';
import type { NoticeStage } from '../../src/contract/messages';
import type { NoticeDraftInput } from '../../src/contract/notice';
import type { DeliveryState } from '../../src/domain/delivery';
import { addTenants, affect, campaignOf, completeDraft, incidentId } from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;
let database: Database;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
  await addTenants(
    database,
    ['acme', 'globex', 'initech', 'umbrella'].map((id) => ({ id })),
  );
});
afterEach(() => test_.destroy());

let notices = 0;

interface Sent {
  readonly state?: DeliveryState;
  readonly draft?: Partial<NoticeDraftInput>;
}

/** Plans a notice for a version of the tenants; what is planned then comes to `state`. @returns who got which kind. */
async function send(stage: NoticeStage, tenantSetVersion: number, { state = 'accepted', draft }: Sent = {}) {
  notices += 1;
  const noticeId = `notice-${String(notices)}`;
  const variants = { supplementary: completeDraft.translations, withdrawal: completeDraft.translations };
  const campaign = await campaignOf(database, {
    campaignId: `${noticeId}.1`,
    tenantSetVersion,
    shards: 2,
    draft: {
      ...completeDraft,
      ...(stage === 'by-difference' && { variants }),
      ...draft,
      noticeId,
      kind: stage,
    },
  });
  const plan = deliveryPlan(database);
  await plan.openCampaign({ ...campaign, giveUpAt: '2027-01-01T00:00:00.000Z' });
  for (const shard of [0, 1]) await plan.planShard(campaign, shard);
  await database
    .updateTable('delivery')
    .set({ state })
    .where('notice_id', '=', noticeId)
    .where('state', '=', 'planned')
    .execute();
  return gotBy(noticeId);
}

async function gotBy(noticeId: string): Promise<Record<string, string>> {
  const rows = await database
    .selectFrom('delivery')
    .select(['tenant_id', 'notice_kind'])
    .where('notice_id', '=', noticeId)
    .execute();
  return Object.fromEntries(rows.map((row) => [row.tenant_id, row.notice_kind]));
}

const coverage = (tenantSetVersion: number) =>
  tenantCoverages(database).coverageOf({ incidentId, tenantSetVersion });

/** A version of which everybody's facts changed, as the request says. */
async function everyFactChangedIn(version: number): Promise<void> {
  await database
    .insertInto('affected_tenant_version')
    .values({
      incident_id: incidentId,
      version,
      digest: 'd',
      tenant_count: 0,
      added: 0,
      removed: 0,
      changed: 0,
      excluded: 0,
      unreachable: 0,
      source: JSON.stringify({ everyFactChanged: true }),
    })
    .execute();
}

describe('a notice by difference', () => {
  test('gives first to the added, supplementary to the changed, withdrawal to the removed, nothing to the rest', async () => {
    await affect(database, 1, ['acme', 'globex', 'initech']);
    expect(await send('by-difference', 1)).toEqual({ acme: 'first', globex: 'first', initech: 'first' });
    await affect(database, 2, ['acme', 'globex', 'umbrella'], { changed: ['acme'] });

    expect(await send('by-difference', 2)).toEqual({
      acme: 'supplementary',
      initech: 'withdrawal',
      umbrella: 'first',
    });
    expect(await send('by-difference', 2)).toEqual({});
  });

  test('tells what changed since the tenant was last told, also when a version was never told', async () => {
    await affect(database, 1, ['acme', 'globex']);
    await send('first', 1);
    await affect(database, 2, ['acme', 'globex', 'initech'], { changed: ['acme'] });
    await affect(database, 3, ['acme', 'globex', 'initech']);

    expect(await send('by-difference', 3)).toEqual({ acme: 'supplementary', initech: 'first' });
    await affect(database, 4, ['acme', 'globex', 'initech']);
    expect(await send('by-difference', 4)).toEqual({});
  });

  test('tells who was absent while every fact changed', async () => {
    await affect(database, 1, ['acme', 'globex']);
    await send('first', 1);
    await affect(database, 2, ['globex']);
    await everyFactChangedIn(2);
    await affect(database, 3, ['acme', 'globex']);

    expect(await send('by-difference', 3)).toEqual({ acme: 'supplementary', globex: 'supplementary' });
  });

  test('withdraws once, and takes a withdrawal back when the tenant is affected after all', async () => {
    await affect(database, 1, ['acme', 'globex']);
    await send('first', 1);
    await affect(database, 2, ['acme', 'globex'], { excluded: ['globex'] });
    expect(await send('by-difference', 2)).toEqual({ globex: 'withdrawal' });
    await affect(database, 3, ['acme']);
    expect(await send('by-difference', 3)).toEqual({});

    await affect(database, 4, ['acme', 'globex']);
    expect(await send('by-difference', 4)).toEqual({ globex: 'supplementary' });
    await affect(database, 5, ['acme']);
    expect(await send('by-difference', 5)).toEqual({ globex: 'withdrawal' });
  });

  test.each<DeliveryState>(['planned', 'sending', 'deferred', 'in-doubt', 'accepted'])(
    'counts a tenant as told whose delivery is %s',
    async (state) => {
      await affect(database, 1, ['acme']);
      await send('first', 1, { state });

      expect(await send('by-difference', 1)).toEqual({});
    },
  );

  test.each<DeliveryState>(['refused', 'needs-human'])(
    'tells a tenant anew whose only delivery is %s, and nobody who was never told hears of a withdrawal',
    async (state) => {
      await affect(database, 1, ['acme', 'globex']);
      await send('first', 1, { state });
      await affect(database, 2, ['acme']);

      expect(await send('by-difference', 2)).toEqual({ acme: 'first' });
    },
  );

  test('goes to nobody but the tenants it is restricted to', async () => {
    await affect(database, 1, ['acme', 'globex']);
    await send('first', 1);
    await affect(database, 2, ['acme', 'globex', 'initech', 'umbrella'], { changed: ['acme', 'globex'] });

    expect(await send('by-difference', 2, { draft: { onlyTenants: ['globex', 'umbrella'] } })).toEqual({
      globex: 'supplementary',
      umbrella: 'first',
    });
  });

  test('of a kind that it has no text for becomes the task of a person, never the text of another kind', async () => {
    await affect(database, 1, ['acme', 'globex']);
    await send('first', 1);
    await affect(database, 2, ['acme']);
    await send('by-difference', 2, { draft: { variants: undefined } });

    const rows = await database
      .selectFrom('delivery')
      .select(['tenant_id', 'state', 'reason'])
      .where('notice_kind', '=', 'withdrawal')
      .execute();
    expect(rows).toEqual([{ tenant_id: 'globex', state: 'needs-human', reason: 'no-text' }]);
  });
});

describe('a notice of one kind', () => {
  beforeEach(async () => {
    await affect(database, 1, ['acme', 'globex', 'initech']);
    await send('first', 1);
    await affect(database, 2, ['acme', 'globex', 'umbrella'], { changed: ['acme'] });
  });

  test.each<[NoticeStage, Record<string, string>]>([
    ['first', { umbrella: 'first' }],
    ['supplementary', { acme: 'supplementary' }],
    ['withdrawal', { initech: 'withdrawal' }],
    ['correction', { acme: 'correction', globex: 'correction' }],
    ['update', { acme: 'update', globex: 'update' }],
    ['final', { acme: 'final', globex: 'final' }],
  ])('%s goes to %j', async (stage, got) => {
    expect(await send(stage, 2)).toEqual(got);
  });

  test.each<[NoticeStage, Record<string, string>]>([
    ['supplementary', { globex: 'supplementary' }],
    ['correction', { globex: 'correction', initech: 'correction' }],
    ['final', { globex: 'final' }],
    ['first', { umbrella: 'first' }],
  ])('%s that names tenants goes to %j', async (stage, got) => {
    expect(await send(stage, 2, { draft: { onlyTenants: ['globex', 'initech', 'umbrella'] } })).toEqual(got);
  });

  test.each<[NoticeStage, string[]]>([
    ['by-difference', ['stranger']],
    ['first', ['stranger']],
    ['final', ['initech', 'stranger', 'umbrella']],
    ['withdrawal', ['acme', 'globex', 'stranger', 'umbrella']],
  ])('%s names those whom it cannot be for', async (stage, strangers) => {
    const onlyTenants = ['acme', 'globex', 'initech', 'stranger', 'umbrella'];
    const audience: NoticeAudience = { incidentId, tenantSetVersion: 2, stage, onlyTenants };

    expect(await noticeRecipients(database).strangersIn(audience)).toEqual(strangers);
  });
});

test('recipients are counted by kind and languages', async () => {
  await addTenants(database, [
    { id: 'tokyo', languages: ['ja', 'en'] },
    { id: 'osaka', languages: ['ja', 'en'] },
    { id: 'nowhere', languages: [] },
  ]);
  await affect(database, 1, ['acme', 'tokyo']);
  await send('first', 1);
  await affect(database, 2, ['tokyo', 'osaka', 'nowhere', 'left-the-directory'], { changed: ['tokyo'] });
  const audience = { incidentId, tenantSetVersion: 2, stage: 'by-difference' } as const;

  expect(await noticeRecipients(database).profilesOf(audience)).toEqual([
    { kind: 'first', languages: [], tenants: 2 },
    { kind: 'first', languages: ['ja', 'en'], tenants: 1 },
    { kind: 'supplementary', languages: ['ja', 'en'], tenants: 1 },
    { kind: 'withdrawal', languages: ['en'], tenants: 1 },
  ]);
});

describe('what is still to be told', () => {
  test('is counted of the version that is asked for, whichever campaigns told whom', async () => {
    await affect(database, 1, ['acme', 'globex', 'initech']);
    expect(await coverage(1)).toEqual({ tenantSetVersion: 1, untold: 3, outdated: 0, notWithdrawn: 0 });
    await send('first', 1, { draft: { onlyTenants: ['acme', 'globex'] } });
    expect(await coverage(1)).toEqual({ tenantSetVersion: 1, untold: 1, outdated: 0, notWithdrawn: 0 });

    await affect(database, 2, ['acme', 'initech', 'umbrella'], { changed: ['acme'] });
    expect(await coverage(2)).toEqual({ tenantSetVersion: 2, untold: 2, outdated: 1, notWithdrawn: 1 });
    await send('by-difference', 2);
    expect(await coverage(2)).toEqual({ tenantSetVersion: 2, untold: 0, outdated: 0, notWithdrawn: 0 });
  });

  test('leaves out whom a person is to tell', async () => {
    await affect(database, 1, ['acme', 'globex']);
    await send('first', 1, { state: 'needs-human' });

    expect(await coverage(1)).toMatchObject({ untold: 0 });
  });
});

test('a tenant has one first notice at a time, whatever plans it', async () => {
  await affect(database, 1, ['acme']);
  await send('first', 1, { state: 'refused' });
  await send('first', 1);

  const [accepted] = await database
    .selectFrom('delivery')
    .selectAll()
    .where('state', '=', 'accepted')
    .execute();
  expect(accepted).toBeDefined();
  await expect(
    database
      .updateTable('delivery')
      .set({ state: 'planned' })
      .where('tenant_id', '=', 'acme')
      .where('state', '=', 'refused')
      .execute(),
  ).rejects.toThrow(/delivery_first_once_a_tenant/);
});
