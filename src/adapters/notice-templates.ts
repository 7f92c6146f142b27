/**
 * Notices out of templates: Handlebars that yields Markdown, and Markdown that yields HTML. Every value is made safe
 * before it goes in; what a template may ask for is template-checks.ts.
 */
import Handlebars from 'handlebars';
import type { NoticeTranslation } from '../contract/notice';
import { escapedForMarkdown, flattened } from './markdown-values';
import { renderSafeMarkdown } from './safe-markdown';
import { checkTemplate } from './template-checks';
import { TemplateProblem } from './template-problem';
import { instantIn, titleIn, type NoticeWords } from './template-words';

/** Everything a template may know: the notice, and of the tenant only its own facts. */
export interface NoticeValues {
  readonly tenantName: string;
  readonly incidentId: string;
  readonly translation: NoticeTranslation;
  /** Lines above everything else, such as `TLP:AMBER`: not the template's to leave out. */
  readonly marks: readonly string[];
  /** Where the recipient is to acknowledge, below everything else: not the template's to leave out. */
  readonly acknowledgeAt?: string;
}

export interface RenderedNotice {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export type NoticeRenderer = (values: NoticeValues) => RenderedNotice;

/**
 * Prepares one template. The text part shows the tenant's own values as they are, on one line; for the HTML part they
 * are escaped, for there Markdown would act on them.
 *
 * @param language BCP 47; also the `lang` of the HTML part.
 * @param words those of the language, see `readWords`.
 * @throws TemplateProblem now when the template is not allowed, later when a title is missing.
 */
export function noticeRenderer(source: string, language: string, words: NoticeWords): NoticeRenderer {
  checkTemplate(source, language);
  const template = Handlebars.compile(source, { strict: true, noEscape: true, knownHelpersOnly: true });
  const inWords: InWords = {
    title: (key) => titleOf(key, language, words),
    instant: (iso) => instantIn(words, iso),
  };
  return (values) => {
    const text = template(valuesFor(values, inWords, flattened));
    const markdown = template(valuesFor(values, inWords, escapedForMarkdown));
    const marks = values.marks.map((mark) => escapedForMarkdown(mark));
    const closing = (asking: string) =>
      values.acknowledgeAt === undefined ? [] : [asking, `<${values.acknowledgeAt}>`];
    return {
      subject: values.translation.subject,
      text: [...values.marks, text, ...closing(words.acknowledge)].join('\n\n'),
      html: page(
        renderSafeMarkdown(
          [...marks, markdown, ...closing(escapedForMarkdown(words.acknowledge))].join('\n\n'),
        ),
        language,
      ),
    };
  };
}

/** What the words of a language make of a value. */
interface InWords {
  readonly title: (key: string) => string;
  readonly instant: (iso: string) => string;
}

/** The closed value object. Sections are Markdown of an approved draft; all other values are made safe. */
function valuesFor(
  { tenantName, incidentId, translation }: NoticeValues,
  inWords: InWords,
  safe: (value: string) => string,
): object {
  const { nextUpdateAt } = translation;
  return {
    tenant: { name: safe(tenantName) },
    incident: { id: safe(incidentId) },
    notice: {
      subject: safe(translation.subject),
      description: translation.description ?? '',
      effectOnCustomerData: translation.effectOnCustomerData ?? '',
      actionsTaken: translation.actionsTaken ?? '',
      suggestedActions: translation.suggestedActions ?? '',
      contactPoint: translation.contactPoint ?? '',
      unknowns: translation.unknowns ?? '',
      nextUpdateAt: nextUpdateAt === undefined ? '' : safe(inWords.instant(nextUpdateAt)),
    },
    content: Object.entries(translation.content)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, text]) => ({ title: safe(inWords.title(key)), text })),
  };
}

function titleOf(key: string, language: string, words: NoticeWords): string {
  const title = titleIn(words, language, key);
  if (title === undefined)
    throw new TemplateProblem(`The words of ${language} have no title for the content "${key}".`);
  return title;
}

function page(body: string, language: string): string {
  return `<!doctype html>\n<html lang="${language}"><head><meta charset="utf-8"></head><body>\n${body}</body></html>\n`;
}
