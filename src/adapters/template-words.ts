/**
 * The words that every notice of a language has in common, as data: the lines above the text, how an instant is
 * written, and the titles of what rules demand.
 */
import { z } from 'zod';
import type { Tlp } from '../contract/declaration';
import { oneLine } from '../contract/texts';
import { refuseFaults, type TemplateFault } from './template-problem';

const placeholders = ['yyyy', 'MM', 'M', 'dd', 'd', 'HH', 'mm', 'zone'];

const Pattern = oneLine(100).superRefine((pattern, context) => {
  const used = [...pattern.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? '');
  const unknown = used.find((name) => !placeholders.includes(name));
  if (unknown !== undefined)
    context.addIssue({
      code: 'custom',
      message: `asks for {${unknown}}; there are {${placeholders.join('}, {')}}`,
    });
  for (const part of [['yyyy'], ['MM', 'M'], ['dd', 'd'], ['HH'], ['mm'], ['zone']])
    if (!part.some((name) => used.includes(name)))
      context.addIssue({ code: 'custom', message: `lacks {${part.join('} or {')}}` });
});

const NoticeWords = z.strictObject({
  /** What each label of the Traffic Light Protocol means; the label itself is never translated. */
  tlp: z.strictObject({
    CLEAR: oneLine(200),
    GREEN: oneLine(200),
    AMBER: oneLine(200),
    'AMBER+STRICT': oneLine(200),
    RED: oneLine(200),
  }),
  /** Above a notice of an exercise, and before its subject. */
  drill: oneLine(200),
  drillSubject: oneLine(30),
  /** Asks to acknowledge; a link follows. */
  acknowledge: oneLine(200),
  /** A fixed distance from UTC, so that a second copy says the same whatever a machine knows of time zones. */
  instant: z.strictObject({ pattern: Pattern, utcOffsetMinutes: z.int().min(-720).max(840) }),
  /** By the key of the rule pack. */
  titles: z.record(z.string(), oneLine(200)),
});
export type NoticeWords = z.infer<typeof NoticeWords>;

/** @returns everything that keeps a file of words from being used. */
export function faultsInWords(source: string, file: string): TemplateFault[] {
  const json = jsonOf(source);
  if (json === undefined) return [{ file, problem: 'is not JSON' }];
  const { error } = NoticeWords.safeParse(json);
  return (error?.issues ?? []).map(({ path, message }) => ({
    file,
    problem: `${path.length === 0 ? 'is not what it should be' : `has a wrong "${path.join('.')}"`}: ${message}`,
  }));
}

/** @throws TemplateProblem that names file and field. */
export function readWords(source: string, file: string): NoticeWords {
  refuseFaults(faultsInWords(source, file));
  return NoticeWords.parse(jsonOf(source));
}

function jsonOf(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** The lines above a notice: its label, that it is an exercise when it is, and what may be done with it. */
export function marksIn(words: NoticeWords, tlp: Tlp, isDrill: boolean): string[] {
  return [`TLP:${tlp}`, ...(isDrill ? [words.drill] : []), words.tlp[tlp]];
}

export function subjectIn({ drillSubject }: NoticeWords, subject: string, isDrill: boolean): string {
  return isDrill ? `${drillSubject} ${subject}` : subject;
}

/** `2026-11-24 15:20 UTC` */
export function instantIn({ instant }: NoticeWords, iso: string): string {
  const { pattern, utcOffsetMinutes } = instant;
  const shown = new Date(Date.parse(iso) + utcOffsetMinutes * 60_000).toISOString();
  const [year = '', month = '', day = '', hour = '', minute = ''] = shown.split(/[-T:]/);
  const values: Readonly<Record<string, string>> = {
    ...{ yyyy: year, MM: month, M: String(Number(month)), dd: day, d: String(Number(day)) },
    ...{ HH: hour, mm: minute, zone: zoneOf(utcOffsetMinutes) },
  };
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

/** `UTC`, `UTC+9`, `UTC-3:30` */
function zoneOf(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'UTC';
  const distance = Math.abs(offsetMinutes);
  const minutes = distance % 60;
  const hours = `${offsetMinutes < 0 ? '-' : '+'}${String(Math.floor(distance / 60))}`;
  return `UTC${hours}${minutes === 0 ? '' : `:${String(minutes).padStart(2, '0')}`}`;
}

/** Keys are English, so English alone can do without a title of its own: `own-key` becomes `Own key`. */
export function titleIn({ titles }: NoticeWords, language: string, key: string): string | undefined {
  const title = Object.hasOwn(titles, key) ? titles[key] : undefined;
  return title ?? (/^en(-|$)/.test(language) ? titleOfKey(key) : undefined);
}

function titleOfKey(key: string): string {
  const words = key.replace(/[-_.:]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
