/** From a delivery of a campaign to the message on the wire: the template of its kind and language, then its MIME form. */
import type { DueDelivery } from '../activities/delivery-line';
import type { OpenCampaign } from '../activities/send-page';
import { deliveryIdentity } from '../domain/delivery';
import type { NoticeKind } from '../contract/messages';
import { textFor, type NoticeDraft } from '../contract/notice';
import { noticeRenderer, TemplateProblem, type NoticeRenderer } from './notice-templates';
import type { CampaignContent } from './postgres/campaign-contents';
import { composeMessage, type SenderIdentity } from './smtp-mailer';

/** Prepares every kind and language of a campaign once; the messages of its deliveries are then quick to make. */
export function openCampaign(content: CampaignContent, sender: SenderIdentity): OpenCampaign {
  const renderers = new Map(
    Object.entries(content.templates).flatMap(([kind, sources]) =>
      Object.entries(sources).map(([language, source]) => [
        `${kind}/${language}`,
        noticeRenderer(source, language),
      ]),
    ),
  );
  return {
    mode: content.mode,
    compose: (delivery) => composeMessage(sender, messageOf(delivery, content, renderers)),
  };
}

function messageOf(
  delivery: DueDelivery,
  { draft, incidentId, mode }: CampaignContent,
  renderers: ReadonlyMap<string, NoticeRenderer>,
) {
  const { kind, language, tenantName, address: to, plannedAt: date } = delivery;
  const render = renderers.get(`${kind}/${language}`);
  const translation = textFor(draft, kind)?.[language];
  if (render === undefined || translation === undefined) throw textMissing(draft, kind, language);
  const isDrill = mode === 'drill';
  const { subject, text, html } = render({
    tenantName,
    incidentId,
    translation,
    marks: marksOf(draft, isDrill),
  });
  return {
    identity: deliveryIdentity(delivery),
    to,
    subject: isDrill ? `[DRILL] ${subject}` : subject,
    text,
    html,
    language,
    tlp: draft.tlp,
    isDrill,
    date,
  };
}

function marksOf({ tlp }: NoticeDraft, isDrill: boolean): string[] {
  return [`TLP:${tlp}`, ...(isDrill ? ['DRILL: this is an exercise, nothing has happened.'] : [])];
}

function textMissing({ noticeId }: NoticeDraft, kind: NoticeKind, language: string): TemplateProblem {
  return new TemplateProblem(
    `The notice ${noticeId} has no text or no template of kind ${kind} in "${language}".`,
  );
}

/** Renders a notice for an invented tenant; throws TemplateProblem when its template cannot. */
export function renderSample(source: string, language: string, draft: NoticeDraft, kind: NoticeKind): void {
  const translation = textFor(draft, kind)?.[language];
  if (translation === undefined) throw textMissing(draft, kind, language);
  const sample = { tenantName: 'Example & Sons', incidentId: 'EXAMPLE-1', marks: marksOf(draft, false) };
  noticeRenderer(source, language)({ ...sample, translation });
}
