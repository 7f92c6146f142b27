/**
 * Makes a proposed notice ready to be approved: checks that the stored text is the one that was proposed, says what it
 * still lacks for those who would get it, fixes the templates, and gives the hash that an approval is bound to. No text
 * leaves the database.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { NoticeKind, NoticeStage } from '../contract/messages';
import {
  missingSections,
  placeOf,
  textFor,
  textsOf,
  variantKinds,
  type NoticeDraft,
} from '../contract/notice';
import { unreadLanguages, type RecipientProfile, type UnreadLanguage } from '../contract/notice-languages';
import type { Policy } from '../contract/policy';
import { type Fingerprint, fingerprintOf } from '../domain/fingerprint';

export interface NoticeRevision {
  readonly incidentId: string;
  readonly noticeId: string;
  readonly revision: number;
}

export interface PrepareNoticeInput extends NoticeRevision {
  readonly contentHash: Fingerprint;
  readonly tenantSetVersion: number;
  readonly tenantSetDigest?: Fingerprint;
  readonly packDigest: Fingerprint;
  /** Keys of content that the rules of the affected tenants demand. */
  readonly requiredContent: readonly string[];
  /** Approved to be sent again at every repetition; part of what is approved. */
  readonly standing?: true;
  readonly missingTranslation: Policy['missingTranslation'];
}

export interface PreparedNoticeResult {
  /** What an approval is bound to: content, templates, tenant set and rule pack together. */
  readonly objectHash: Fingerprint;
  readonly templateHash: Fingerprint;
  /**
   * Empty when the notice may be approved: `section:…`, `content:…` (see `missingSections`), `template:<language>`
   * and `words:<language>` that nobody has approved, `title:<language>/<key>` of a content, `translation:<language>`
   * that recipients need, `variant:<kind>` that tenants would get and that has no text, `tenant:<id>` that is named
   * and cannot get it.
   */
  readonly lacks: readonly string[];
  /** What recipients read and the notice is not written in; they get another language where the policy lets them. */
  readonly unreadLanguages: readonly UnreadLanguage[];
}

/** A template of a kind of notice, or the words that all notices of a language have in common. */
export type TemplateKind = NoticeKind | 'words';

/** Template text by kind and language. */
export type NoticeTemplates = Readonly<Partial<Record<TemplateKind, Readonly<Record<string, string>>>>>;

export interface NoticeContents {
  draft(notice: NoticeRevision): Promise<NoticeDraft | undefined>;
  /** Keeps the templates as they are now. @returns their common hash, by which they are found when sending. */
  keepTemplates(templates: NoticeTemplates): Promise<Fingerprint>;
}

/** A notice and the tenants among whom its recipients are. */
export interface NoticeAudience {
  readonly incidentId: string;
  readonly tenantSetVersion: number;
  readonly stage: NoticeStage;
  /** Nobody else gets it. */
  readonly onlyTenants?: readonly string[];
}

export interface NoticeRecipients {
  /** Who would get which kind, were the notice sent now. */
  profilesOf(audience: NoticeAudience): Promise<RecipientProfile[]>;
  /** Those of `onlyTenants` whom such a notice cannot be for, sorted. */
  strangersIn(audience: NoticeAudience): Promise<string[]>;
}

export interface PrepareNoticePorts {
  readonly notices: NoticeContents;
  readonly recipients: NoticeRecipients;
  /** Text by language of the templates that are approved now. */
  readonly readTemplates: (kind: TemplateKind) => Promise<Readonly<Record<string, string>>>;
  /** @returns the keys of content without a title. Throws a sentence when the template cannot render the notice. */
  readonly renderSample: (
    templates: NoticeTemplates,
    language: string,
    draft: NoticeDraft,
    kind: NoticeKind,
  ) => readonly string[];
}

/**
 * Safe to run again. Final failures, by `type`: `NoticeUnknown`, `NoticeChanged` (the stored text is not the proposed
 * one), `TemplateUnusable`.
 */
export const prepareNotice =
  (ports: PrepareNoticePorts) =>
  async (input: PrepareNoticeInput): Promise<PreparedNoticeResult> => {
    const draft = await proposedDraft(ports.notices, input);
    const { templates, untitled } = await orUnusable(async () => {
      const read = await templatesFor(ports, draft);
      return { templates: read, untitled: untitledContent(ports, draft, read) };
    });
    const templateHash = await ports.notices.keepTemplates(templates);
    const audience = audienceOf(draft, input);
    const profiles = await ports.recipients.profilesOf(audience);
    const strangers = draft.onlyTenants === undefined ? [] : await ports.recipients.strangersIn(audience);
    const unread = unreadLanguages(draft, profiles);
    const isBlocking = input.missingTranslation === 'block';
    return {
      objectHash: noticeObjectHash({ ...input, templateHash }),
      templateHash,
      lacks: [
        ...missingSections(draft, input.requiredContent),
        ...templatesLacking(draft, templates),
        ...untitled,
        ...variantsLacking(draft, profiles),
        ...(isBlocking ? unread.map(({ language }) => `translation:${language}`) : []),
        ...strangers.map((tenantId) => `tenant:${tenantId}`),
      ],
      unreadLanguages: unread,
    };
  };

function audienceOf(
  draft: NoticeDraft,
  { incidentId, tenantSetVersion }: PrepareNoticeInput,
): NoticeAudience {
  const { kind: stage, onlyTenants } = draft;
  return { incidentId, tenantSetVersion, stage, ...(onlyTenants !== undefined && { onlyTenants }) };
}

/** The hash that ties an approval to everything it was given for; any difference is another object. */
export function noticeObjectHash(
  object: Pick<PrepareNoticeInput, 'contentHash' | 'tenantSetVersion' | 'tenantSetDigest' | 'packDigest'> & {
    readonly templateHash: Fingerprint;
    readonly standing?: true;
  },
): Fingerprint {
  const { contentHash, templateHash, tenantSetVersion, tenantSetDigest, packDigest, standing } = object;
  return fingerprintOf({
    contentHash,
    templateHash,
    tenantSetVersion,
    ...(tenantSetDigest === undefined ? {} : { tenantSetDigest }),
    packDigest,
    ...(standing === undefined ? {} : { standing }),
  });
}

async function proposedDraft(notices: NoticeContents, input: PrepareNoticeInput): Promise<NoticeDraft> {
  const name = `Notice ${input.noticeId}, revision ${input.revision},`;
  const draft = await notices.draft(input);
  if (draft === undefined) {
    throw ApplicationFailure.nonRetryable(
      `${name} is not in the database; save it and propose it again.`,
      'NoticeUnknown',
    );
  }
  if (fingerprintOf(draft) !== input.contentHash) {
    throw ApplicationFailure.nonRetryable(
      `${name} is not the text that was proposed: its hash differs. Propose the stored text, or find out who changed it.`,
      'NoticeChanged',
    );
  }
  return draft;
}

/** Templates and words of every kind that the draft has a text for, in the languages of that text. */
async function templatesFor(ports: PrepareNoticePorts, draft: NoticeDraft): Promise<NoticeTemplates> {
  const texts = textsOf(draft);
  const written = new Set(texts.flatMap(([, translations]) => Object.keys(translations)));
  const kinds: (readonly [TemplateKind, ReadonlySet<string>])[] = [
    ...texts.map(([kind, translations]) => [kind, new Set(Object.keys(translations))] as const),
    ['words', written],
  ];
  const entries = kinds.map(async ([kind, languages]) => {
    const sources = Object.entries(await ports.readTemplates(kind));
    return [kind, Object.fromEntries(sources.filter(([language]) => languages.has(language)))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Renders what can be rendered. @returns `title:<place>/<key>` of content that has no title in its language. */
function untitledContent(
  { renderSample }: PrepareNoticePorts,
  draft: NoticeDraft,
  templates: NoticeTemplates,
): string[] {
  const untitled = textsOf(draft).flatMap(([kind, translations]) =>
    Object.keys(translations)
      .filter((language) => isRenderable(templates, kind, language))
      .flatMap((language) =>
        renderSample(templates, language, draft, kind).map(
          (key) => `title:${placeOf(draft, kind, language)}/${key}`,
        ),
      ),
  );
  return untitled.sort();
}

function isRenderable(templates: NoticeTemplates, kind: NoticeKind, language: string): boolean {
  return templates[kind]?.[language] !== undefined && templates.words?.[language] !== undefined;
}

async function orUnusable<Answer>(use: () => Promise<Answer>): Promise<Answer> {
  try {
    return await use();
  } catch (error) {
    throw ApplicationFailure.create({
      type: 'TemplateUnusable',
      message: error instanceof Error ? error.message : String(error),
      nonRetryable: true,
    });
  }
}

function templatesLacking(draft: NoticeDraft, templates: NoticeTemplates): string[] {
  const lacking = textsOf(draft).flatMap(([kind, translations]) =>
    Object.keys(translations).flatMap((language) => [
      ...(templates[kind]?.[language] === undefined ? [`template:${placeOf(draft, kind, language)}`] : []),
      ...(templates.words?.[language] === undefined ? [`words:${language}`] : []),
    ]),
  );
  return [...new Set(lacking)].sort();
}

/** Nobody may get the text of another kind: that nothing has happened, or that it has. */
function variantsLacking(draft: NoticeDraft, profiles: readonly RecipientProfile[]): string[] {
  return variantKinds
    .filter((kind) => profiles.some((profile) => profile.kind === kind))
    .filter((kind) => textFor(draft, kind) === undefined)
    .map((kind) => `variant:${kind}`);
}
