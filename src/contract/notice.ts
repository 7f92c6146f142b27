/**
 * What a notice to tenants says, in every language it is written in (S43–S46). The text lies in the database alone:
 * messages and workflow history hold its id, revision and hash.
 */
import { z } from 'zod';
import { Tlp } from './declaration';
import { NoticeStage } from './messages';

/** BCP 47, such as `en` or `pt-BR`. */
export const NoticeLanguage = z
  .string()
  .max(35)
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'is not a language tag of BCP 47, such as en or pt-BR');
export type NoticeLanguage = z.infer<typeof NoticeLanguage>;

export const NoticeId = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'begin with a letter or digit, then letters, digits and . _ - only');

/** One line: it becomes a header of the message, so a line break in it would forge another header. */
const headerLine = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u, 'must be one line without line breaks or control characters');

/** Markdown as communications staff write it. Raw HTML in it is shown as text. */
const markdown = z
  .string()
  .overwrite((text) => text.replace(/\r\n?/g, '\n').trim())
  .max(20_000)
  .refine(
    (text) => !/[^\P{Cc}\n\t]|\p{Cs}/u.test(text),
    'must not hold control characters other than line breaks',
  );

const contentKey = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][\w.:-]*$/, 'is not the key of a required content, such as likely-consequences');

/** Sections may be missing while a draft is being written; `missingSections` says what it still lacks. */
export const NoticeTranslation = z.strictObject({
  subject: headerLine(200),
  /** What happened (S43). */
  description: markdown.optional(),
  /** What it means for the customer's data; "none known" is an answer (S44). */
  effectOnCustomerData: markdown.optional(),
  /** What the provider has done (S45). */
  actionsTaken: markdown.optional(),
  /** What the customer should do (S46). */
  suggestedActions: markdown.optional(),
  /** Whom to ask. */
  contactPoint: markdown.optional(),
  /** What is not known yet, said as such. */
  unknowns: markdown.optional(),
  /** When more will be told. */
  nextUpdateAt: z.iso.datetime({ offset: true }).optional(),
  /** What the tenants' rules demand beyond the sections above, by the key that the rule pack uses. */
  content: z.record(contentKey, markdown).default({}),
});
export type NoticeTranslation = z.infer<typeof NoticeTranslation>;

export const NoticeDraft = z
  .strictObject({
    noticeId: NoticeId,
    kind: NoticeStage,
    /** Who may read it; stands in the header and in the first line of every message. */
    tlp: Tlp.default('AMBER'),
    translations: z.record(NoticeLanguage, NoticeTranslation),
    /** Without an acknowledgement in this time the next contact is told. */
    acknowledgeWithinHours: z.number().positive().max(720).optional(),
  })
  .refine(({ translations }) => Object.keys(translations).length > 0, {
    path: ['translations'],
    message: 'write the notice in at least one language',
  })
  .refine(({ translations }) => Object.keys(translations).length <= 30, {
    path: ['translations'],
    message: 'at most 30 languages in one notice',
  });
export type NoticeDraft = z.infer<typeof NoticeDraft>;
/** What an author writes: defaults may be left out. */
export type NoticeDraftInput = z.input<typeof NoticeDraft>;

/** Sections without which no notice of any kind goes out. */
export const requiredSections = ['description', 'effectOnCustomerData', 'contactPoint'] as const;

/**
 * What a draft still lacks before it may be proposed, sorted; empty when it is complete.
 *
 * @param requiredContent keys of content that the tenants' rules demand; some are met by a section, such as `contact-point`.
 * @returns `section:<language>/<section>` and `content:<language>/<key>`; "at least one of the two" is written
 *   `section:<language>/actionsTaken|suggestedActions`.
 */
export function missingSections(draft: NoticeDraft, requiredContent: readonly string[] = []): string[] {
  return Object.entries(draft.translations)
    .flatMap(([language, translation]) => [
      ...sectionsMissingIn(translation).map((section) => `section:${language}/${section}`),
      ...requiredContent
        .filter((key) => !isContentPresent(translation, key))
        .map((key) => `content:${language}/${key}`),
    ])
    .sort();
}

function sectionsMissingIn(translation: NoticeTranslation): string[] {
  const missing: string[] = requiredSections.filter((section) => isBlank(translation[section]));
  const saysNoActions = isBlank(translation.actionsTaken) && isBlank(translation.suggestedActions);
  return saysNoActions ? [...missing, 'actionsTaken|suggestedActions'] : missing;
}

/** Keys of the rule pack that ask for what a section says anyway. */
const sectionFor: Readonly<
  Record<string, 'description' | 'actionsTaken' | 'suggestedActions' | 'contactPoint'>
> = {
  'nature-of-breach': 'description',
  'measures-taken': 'actionsTaken',
  'recommended-actions': 'suggestedActions',
  'contact-point': 'contactPoint',
};

function isContentPresent(translation: NoticeTranslation, key: string): boolean {
  const section = sectionFor[key];
  return !isBlank(translation.content[key]) || (section !== undefined && !isBlank(translation[section]));
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}
