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

export interface LackingLanguage {
  readonly language: string;
  readonly tenants: number;
}

export interface PreparedNoticeResult {
  /** What an approval is bound to: content, templates, tenant set and rule pack together. */
  readonly objectHash: Fingerprint;
  readonly templateHash: Fingerprint;
  /**
   * Empty when the notice may be approved: `section:…`, `content:…` (see `missingSections`), `template:<language>`,
   * `translation:<language>` that recipients need, `variant:<kind>` that tenants would get and that has no text,
   * `tenant:<id>` that is named and cannot get it.
   */
  readonly lacks: readonly string[];
  /** Languages that recipients prefer and the notice does not have, where the policy gives them the fallback. */
  readonly fallbackLanguages: readonly LackingLanguage[];
}

/** Template text by kind of notice and language. */
export type NoticeTemplates = Readonly<Partial<Record<NoticeKind, Readonly<Record<string, string>>>>>;

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

/** Tenants that would get the same kind and speak the same languages, the preferred one first. */
export interface RecipientProfile {
  readonly kind: NoticeKind;
  readonly languages: readonly string[];
  readonly tenants: number;
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
  /** Template text by language, as the templates stand now. */
  readonly readTemplates: (kind: NoticeKind) => Promise<Readonly<Record<string, string>>>;
  /** Throws a sentence when the template cannot render the notice. */
  readonly renderSample: (source: string, language: string, draft: NoticeDraft, kind: NoticeKind) => void;
}

/**
 * Safe to run again. Final failures, by `type`: `NoticeUnknown`, `NoticeChanged` (the stored text is not the proposed
 * one), `TemplateUnusable`.
 */
export const prepareNotice =
  (ports: PrepareNoticePorts) =>
  async (input: PrepareNoticeInput): Promise<PreparedNoticeResult> => {
    const draft = await proposedDraft(ports.notices, input);
    const templates = await usableTemplates(ports, draft);
    const templateHash = await ports.notices.keepTemplates(templates);
    const audience = audienceOf(draft, input);
    const profiles = await ports.recipients.profilesOf(audience);
    const strangers = draft.onlyTenants === undefined ? [] : await ports.recipients.strangersIn(audience);
    const unread = unreadLanguages(draft, profiles);
    const mayFallBack = input.missingTranslation === 'fallback';
    return {
      objectHash: noticeObjectHash({ ...input, templateHash }),
      templateHash,
      lacks: [
        ...missingSections(draft, input.requiredContent),
        ...templatesLacking(draft, templates),
        ...variantsLacking(draft, profiles),
        ...(mayFallBack ? [] : [...unread.keys()].map((place) => `translation:${place}`)),
        ...strangers.map((tenantId) => `tenant:${tenantId}`),
      ],
      fallbackLanguages: mayFallBack ? [...unread].map(([language, tenants]) => ({ language, tenants })) : [],
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

/** The templates of every kind that the draft has a text for, in the languages of that text. */
async function usableTemplates(ports: PrepareNoticePorts, draft: NoticeDraft): Promise<NoticeTemplates> {
  try {
    const kinds = textsOf(draft).map(async ([kind, translations]) => {
      const sources = Object.entries(await ports.readTemplates(kind));
      const usable = sources.filter(([language]) => language in translations);
      for (const [language, source] of usable) ports.renderSample(source, language, draft, kind);
      return [kind, Object.fromEntries(usable)] as const;
    });
    return Object.fromEntries(await Promise.all(kinds));
  } catch (error) {
    throw ApplicationFailure.create({
      type: 'TemplateUnusable',
      message: error instanceof Error ? error.message : String(error),
      nonRetryable: true,
    });
  }
}

function templatesLacking(draft: NoticeDraft, templates: NoticeTemplates): string[] {
  return textsOf(draft)
    .flatMap(([kind, translations]) =>
      Object.keys(translations)
        .filter((language) => templates[kind]?.[language] === undefined)
        .map((language) => `template:${placeOf(draft, kind, language)}`),
    )
    .sort();
}

/** Nobody may get the text of another kind: that nothing has happened, or that it has. */
function variantsLacking(draft: NoticeDraft, profiles: readonly RecipientProfile[]): string[] {
  return variantKinds
    .filter((kind) => profiles.some((profile) => profile.kind === kind))
    .filter((kind) => textFor(draft, kind) === undefined)
    .map((kind) => `variant:${kind}`);
}

/** Tenants by the language they prefer, of those who speak none that their text is written in; see `placeOf`. */
function unreadLanguages(
  draft: NoticeDraft,
  profiles: readonly RecipientProfile[],
): ReadonlyMap<string, number> {
  const unread = new Map<string, number>();
  for (const { kind, languages, tenants } of profiles) {
    const [preferred] = languages;
    const text = textFor(draft, kind);
    if (preferred === undefined || text === undefined || speaksOneOf(languages, Object.keys(text))) continue;
    const place = placeOf(draft, kind, mainLanguage(preferred));
    unread.set(place, (unread.get(place) ?? 0) + tenants);
  }
  return new Map([...unread].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function speaksOneOf(languages: readonly string[], written: readonly string[]): boolean {
  return languages.some((spoken) => written.some((each) => mainLanguage(each) === mainLanguage(spoken)));
}

/** `pt-BR` is read by whoever reads `pt`, as the plan of deliveries has it. */
function mainLanguage(tag: string): string {
  return tag.split('-')[0] ?? tag;
}
