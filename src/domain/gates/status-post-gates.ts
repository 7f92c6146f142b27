/** The gate of a post on the service health dashboard (S49), and what such posts ask for before an incident closes. */
import type { Incident } from '../incident';
import { publishStepKey, statusPostGate, type StatusPost } from '../status-posts';
import { gateOf, type Gate, type Lack } from './gate';

export function statusPostGateOf(post: StatusPost): Gate {
  const { postId, generation, contentHash, state } = post;
  const objectHash = state.kind === 'proposed' ? contentHash : undefined;
  return gateOf(statusPostGate(postId), generation, statusPostLacks(post), objectHash);
}

function statusPostLacks({ revision, state }: StatusPost): readonly Lack[] {
  switch (state.kind) {
    case 'approved':
    case 'published':
      return [];
    case 'proposed':
      return [
        {
          code: 'approval',
          sentence: 'the post is not approved',
          who: 'an executive-incident-manager or legal, not its author (approve)',
        },
      ];
    case 'rejected':
      return [
        {
          code: 'revision',
          sentence: `revision ${String(revision)} was rejected; a new one is needed`,
          who: 'communications or legal (proposeStatusPost)',
        },
      ];
  }
}

/** Once an incident is closed, nobody can say on the dashboard that it is over. */
export function statusPostClosingLacks({ statusPosts, failedSteps }: Incident): readonly Lack[] {
  return statusPosts.flatMap((post): Lack[] => {
    const isUnderWay = post.state.kind === 'approved' && !failedSteps.includes(publishStepKey(post));
    if (isUnderWay) return [underWay(post)];
    return post.shown?.isResolved === false ? [unresolved(post)] : [];
  });
}

function underWay({ postId }: StatusPost): Lack {
  return {
    code: statusPostGate(postId),
    sentence: `post ${postId} is on its way to the dashboard`,
    who: 'nobody: it follows by itself',
  };
}

function unresolved({ postId }: StatusPost): Lack {
  return {
    code: statusPostGate(postId),
    sentence: `the dashboard still shows ${postId} as going on`,
    who: 'communications or legal (proposeStatusPost, with a status that ends it)',
  };
}
