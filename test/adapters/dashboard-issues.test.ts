import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dashboard, DashboardIssue, DashboardMode } from '../../src/activities/publish-status-post';
import { dashboardIssues, listIssues } from '../../src/adapters/postgres/dashboard-issues';
import { statusFiles } from '../../src/adapters/status-files';
import type { ServiceHealthIssue } from '../../src/contract/service-health-issue';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;

beforeEach(async () => {
  test_ = await testDatabase();
});
afterEach(() => test_.destroy());

const issues = () => dashboardIssues(test_.database);

interface Revision {
  readonly incidentId?: string;
  readonly revision?: number;
  readonly mode?: DashboardMode;
  readonly changes?: Partial<ServiceHealthIssue>;
}

/** The revision says of itself which one it is, in every text. */
function add({ incidentId = 'INC-1', revision = 1, mode = 'live', changes }: Revision = {}): Promise<void> {
  const number = String(revision);
  const at = `2026-11-23T0${number}:00:00.000Z`;
  const issue: ServiceHealthIssue = {
    id: `SP-${incidentId}`,
    title: `title ${number}`,
    service: `service ${number}`,
    feature: `feature ${number}`,
    featureGroup: `group ${number}`,
    classification: 'incident',
    status: 'investigating',
    startDateTime: at,
    endDateTime: null,
    lastModifiedDateTime: at,
    isResolved: false,
    impactDescription: `impact ${number}`,
    details: [{ name: 'revision', value: number }],
    posts: [
      {
        createdDateTime: at,
        postType: 'regular',
        description: { contentType: 'html', content: `<p>${number}</p>` },
      },
    ],
    ...changes,
  };
  return issues().add({ incidentId, postId: 'storage-1', revision, mode, issue });
}

async function shownOn<Mode extends DashboardMode>(mode: Mode): Promise<readonly DashboardIssue<Mode>[]> {
  let shown: readonly DashboardIssue<Mode>[] = [];
  const dashboard: Dashboard<Mode> = {
    mode,
    show: (all) => {
      shown = all;
      return Promise.resolve();
    },
  };
  await issues().showOn(dashboard);
  return shown;
}

const textsOf = ({ posts }: ServiceHealthIssue) => posts.map(({ description }) => description.content);

test('a new revision says everything anew and appends its post', async () => {
  await add();
  const resolved = {
    status: 'serviceRestored',
    isResolved: true,
    endDateTime: '2026-11-23T01:30:00.000Z',
  } as const;
  await add({ revision: 2, changes: { ...resolved, feature: null } });

  const [issue, ...others] = await shownOn('live');

  expect(others).toEqual([]);
  expect(issue).toMatchObject({
    mode: 'live',
    id: 'SP-INC-1',
    title: 'title 2',
    service: 'service 2',
    feature: null,
    featureGroup: 'group 2',
    ...resolved,
    startDateTime: '2026-11-23T02:00:00.000Z',
    lastModifiedDateTime: '2026-11-23T02:00:00.000Z',
    impactDescription: 'impact 2',
    details: [{ name: 'revision', value: '2' }],
  });
  expect(issue && textsOf(issue)).toEqual(['<p>1</p>', '<p>2</p>']);
});

test('a revision that comes again, or too late, changes nothing', async () => {
  await add();
  await add({ revision: 3 });
  const before = await shownOn('live');

  await add({ revision: 3, changes: { title: 'another' } });
  await add({ revision: 2 });

  expect(await shownOn('live')).toEqual(before);
});

test('two who add the same revision at once add it once', async () => {
  await Promise.all(Array.from({ length: 8 }, () => add()));
  const [issue] = await shownOn('live');
  expect(issue && textsOf(issue)).toEqual(['<p>1</p>']);
});

test('a drill is on its own dashboard and on no other; the newest change stands first', async () => {
  await add({ incidentId: 'INC-1' });
  await add({ incidentId: 'INC-2', revision: 2 });
  await add({ incidentId: 'DRILL-1', mode: 'drill' });

  expect((await shownOn('live')).map(({ id }) => id)).toEqual(['SP-INC-2', 'SP-INC-1']);
  expect((await shownOn('drill')).map(({ id }) => id)).toEqual(['SP-DRILL-1']);
  expect((await listIssues(test_.database)).map(({ mode, incidentId }) => [mode, incidentId])).toEqual([
    ['live', 'INC-2'],
    ['drill', 'DRILL-1'],
    ['live', 'INC-1'],
  ]);
});

test('a later revision never turns a drill into something live', async () => {
  await add({ mode: 'drill' });
  await add({ mode: 'live', revision: 2 });
  expect(await shownOn('live')).toEqual([]);
});

test('whoever publishes at the same time, the files end with everything that was added', async () => {
  const folder = await mkdtemp(join(tmpdir(), `dashboard-${randomUUID()}`));
  const { live } = statusFiles(folder, { name: 'Provider', domain: 'provider.example' });
  const incidents = Array.from({ length: 12 }, (_, index) => `INC-${String(index)}`);

  await Promise.all(
    incidents.map(async (incidentId) => {
      await add({ incidentId });
      await issues().showOn(live);
    }),
  );

  const { value } = JSON.parse(await readFile(join(folder, 'issues.json'), 'utf8')) as {
    value: ServiceHealthIssue[];
  };
  expect(value.map(({ id }) => id).sort()).toEqual(incidents.map((each) => `SP-${each}`).sort());
  expect((await readdir(folder)).sort()).toEqual(['issues.atom', 'issues.json']);
  await rm(folder, { recursive: true });
});

test('files that cannot be written leave what was added, and the next one may write', async () => {
  await add();
  const full: Dashboard<'live'> = { mode: 'live', show: () => Promise.reject(new Error('no space left')) };

  await expect(issues().showOn(full)).rejects.toThrow('no space left');

  expect(await shownOn('live')).toHaveLength(1);
});
