import {
  issueIdOf,
  publishStatusPost,
  type Dashboards,
  type NewIssuePost,
  type PublishStatusPostInput,
  type PublishStatusPostPorts,
} from '../../src/activities/publish-status-post';
import { renderSafeMarkdown } from '../../src/adapters/safe-markdown';
import { StatusPostDraft, type StatusPostDraftInput } from '../../src/contract/status-post';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { completePost, resolvingPost } from '../support/status-posts';

interface Trace {
  readonly added: NewIssuePost[];
  readonly shown: ('live' | 'drill')[];
}

function portsWith(draft: StatusPostDraftInput | undefined) {
  const trace: Trace = { added: [], shown: [] };
  const dashboards: Dashboards = {
    live: { mode: 'live', show: () => Promise.resolve() },
    drill: { mode: 'drill', show: () => Promise.resolve() },
  };
  const ports: PublishStatusPostPorts = {
    drafts: { draft: () => Promise.resolve(draft && StatusPostDraft.parse(draft)) },
    issues: {
      add: (post) => {
        trace.added.push(post);
        return Promise.resolve();
      },
      showOn: ({ mode }) => {
        trace.shown.push(mode);
        return Promise.resolve();
      },
    },
    dashboards,
    renderHtml: renderSafeMarkdown,
  };
  return { ports, trace };
}

function inputFor(
  draft: StatusPostDraftInput,
  changes: Partial<PublishStatusPostInput> = {},
): PublishStatusPostInput {
  return {
    incidentId: 'INC-1',
    postId: 'storage-1',
    revision: 1,
    contentHash: fingerprintOf(StatusPostDraft.parse(draft)),
    mode: 'live',
    publishedAt: '2026-11-23T09:00:00.000Z',
    ...changes,
  };
}

test('an approved revision becomes an issue in UTC and HTML, and is shown', async () => {
  const { ports, trace } = portsWith(completePost);

  const published = await publishStatusPost(ports)(inputFor(completePost));

  expect(published).toEqual({ issueId: issueIdOf('INC-1', 'storage-1'), isResolved: false });
  expect(trace.shown).toEqual(['live']);
  expect(trace.added).toEqual([
    {
      incidentId: 'INC-1',
      postId: 'storage-1',
      revision: 1,
      mode: 'live',
      issue: {
        id: published.issueId,
        title: 'Storage is slow',
        service: 'storage',
        feature: null,
        featureGroup: null,
        classification: 'incident',
        status: 'investigating',
        startDateTime: '2026-11-23T07:30:00.000Z',
        endDateTime: null,
        lastModifiedDateTime: '2026-11-23T09:00:00.000Z',
        isResolved: false,
        impactDescription: 'Uploads take longer.',
        details: [],
        posts: [
          {
            createdDateTime: '2026-11-23T09:00:00.000Z',
            postType: 'regular',
            description: { contentType: 'html', content: '<p>We <strong>look into it</strong>.</p>\n' },
          },
        ],
      },
    },
  ]);
});

test('a status that ends the issue resolves it, at the end that was said', async () => {
  const { ports, trace } = portsWith(resolvingPost);

  expect(await publishStatusPost(ports)(inputFor(resolvingPost))).toMatchObject({ isResolved: true });

  expect(trace.added[0]?.issue).toMatchObject({ isResolved: true, endDateTime: '2026-11-23T10:30:00.000Z' });
});

test('a drill is added as a drill and shown on the dashboard of drills alone', async () => {
  const { ports, trace } = portsWith(completePost);

  await publishStatusPost(ports)(inputFor(completePost, { mode: 'drill' }));

  expect(trace.added.map(({ mode }) => mode)).toEqual(['drill']);
  expect(trace.shown).toEqual(['drill']);
});

test('the id that everybody reads is the same for every revision, and says nothing of the incident', () => {
  expect(issueIdOf('INC-1', 'storage-1')).toMatch(/^SP[0-9a-f]{12}$/);
  expect(issueIdOf('INC-2', 'storage-1')).not.toBe(issueIdOf('INC-1', 'storage-1'));
});

test.each([
  ['a post that is not stored', 'StatusPostUnknown', undefined, {}],
  ['a text other than the approved one', 'StatusPostChanged', completePost, { contentHash: 'd'.repeat(64) }],
  ['a text above TLP:CLEAR', 'StatusPostNotPublic', { ...completePost, tlp: 'AMBER' as const }, {}],
])('%s is refused for good, and nothing is shown', async (_, type, draft, changes) => {
  const { ports, trace } = portsWith(draft);

  const attempt = publishStatusPost(ports)({ ...inputFor(draft ?? completePost), ...changes });

  await expect(attempt).rejects.toMatchObject({ type, nonRetryable: true });
  expect(trace).toEqual({ added: [], shown: [] });
});

test('files that cannot be written are tried again, for the fault is not in the post', async () => {
  const { ports } = portsWith(completePost);
  const full = { ...ports.issues, showOn: () => Promise.reject(new Error('no space left')) };

  await expect(
    publishStatusPost({ ...ports, issues: full })(inputFor(completePost)),
  ).rejects.not.toHaveProperty('nonRetryable');
});
