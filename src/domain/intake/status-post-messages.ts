/** What a proposal for the service health dashboard becomes (S49). */
import type { ProposeStatusPost } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { findStatusPost, problemOfTlp } from '../status-posts';
import { refuse, refuseIf } from './refusal';

/** Asks for no determination: what everybody may read is a decision of its own, and tells no tenant. */
export function acceptStatusPost({ statusPosts }: Incident, message: ProposeStatusPost): EventBody[] {
  refuseIf(refusalOfRole('write-status-post', message));
  const { postId, revision, contentHash, tlp } = message;
  refuseIf(problemOfTlp(tlp));
  const earlier = findStatusPost(statusPosts, postId);
  if (earlier !== undefined && revision <= earlier.revision)
    refuse('Stale', `revision ${String(revision)} is not newer than revision ${String(earlier.revision)}`);
  return [{ type: 'status-post-proposed', postId, revision, contentHash, tlp: 'CLEAR' }];
}
