/**
 * What a notice to tenants says, in every language it is written in (S43–S46). The text lies in the database alone:
 * messages and workflow history hold its id, revision and hash.
 */
import { z } from 'zod';
import { Tlp } from './declaration';
import { NoticeStage, type NoticeKind } from './messages';
import { markdown, oneLine } from './texts';

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

const contentKey = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9][\w.:-]*$/, 'is not the key of a required content, such as likely-consequences');

/** Sections may be missing while a draft is being written; `missingSections` says what it still lacks. */
export const NoticeTranslation = z.strictObject({
  subject: oneLine(200),
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

/** One text in every language it is written in. */
const NoticeTranslations = z
  .record(NoticeLanguage, NoticeTranslation)
  .refine((translations) => Object.keys(translations).length > 0, 'write the notice in at least one language')
  .refine((translations) => Object.keys(translations).length <= 30, 'at most 30 languages in one notice');
export type NoticeTranslations = z.infer<typeof NoticeTranslations>;

/** Kinds of which a notice by difference has a text of its own: neither must ever go out with that of a first notice. */
export const variantKinds = ['supplementary', 'withdrawal'] as const;
export type VariantKind = (typeof variantKinds)[number];

const NoticeVariants = z
  .strictObject({ supplementary: NoticeTranslations.optional(), withdrawal: NoticeTranslations.optional() })
  .refine((variants) => Object.keys(variants).length > 0, 'write one of the variants, or leave variants out');

/** Tenants by id, at most as many as one message may name; their order says nothing. */
const OnlyTenants = z
  .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'is not the id of a tenant'))
  .min(1, 'name at least one tenant, or leave onlyTenants out')
  .max(1000, 'at most 1,000 tenants can be named')
  .overwrite((ids) => [...new Set(ids)].sort());

export const NoticeDraft = z
  .strictObject({
    noticeId: NoticeId,
    kind: NoticeStage,
    /** Who may read it; stands in the header and in the first line of every message. */
    tlp: Tlp.default('AMBER'),
    /** What it says; by difference, what a first notice says. */
    translations: NoticeTranslations,
    /** By difference: what it says to those who were told before, and to those who are no longer affected. */
    variants: NoticeVariants.optional(),
    /** Nobody else gets it. */
    onlyTenants: OnlyTenants.optional(),
    /** Without an acknowledgement in this time the next contact is told. */
    acknowledgeWithinHours: z.number().positive().max(720).optional(),
  })
  .refine(({ kind, variants }) => variants === undefined || kind === 'by-difference', {
    path: ['variants'],
    message: 'only a notice of kind by-difference has variants',
  });
export type NoticeDraft = z.infer<typeof NoticeDraft>;
/** What an author writes: defaults may be left out. */
export type NoticeDraftInput = z.input<typeof NoticeDraft>;

/** The kinds of which a draft may be sent, each with what it says then. */
export function textsOf(draft: NoticeDraft): readonly (readonly [NoticeKind, NoticeTranslations])[] {
  if (draft.kind !== 'by-difference') return [[draft.kind, draft.translations]];
  const variants = variantKinds.flatMap((kind) => {
    const text = draft.variants?.[kind];
    return text === undefined ? [] : [[kind, text] as const];
  });
  return [['first', draft.translations], ...variants];
}

/** What the draft says to a tenant that gets this kind; undefined when it has no text for it. */
export function textFor(draft: NoticeDraft, kind: NoticeKind): NoticeTranslations | undefined {
  return textsOf(draft).find(([each]) => each === kind)?.[1];
}

/** Where in a draft a text is found: a variant is named, the main text is not. */
export function placeOf(draft: NoticeDraft, kind: NoticeKind, detail: string): string {
  return textFor(draft, kind) === draft.translations ? detail : `${kind}/${detail}`;
}

type Section = 'description' | 'effectOnCustomerData' | 'actionsTaken' | 'suggestedActions' | 'contactPoint';

/** Each asks for one of the sections it lists. */
const requiredOfBreachNotices: readonly (readonly Section[])[] = [
  ['description'],
  ['effectOnCustomerData'],
  ['actionsTaken', 'suggestedActions'],
  ['contactPoint'],
];

/** An update without news has nothing to describe; a withdrawal says what is to be disregarded. */
const requiredOf: Readonly<Record<NoticeKind, readonly (readonly Section[])[]>> = {
  first: requiredOfBreachNotices,
  supplementary: requiredOfBreachNotices,
  correction: requiredOfBreachNotices,
  final: requiredOfBreachNotices,
  update: [['contactPoint']],
  withdrawal: [['description'], ['suggestedActions'], ['contactPoint']],
};

/** What rules demand is told when a breach is told and when it is summed up; what is said between adds to that. */
const kindsWithContent: readonly NoticeKind[] = ['first', 'final'];

/**
 * What a draft still lacks before it may be proposed, sorted; empty when it is complete.
 *
 * @param requiredContent keys of content that the tenants' rules demand; some are met by a section, such as `contact-point`.
 * @returns `section:<language>/<section>` and `content:<language>/<key>`, for a variant with its kind before the
 *   language; "at least one of the two" is written `section:<language>/actionsTaken|suggestedActions`.
 */
export function missingSections(draft: NoticeDraft, requiredContent: readonly string[] = []): string[] {
  return textsOf(draft)
    .flatMap(([kind, translations]) => {
      const demanded = kindsWithContent.includes(kind) ? requiredContent : [];
      return Object.entries(translations).flatMap(([language, translation]) => {
        const place = placeOf(draft, kind, language);
        return [
          ...sectionsMissingIn(translation, kind).map((section) => `section:${place}/${section}`),
          ...demanded
            .filter((key) => !isContentPresent(translation, key))
            .map((key) => `content:${place}/${key}`),
        ];
      });
    })
    .sort();
}

function sectionsMissingIn(translation: NoticeTranslation, kind: NoticeKind): string[] {
  return requiredOf[kind]
    .filter((sections) => sections.every((section) => isBlank(translation[section])))
    .map((sections) => sections.join('|'));
}

/** Keys of the rule pack that ask for what a section says anyway. */
const sectionFor: Readonly<Record<string, Section>> = {
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
