// A post for the service health dashboard, for the tests that keep and publish it.
import type { Database } from '../../src/adapters/postgres/database';
import type { StatusPostDraftInput } from '../../src/contract/status-post';

export const completePost: StatusPostDraftInput = {
  postId: 'storage-1',
  tlp: 'CLEAR',
  title: 'Storage is slow',
  service: 'storage',
  classification: 'incident',
  status: 'investigating',
  impact: 'Uploads take longer.',
  text: 'We **look into it**.',
  startedAt: '2026-11-23T08:30:00+01:00',
};

/** The next revision: it is over. */
export const resolvingPost: StatusPostDraftInput = {
  ...completePost,
  status: 'serviceRestored',
  text: 'It is over.',
  endedAt: '2026-11-23T10:30:00Z',
};

/** As a dashboard shows it after its second revision. */
export async function publishedPost(
  database: Database,
  { incidentId, mode }: { readonly incidentId: string; readonly mode: 'live' | 'drill' },
): Promise<void> {
  await database
    .insertInto('status_post')
    .values({
      ...{
        id: 'SP1',
        mode,
        incident_id: incidentId,
        post_id: 'post-1',
        revision: 2,
        title: 'Storage is slow',
      },
      ...{ service: 'storage', feature: null, feature_group: null, classification: 'incident' },
      ...{ status: 'investigating', start_date_time: new Date('2026-11-23T08:30:00Z'), end_date_time: null },
      ...{ last_modified_date_time: new Date('2026-11-23T09:00:00Z'), is_resolved: false },
      ...{ impact_description: 'Uploads take longer.', details: '[]', posts: '[]' },
    })
    .execute();
}
