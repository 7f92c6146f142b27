/**
 * Posts on the service health dashboard (S49): proposed, approved, published, one revision after the other. Owns ids,
 * hashes and what the dashboard shows; what a post says is known to the database alone. No tenant is told by it.
 */
import type { Tlp } from '../contract/declaration';
import type { EventOf, IncidentEvent, Recording } from './events';
import type { Fingerprint } from './fingerprint';
import type { Instant } from './instant';

export type StatusPostState =
  | { readonly kind: 'proposed' }
  | { readonly kind: 'approved'; readonly by: string; readonly at: Instant }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly kind: 'published'; readonly at: Instant };

export interface StatusPost {
  readonly postId: string;
  readonly revision: number;
  readonly contentHash: Fingerprint;
  readonly author: string;
  /** Rises with every revision, so that no approval carries over. */
  readonly generation: number;
  readonly state: StatusPostState;
  /** What the dashboard shows of it; absent before its first publication. */
  readonly shown?: { readonly revision: number; readonly isResolved: boolean };
}

// What an event changes

export function applyToStatusPosts(
  posts: readonly StatusPost[],
  event: IncidentEvent,
): readonly StatusPost[] {
  switch (event.type) {
    case 'status-post-proposed':
      return withProposal(posts, event);
    case 'decision-accepted':
      return changePost(posts, statusPostIdOf(event.gate), (post) => decided(post, event));
    case 'status-post-published':
      return changePost(posts, event.postId, (post) => published(post, event));
    default:
      return posts;
  }
}

function withProposal(
  posts: readonly StatusPost[],
  { postId, revision, contentHash, by }: EventOf<'status-post-proposed'> & Recording,
): readonly StatusPost[] {
  const earlier = findStatusPost(posts, postId);
  const proposal: StatusPost = {
    postId,
    revision,
    contentHash,
    author: by,
    generation: (earlier?.generation ?? 0) + 1,
    state: { kind: 'proposed' },
    ...(earlier?.shown !== undefined && { shown: earlier.shown }),
  };
  return [...posts.filter((post) => post !== earlier), proposal];
}

function changePost(
  posts: readonly StatusPost[],
  postId: string | undefined,
  change: (post: StatusPost) => StatusPost,
): readonly StatusPost[] {
  if (postId === undefined) return posts;
  return posts.map((post) => (post.postId === postId ? change(post) : post));
}

function decided(post: StatusPost, event: EventOf<'decision-accepted'> & Recording): StatusPost {
  const isOfThis = post.contentHash === event.objectHash && post.generation === event.generation;
  if (post.state.kind !== 'proposed' || !isOfThis) return post;
  const { verdict, approver: by, reason = '', at } = event;
  return {
    ...post,
    state: verdict === 'approve' ? { kind: 'approved', by, at } : { kind: 'rejected', by, reason },
  };
}

/** The next revision may have been proposed while this one was on its way. */
function published(post: StatusPost, event: EventOf<'status-post-published'> & Recording): StatusPost {
  const { revision, isResolved, at } = event;
  const shown = { revision, isResolved };
  return post.revision === revision
    ? { ...post, shown, state: { kind: 'published', at } }
    : { ...post, shown };
}

// Questions

const statusPostGatePrefix = 'status-post:';

export function statusPostGate(postId: string): string {
  return statusPostGatePrefix + postId;
}

export function statusPostIdOf(gate: string): string | undefined {
  return gate.startsWith(statusPostGatePrefix) ? gate.slice(statusPostGatePrefix.length) : undefined;
}

export function findStatusPost(posts: readonly StatusPost[], postId: string): StatusPost | undefined {
  return posts.find((post) => post.postId === postId);
}

/** The name of the step that puts a revision on the dashboard. */
export function publishStepKey({ postId, revision }: StatusPost): string {
  return `publish-status-post/${postId}/${String(revision)}`;
}

/** Why what is marked so may not stand on a dashboard that everybody reads, or nothing. */
export function problemOfTlp(tlp: Tlp): string | undefined {
  if (tlp === 'CLEAR') return undefined;
  return `tlp is ${tlp}, but the dashboard is public; write what everybody may read and mark it CLEAR`;
}
