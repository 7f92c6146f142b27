/** Whom the languages of a notice reach, and whom they do not. */
import type { NoticeKind } from './messages';
import { placeOf, textFor, type NoticeDraft } from './notice';

/** Tenants that would get the same kind and speak the same languages, the preferred one first. */
export interface RecipientProfile {
  readonly kind: NoticeKind;
  readonly languages: readonly string[];
  readonly tenants: number;
}

export interface UnreadLanguage {
  /** `ja`, or `withdrawal/ja` of a variant: see `placeOf`. */
  readonly language: string;
  readonly tenants: number;
}

/**
 * Why a tenant is told in a language: it is the first of its own that the notice is written in (`preferred` when that is
 * its very first, else `further`); it reads none of them (`fallback`); it has not said what it reads (`unstated`).
 */
export type LanguageChoice = 'preferred' | 'further' | 'fallback' | 'unstated';

/** Languages by how many tenants prefer them, of those tenants who speak none that their text is written in; sorted. */
export function unreadLanguages(
  draft: NoticeDraft,
  profiles: readonly RecipientProfile[],
): readonly UnreadLanguage[] {
  const unread = new Map<string, number>();
  for (const { kind, languages, tenants } of profiles) {
    const [preferred] = languages;
    const text = textFor(draft, kind);
    if (preferred === undefined || text === undefined || speaksOneOf(languages, Object.keys(text))) continue;
    const place = placeOf(draft, kind, mainLanguage(preferred));
    unread.set(place, (unread.get(place) ?? 0) + tenants);
  }
  return [...unread]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([language, tenants]) => ({ language, tenants }));
}

function speaksOneOf(languages: readonly string[], written: readonly string[]): boolean {
  return languages.some((spoken) => written.some((each) => mainLanguage(each) === mainLanguage(spoken)));
}

/** `pt-BR` is read by whoever reads `pt`, as the plan of deliveries has it. */
function mainLanguage(tag: string): string {
  return tag.split('-')[0] ?? tag;
}
