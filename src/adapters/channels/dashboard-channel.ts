/**
 * The service health dashboard as the last channel before a person: a post that was published for the incident stands
 * for the notice, and is the proof that it did. Nothing of the notice is published: a post has its own text, decision
 * and approval (S49), and a notice that is not for everybody is never told this way.
 */
import { hash } from 'node:crypto';
import type { ComposedMessage, DueDelivery } from '../../activities/delivery-line';
import type { Channel } from '../../activities/send-page';
import { deliveryIdentity } from '../../domain/delivery';
import { problemOfTlp } from '../../domain/status-posts';
import type { CampaignContent } from '../postgres/campaign-contents';
import type { PublishedPosts } from '../postgres/dashboard-issues';
import type { SenderIdentity } from '../smtp-mailer';

/** @throws Error when the notice is not for everybody */
export function postReference(
  delivery: DueDelivery,
  { incidentId, draft }: CampaignContent,
  { address, messageIdDomain }: SenderIdentity,
): ComposedMessage {
  const problem = problemOfTlp(draft.tlp);
  if (problem !== undefined) throw new Error(problem);
  const bytes = Buffer.from(
    JSON.stringify({ incidentId, noticeId: draft.noticeId, tenantId: delivery.tenantId }),
  );
  return {
    channel: 'dashboard',
    messageId: `${deliveryIdentity(delivery)}@${messageIdDomain}`,
    envelope: { from: address, to: incidentId },
    bytes,
    bodyHash: hash('sha256', bytes, 'hex'),
  };
}

export const dashboardChannel = (posts: PublishedPosts): Channel => ({
  send: async ({ envelope: { to: incidentId } }) => {
    const post = await posts.newest(incidentId);
    if (post === undefined)
      return {
        kind: 'refused',
        reply: 'the dashboard shows no post of this incident',
        reason: 'nothing-published',
      };
    const { postId, revision, issueId, shownSince } = post;
    const reply = `shown since ${shownSince}: post ${postId}, revision ${String(revision)}`;
    return { kind: 'accepted', reply, queueId: issueId };
  },
});
