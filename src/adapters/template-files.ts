/** Templates as files of a folder: `<kind>/<language>.md.hbs`, and the words of a language in `words/<language>.json`. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { TemplateKind } from '../activities/prepare-notice';
import { NoticeKind } from '../contract/messages';
import { NoticeLanguage } from '../contract/notice';
import { type Fingerprint, fingerprintOf } from '../domain/fingerprint';
import { faultsInTemplate } from './template-checks';
import { refuseFaults, type TemplateFault } from './template-problem';
import { faultsOfPlaces, faultsOfSections } from './template-trials';
import { faultsInWords } from './template-words';

/** One template, or the words of one language. */
export interface TemplateText {
  readonly kind: TemplateKind;
  readonly language: string;
  readonly source: string;
}

/** Text by language. */
export type TemplateSources = Readonly<Record<string, string>>;

export interface TemplateFolder {
  readonly templates: readonly TemplateText[];
  /** Everything that is wrong with any of its files. */
  readonly faults: readonly TemplateFault[];
}

/** `first/ja.md.hbs` */
export function fileOf({ kind, language }: Pick<TemplateText, 'kind' | 'language'>): string {
  return kind === 'words' ? `words/${language}.json` : `${kind}/${language}.md.hbs`;
}

/** The identity of what it says and of what it is for: the English text is no approved French one. */
export function revisionOf({ kind, language, source }: TemplateText): Fingerprint {
  return fingerprintOf({ kind, language, source });
}

/** @throws the file system's error when the folder cannot be read. */
export async function readTemplateFolder(folder: string): Promise<TemplateFolder> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.split(sep).join('/')).sort();
  const files = await Promise.all(
    names.filter((name) => /\.(hbs|json)$/.test(name)).map((name) => readTemplateFile(folder, name)),
  );
  return {
    templates: files.flatMap((file) => ('template' in file ? [file.template] : [])),
    faults: files.flatMap((file) => ('template' in file ? faultsOf(file.template) : [file.fault])),
  };
}

/**
 * The templates of one kind, which have been tried when they were approved.
 * @returns nothing when the folder has none of that kind.
 * @throws TemplateProblem that names the file, the line and what is wrong there.
 */
export async function readTemplates(folder: string, kind: TemplateKind): Promise<TemplateSources> {
  const names = (await filesIn(join(folder, kind))).map((name) => `${kind}/${name}`);
  const files = await Promise.all(names.sort().map((name) => readTemplateFile(folder, name)));
  refuseFaults(files.flatMap((file) => ('template' in file ? forbiddenIn(file.template) : [file.fault])));
  return Object.fromEntries(
    files.flatMap((file) => ('template' in file ? [[file.template.language, file.template.source]] : [])),
  );
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => /\.(hbs|json)$/.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

type ReadFile = { readonly template: TemplateText } | { readonly fault: TemplateFault };

async function readTemplateFile(folder: string, file: string): Promise<ReadFile> {
  const place = placeOf(file);
  if (place === undefined) return { fault: misplaced(file) };
  const bytes = await readFile(join(folder, file));
  const unreadable = encodingFault(bytes, file);
  if (unreadable !== undefined) return { fault: unreadable };
  const source = new TextDecoder().decode(bytes).replace(/\r\n/g, '\n');
  return { template: { ...place, source } };
}

function placeOf(file: string): Pick<TemplateText, 'kind' | 'language'> | undefined {
  const [, folder = '', language = '', suffix] = /^([^/]+)\/([^/]+?)(\.md\.hbs|\.json)$/.exec(file) ?? [];
  if (!NoticeLanguage.safeParse(language).success) return undefined;
  if (suffix === '.json') return folder === 'words' ? { kind: 'words', language } : undefined;
  const kind = NoticeKind.safeParse(folder);
  return kind.success ? { kind: kind.data, language } : undefined;
}

function misplaced(file: string): TemplateFault {
  const kinds = NoticeKind.options.join(', ');
  return {
    file,
    problem: `is not where it would be found: it is <kind>/<language>.md.hbs with a kind of ${kinds}, or words/<language>.json`,
  };
}

function encodingFault(bytes: Buffer, file: string): TemplateFault | undefined {
  for (let line = 1, from = 0; from <= bytes.length; line += 1) {
    const end = bytes.indexOf('\n', from);
    const to = end === -1 ? bytes.length : end;
    const problem = lineProblem(bytes.subarray(from, to));
    if (problem !== undefined) return { file, line, problem };
    from = to + 1;
  }
  return undefined;
}

function lineProblem(line: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(line).replace(/\r$/, '');
    return /[^\P{Cc}\t]/u.test(text) ? 'holds a control character' : undefined;
  } catch {
    return 'is not written in UTF-8';
  }
}

/** Everything that is wrong with a template: what it may not say, and what it does when it is tried. */
function faultsOf(template: TemplateText): TemplateFault[] {
  const { kind, source } = template;
  const file = fileOf(template);
  const forbidden = forbiddenIn(template);
  return kind === 'words' || forbidden.length > 0
    ? forbidden
    : [...faultsOfPlaces(source, file), ...faultsOfSections(source, file, kind)];
}

function forbiddenIn(template: TemplateText): TemplateFault[] {
  const file = fileOf(template);
  return template.kind === 'words'
    ? faultsInWords(template.source, file)
    : faultsInTemplate(template.source, file);
}
