/** The issues on the service health dashboards: one row an issue, to which every published revision adds its post. */
import { type JSONColumnType, type Selectable, sql } from 'kysely';
import type {
  Dashboard,
  DashboardIssue,
  DashboardIssues,
  DashboardMode,
  NewIssuePost,
} from '../../activities/publish-status-post';
import type {
  IssueClassification,
  IssueStatus,
  ServiceHealthIssue,
} from '../../contract/service-health-issue';
import type { Database } from './database';

export interface StatusPostTable {
  id: string;
  mode: DashboardMode;
  incident_id: string;
  post_id: string;
  revision: number;
  title: string;
  service: string;
  feature: string | null;
  feature_group: string | null;
  classification: IssueClassification;
  status: IssueStatus;
  start_date_time: Date;
  end_date_time: Date | null;
  last_modified_date_time: Date;
  is_resolved: boolean;
  impact_description: string;
  details: JSONColumnType<ServiceHealthIssue['details'][number][]>;
  posts: JSONColumnType<ServiceHealthIssue['posts'][number][]>;
}

export interface DashboardIssueTables {
  status_post: StatusPostTable;
}

export const dashboardIssues = (database: Database): DashboardIssues => ({
  add: (post) => add(database, post),
  showOn: (dashboard) => showOn(database, dashboard),
});

async function add(
  database: Database,
  { incidentId, postId, revision, mode, issue }: NewIssuePost,
): Promise<void> {
  const said = {
    revision,
    title: issue.title,
    service: issue.service,
    feature: issue.feature,
    feature_group: issue.featureGroup,
    classification: issue.classification,
    status: issue.status,
    start_date_time: new Date(issue.startDateTime),
    end_date_time: issue.endDateTime === null ? null : new Date(issue.endDateTime),
    last_modified_date_time: new Date(issue.lastModifiedDateTime),
    is_resolved: issue.isResolved,
    impact_description: issue.impactDescription,
    details: JSON.stringify(issue.details),
  };
  const posts = JSON.stringify(issue.posts);
  await database
    .insertInto('status_post')
    .values({ id: issue.id, mode, incident_id: incidentId, post_id: postId, ...said, posts })
    .onConflict((conflict) =>
      conflict
        .columns(['incident_id', 'post_id'])
        .doUpdateSet({ ...said, posts: sql`status_post.posts || excluded.posts` })
        .whereRef('status_post.revision', '<', 'excluded.revision'),
    )
    .execute();
}

/** The lock is held until the files are written: what is read later is written later. */
async function showOn<Mode extends DashboardMode>(
  database: Database,
  dashboard: Dashboard<Mode>,
): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const subject = `service health dashboard, ${dashboard.mode}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${subject}, 0))`.execute(transaction);
    const rows = await transaction
      .selectFrom('status_post')
      .selectAll()
      .where('mode', '=', dashboard.mode)
      .orderBy('last_modified_date_time', 'desc')
      .orderBy('id')
      .execute();
    await dashboard.show(rows.map((row) => ({ ...issueOf(row), mode: dashboard.mode })));
  });
}

function issueOf(row: Selectable<StatusPostTable>): ServiceHealthIssue {
  return {
    id: row.id,
    title: row.title,
    service: row.service,
    feature: row.feature,
    featureGroup: row.feature_group,
    classification: row.classification,
    status: row.status,
    startDateTime: row.start_date_time.toISOString(),
    endDateTime: row.end_date_time?.toISOString() ?? null,
    lastModifiedDateTime: row.last_modified_date_time.toISOString(),
    isResolved: row.is_resolved,
    impactDescription: row.impact_description,
    details: row.details,
    posts: row.posts,
  };
}

/** An issue with what our own people need to find their way back; never for publication. */
export type ListedIssue = DashboardIssue<DashboardMode> & {
  readonly incidentId: string;
  readonly postId: string;
  readonly revision: number;
};

/** Every issue of both dashboards, the one changed last first. */
export async function listIssues(database: Database): Promise<ListedIssue[]> {
  const rows = await database
    .selectFrom('status_post')
    .selectAll()
    .orderBy('last_modified_date_time', 'desc')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...issueOf(row),
    mode: row.mode,
    incidentId: row.incident_id,
    postId: row.post_id,
    revision: row.revision,
  }));
}

/** What the public dashboard shows of an incident. */
export interface PublishedPost {
  readonly postId: string;
  readonly revision: number;
  readonly issueId: string;
  /** ISO 8601 in UTC. */
  readonly shownSince: string;
}

export interface PublishedPosts {
  /** The post that was changed last; never one of a drill. */
  newest(incidentId: string): Promise<PublishedPost | undefined>;
}

export const publishedPosts = (database: Database): PublishedPosts => ({
  newest: async (incidentId) => {
    const row = await database
      .selectFrom('status_post')
      .select(['id', 'post_id', 'revision', 'last_modified_date_time'])
      .where('incident_id', '=', incidentId)
      .where('mode', '=', 'live')
      .orderBy('last_modified_date_time', 'desc')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const { id: issueId, post_id: postId, revision, last_modified_date_time: shownSince } = row;
    return { postId, revision, issueId, shownSince: shownSince.toISOString() };
  },
});
