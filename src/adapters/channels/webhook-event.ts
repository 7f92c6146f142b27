/**
 * A notice for a tenant's own systems: an event of CloudEvents 1.0 in structured JSON, the same words as in the mail.
 * The same delivery gives the same bytes, and its id is the same for every copy.
 */
import { hash } from 'node:crypto';
import type { ComposedMessage, DueDelivery } from '../../activities/delivery-line';
import { deliveryIdentity } from '../../domain/delivery';
import { escapedForHtml, flattened } from '../markdown-values';
import { renderForAll, type NoticeForAll } from '../notice-composer';
import type { CampaignContent } from '../postgres/campaign-contents';
import type { SenderIdentity } from '../smtp-mailer';

export const eventMediaType = 'application/cloudevents+json; charset=utf-8';

/** Each kind and language is rendered once. Throws TemplateProblem for one that cannot be. */
export function webhookEvents(
  content: CampaignContent,
  sender: SenderIdentity,
): (delivery: DueDelivery) => ComposedMessage {
  const rendered = new Map<string, NoticeForAll>();
  return (delivery) => {
    const { kind, language } = delivery;
    const name = `${kind}/${language}`;
    const notice = rendered.get(name) ?? renderForAll(content, kind, language);
    rendered.set(name, notice);
    return messageOf(delivery, notice, content, sender);
  };
}

function messageOf(
  delivery: DueDelivery,
  notice: NoticeForAll,
  content: CampaignContent,
  sender: SenderIdentity,
): ComposedMessage {
  const id = deliveryIdentity(delivery);
  const bytes = Buffer.from(JSON.stringify(eventOf(delivery, notice, content, sender)));
  return {
    channel: 'webhook',
    ...(delivery.secretName !== undefined && { secretName: delivery.secretName }),
    messageId: `${id}@${sender.messageIdDomain}`,
    envelope: { from: sender.address, to: delivery.address },
    bytes,
    bodyHash: hash('sha256', bytes, 'hex'),
  };
}

function eventOf(
  delivery: DueDelivery,
  { tenantName, ...notice }: NoticeForAll,
  { incidentId, draft }: CampaignContent,
  { messageIdDomain }: SenderIdentity,
) {
  const { kind, revision, tenantId, plannedAt, language } = delivery;
  return {
    specversion: '1.0',
    id: deliveryIdentity(delivery),
    source: `//${messageIdDomain}/incidents/${encodeURIComponent(incidentId)}`,
    type: `${reversed(messageIdDomain)}.incident-notice.${kind}`,
    subject: tenantId,
    time: plannedAt,
    datacontenttype: 'application/json',
    data: {
      incidentId,
      noticeId: draft.noticeId,
      kind,
      revision,
      language,
      tlp: notice.tlp,
      drill: notice.isDrill,
      subject: notice.subject.replaceAll(tenantName, () => flattened(delivery.tenantName)),
      text: notice.text.replaceAll(tenantName, () => flattened(delivery.tenantName)),
      html: notice.html.replaceAll(tenantName, () => escapedForHtml(delivery.tenantName)),
    },
  };
}

/** `cloud.example` becomes `example.cloud`: types of events begin with the name of whoever defines them. */
function reversed(domain: string): string {
  return domain.split('.').reverse().join('.');
}
