/**
 * From a delivery of a campaign to the message on the wire. What all recipients of one kind and language get is rendered
 * and encoded once; each then gets its own name put in.
 */
import type { ComposedMessage, DueDelivery } from '../activities/delivery-line';
import type { NoticeTemplates } from '../activities/prepare-notice';
import type { OpenCampaign } from '../activities/send-page';
import { deliveryIdentity } from '../domain/delivery';
import type { NoticeKind } from '../contract/messages';
import { textFor, type NoticeDraft } from '../contract/notice';
import { acknowledgementLink, acknowledgementToken } from './acknowledgement-tokens';
import { escapedForHtml, flattened } from './markdown-values';
import {
  noticeRenderer,
  type NoticeRenderer,
  type NoticeValues,
  type RenderedNotice,
} from './notice-templates';
import type { CampaignContent } from './postgres/campaign-contents';
import { prepareMessage, standIn, type SharedContent } from './prepared-message';
import type { SenderIdentity } from './smtp-mailer';
import { TemplateProblem } from './template-problem';
import { marksIn, readWords, subjectIn, titleIn, type NoticeWords } from './template-words';

type MessageFor = (delivery: DueDelivery) => ComposedMessage;

export function openCampaign(content: CampaignContent, sender: SenderIdentity): OpenCampaign {
  const variants = new Map<string, MessageFor>();
  return {
    mode: content.mode,
    // Awaited by its caller, so that a template that cannot be rendered is a rejection.
    compose: async (delivery) => Promise.resolve(variantOf(delivery)(delivery)),
  };

  function variantOf({ kind, language }: DueDelivery): MessageFor {
    const name = `${kind}/${language}`;
    const known = variants.get(name);
    if (known !== undefined) return known;
    const prepared = prepareVariant(content, sender, kind, language);
    variants.set(name, prepared);
    return prepared;
  }
}

function prepareVariant(
  content: CampaignContent,
  sender: SenderIdentity,
  kind: NoticeKind,
  language: string,
): MessageFor {
  const token = standIn();
  const { acknowledgement } = sender;
  const isAsked = acknowledgement !== undefined && content.draft.acknowledgeWithinHours !== undefined;
  const link = isAsked ? { acknowledgeAt: acknowledgementLink(acknowledgement.url, token) } : {};
  const { tenantName, ...shared } = renderForAll(content, kind, language, link);
  const messageFor = prepareMessage(sender, shared, isAsked ? [tenantName, token] : [tenantName]);
  return (delivery) => {
    const identity = deliveryIdentity(delivery);
    const name = { plain: flattened(delivery.tenantName), html: escapedForHtml(delivery.tenantName) };
    const own = isAsked ? acknowledgementToken(acknowledgement.secret, identity, delivery.plannedAt) : '';
    return messageFor({
      identity,
      to: delivery.address,
      date: delivery.plannedAt,
      values: [name, { plain: own, html: own }],
    });
  };
}

/** What all recipients of a kind and language get. */
export interface NoticeForAll extends SharedContent {
  /** Stands where the name of each tenant is to be put in. */
  readonly tenantName: string;
}

/**
 * Rendered with a stand-in for the tenant's name, so no name changes what the document is: it is put in as text, where
 * the template shows it.
 */
export function renderForAll(
  { draft, incidentId, mode, templates }: CampaignContent,
  kind: NoticeKind,
  language: string,
  link: Pick<NoticeValues, 'acknowledgeAt'> = {},
): NoticeForAll {
  const source = templates[kind]?.[language];
  const translation = textFor(draft, kind)?.[language];
  if (source === undefined || translation === undefined) throw textMissing(draft, kind, language);
  const words = wordsOf(templates, language);
  const isDrill = mode === 'drill';
  const tenantName = standIn();
  const values = { tenantName, incidentId, translation, marks: marksIn(words, draft.tlp, isDrill), ...link };
  const rendered = renderAround(noticeRenderer(source, language, words), values);
  const subject = subjectIn(words, rendered.subject, isDrill);
  return { ...rendered, subject, language, tlp: draft.tlp, isDrill, tenantName };
}

/** Everywhere else the stand-in is text; inside a tag the name would be part of a link. */
function renderAround(render: NoticeRenderer, values: NoticeValues): RenderedNotice {
  const rendered = render(values);
  if (new RegExp(`<[^<>]*${values.tenantName}`).test(rendered.html))
    throw new TemplateProblem(
      'The template puts the name of the tenant into a link; let it stand in the text.',
    );
  return rendered;
}

/** Kept with the templates, so that what was approved is what is sent. */
function wordsOf({ words }: NoticeTemplates, language: string): NoticeWords {
  const source = words?.[language];
  if (source === undefined) throw new TemplateProblem(`There are no words for notices in "${language}".`);
  return readWords(source, `words/${language}.json`);
}

function textMissing({ noticeId }: NoticeDraft, kind: NoticeKind, language: string): TemplateProblem {
  return new TemplateProblem(
    `The notice ${noticeId} has no text or no template of kind ${kind} in "${language}".`,
  );
}

/**
 * Renders a notice for nobody in particular, unless a title is missing.
 * @returns the keys of its content without a title in its language.
 * @throws TemplateProblem when its template cannot render it.
 */
export function renderSample(
  templates: NoticeTemplates,
  language: string,
  draft: NoticeDraft,
  kind: NoticeKind,
): string[] {
  const source = templates[kind]?.[language];
  const translation = textFor(draft, kind)?.[language];
  if (source === undefined || translation === undefined) throw textMissing(draft, kind, language);
  const words = wordsOf(templates, language);
  const untitled = Object.keys(translation.content).filter(
    (key) => titleIn(words, language, key) === undefined,
  );
  if (untitled.length > 0) return untitled;
  const tenantName = standIn();
  const values = {
    tenantName,
    incidentId: 'EXAMPLE-1',
    translation,
    marks: marksIn(words, draft.tlp, false),
  };
  renderAround(noticeRenderer(source, language, words), values);
  return [];
}
