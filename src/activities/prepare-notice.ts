/**
 * Makes a proposed notice ready to be approved: checks that the stored text is the one that was proposed, says what it
 * still lacks, fixes the templates, and gives the hash that an approval is bound to. No text leaves the database.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { NoticeStage } from '../contract/messages';
import { missingSections, type NoticeDraft } from '../contract/notice';
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
}

export interface LackingLanguage {
  readonly language: string;
  readonly tenants: number;
}

export interface PreparedNoticeResult {
  /** What an approval is bound to: content, templates, tenant set and rule pack together. */
  readonly objectHash: Fingerprint;
  readonly templateHash: Fingerprint;
  /** Empty when the notice may be approved: `section:…`, `content:…` (see `missingSections`), `template:<language>`. */
  readonly lacks: readonly string[];
  /** Languages that recipients prefer and the notice does not have: they get the fallback language. */
  readonly fallbackLanguages: readonly LackingLanguage[];
}

export interface NoticeContents {
  draft(notice: NoticeRevision): Promise<NoticeDraft | undefined>;
  /** Keeps the templates as they are now. @returns their common hash, by which they are found when sending. */
  keepTemplates(sources: Readonly<Record<string, string>>): Promise<Fingerprint>;
}

export interface RecipientLanguages {
  /** Preferred languages of the tenants of the set that speak none of the available ones. */
  lackingIn(
    set: { readonly incidentId: string; readonly tenantSetVersion: number },
    available: readonly string[],
  ): Promise<LackingLanguage[]>;
}

export interface PrepareNoticePorts {
  readonly notices: NoticeContents;
  readonly languages: RecipientLanguages;
  /** Template text by language, as the templates stand now. */
  readonly readTemplates: (kind: NoticeStage) => Promise<Readonly<Record<string, string>>>;
  /** Throws a sentence when the template cannot render the notice. */
  readonly renderSample: (source: string, language: string, draft: NoticeDraft) => void;
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
    const languages = Object.keys(templates);
    const templateHash = await ports.notices.keepTemplates(templates);
    return {
      objectHash: noticeObjectHash({ ...input, templateHash }),
      templateHash,
      lacks: [...missingSections(draft, input.requiredContent), ...templatesLacking(draft, languages)],
      fallbackLanguages: await ports.languages.lackingIn(input, languages),
    };
  };

/** The hash that ties an approval to everything it was given for; any difference is another object. */
export function noticeObjectHash(
  object: Pick<PrepareNoticeInput, 'contentHash' | 'tenantSetVersion' | 'tenantSetDigest' | 'packDigest'> & {
    readonly templateHash: Fingerprint;
  },
): Fingerprint {
  const { contentHash, templateHash, tenantSetVersion, tenantSetDigest, packDigest } = object;
  return fingerprintOf({
    contentHash,
    templateHash,
    tenantSetVersion,
    ...(tenantSetDigest === undefined ? {} : { tenantSetDigest }),
    packDigest,
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

/** The templates of the languages that the draft is written in. */
async function usableTemplates(
  ports: PrepareNoticePorts,
  draft: NoticeDraft,
): Promise<Record<string, string>> {
  try {
    const sources = Object.entries(await ports.readTemplates(draft.kind));
    const usable = sources.filter(([language]) => language in draft.translations);
    for (const [language, source] of usable) ports.renderSample(source, language, draft);
    return Object.fromEntries(usable);
  } catch (error) {
    throw ApplicationFailure.create({
      type: 'TemplateUnusable',
      message: error instanceof Error ? error.message : String(error),
      nonRetryable: true,
    });
  }
}

function templatesLacking(draft: NoticeDraft, languages: readonly string[]): string[] {
  return Object.keys(draft.translations)
    .filter((language) => !languages.includes(language))
    .map((language) => `template:${language}`)
    .sort();
}
