/** From a delivery of a campaign to the message on the wire: its language's template, then its MIME form. */
import type { DueDelivery } from '../activities/delivery-line';
import type { OpenCampaign } from '../activities/send-page';
import { deliveryIdentity } from '../domain/delivery';
import type { NoticeDraft } from '../contract/notice';
import { noticeRenderer, TemplateProblem, type NoticeRenderer } from './notice-templates';
import type { CampaignContent } from './postgres/campaign-contents';
import { composeMessage, type SenderIdentity } from './smtp-mailer';

/** Prepares every language of a campaign once; the messages of its deliveries are then quick to make. */
export function openCampaign(content: CampaignContent, sender: SenderIdentity): OpenCampaign {
  const renderers = new Map(
    Object.entries(content.templates).map(([language, source]) => [
      language,
      noticeRenderer(source, language),
    ]),
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
  const { language, tenantName, address: to, plannedAt: date } = delivery;
  const render = renderers.get(language);
  const translation = draft.translations[language];
  if (render === undefined || translation === undefined) {
    throw new TemplateProblem(`The notice ${draft.noticeId} has no text or no template in "${language}".`);
  }
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

/** Renders a notice for an invented tenant; throws TemplateProblem when its template cannot. */
export function renderSample(source: string, language: string, draft: NoticeDraft): void {
  const translation = draft.translations[language];
  if (translation === undefined)
    throw new TemplateProblem(`The notice ${draft.noticeId} has no text in "${language}".`);
  const sample = { tenantName: 'Example & Sons', incidentId: 'EXAMPLE-1', marks: marksOf(draft, false) };
  noticeRenderer(source, language)({ ...sample, translation });
}
