// A post for the service health dashboard, for the tests that keep and publish it.
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
