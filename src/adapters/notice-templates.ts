/**
 * Notice templates: Handlebars that yields Markdown. They are data edited by communications staff, so they may use
 * nothing but the values and blocks listed here, and every value is made safe before it goes in.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import type { NoticeTranslation } from '../contract/notice';
import type { NoticeKind } from '../contract/messages';
import { escapedForMarkdown, flattened } from './markdown-values';
import { renderSafeMarkdown } from './safe-markdown';

/** Template text by language. */
export type TemplateSources = Readonly<Record<string, string>>;

/** Everything a template may know: the notice, and of the tenant only its own facts. */
export interface NoticeValues {
  readonly tenantName: string;
  readonly incidentId: string;
  readonly translation: NoticeTranslation;
  /** Lines above everything else, such as `TLP:AMBER`: not the template's to leave out. */
  readonly marks: readonly string[];
}

export interface RenderedNotice {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export class TemplateProblem extends Error {
  readonly type = 'TemplateProblem';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TemplateProblem';
  }
}

const SUFFIX = '.md.hbs';

/**
 * Reads `<directory>/<kind>/<language>.md.hbs` and checks each of them.
 * @returns no entry when there is no template of that kind.
 * @throws TemplateProblem that names the file and what in it is not allowed.
 */
export async function readTemplates(directory: string, kind: NoticeKind): Promise<TemplateSources> {
  const folder = join(directory, kind);
  const files = (await filesIn(folder)).filter((name) => name.endsWith(SUFFIX)).sort();
  const entries = files.map(async (name): Promise<[string, string]> => {
    const source = await readFile(join(folder, name), 'utf8');
    checkTemplate(source, `${kind}/${name}`);
    return [name.slice(0, -SUFFIX.length), source];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

// What a template may say

const VALUES = new Set([
  'tenant.name',
  'incident.id',
  'notice.subject',
  'notice.description',
  'notice.effectOnCustomerData',
  'notice.actionsTaken',
  'notice.suggestedActions',
  'notice.contactPoint',
  'notice.unknowns',
  'notice.nextUpdateAt',
]);
const VALUES_OF_CONTENT = new Set(['title', 'text']);

/** @throws TemplateProblem unless the template is made of nothing but text, known values, `#if` and `#each content`. */
export function checkTemplate(source: string, name: string): void {
  try {
    checkProgram(Handlebars.parse(source), VALUES, name);
  } catch (error) {
    if (error instanceof TemplateProblem) throw error;
    throw new TemplateProblem(`The template ${name} is not written as Handlebars: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function checkProgram(program: hbs.AST.Program | undefined, values: ReadonlySet<string>, name: string): void {
  let before = '';
  for (const statement of program?.body ?? []) {
    checkStatement(statement, values, name, before);
    before = statement.type === 'ContentStatement' ? (statement as hbs.AST.ContentStatement).value : '';
  }
}

function checkStatement(
  statement: hbs.AST.Statement,
  values: ReadonlySet<string>,
  name: string,
  before: string,
): void {
  switch (statement.type) {
    case 'ContentStatement':
    case 'CommentStatement':
      return;
    case 'MustacheStatement':
      checkValue(statement as hbs.AST.MustacheStatement, values, name, before);
      return;
    case 'BlockStatement':
      checkBlock(statement as hbs.AST.BlockStatement, values, name);
      return;
    default:
      throw refusal(name, statement, `uses ${statement.type}, which notices do not allow`);
  }
}

function checkValue(
  statement: hbs.AST.MustacheStatement,
  values: ReadonlySet<string>,
  name: string,
  before: string,
): void {
  const { path, params, hash, escaped } = statement;
  if (!escaped) throw refusal(name, statement, 'asks for a value without escaping');
  if (params.length > 0 || isGiven(hash))
    throw refusal(name, statement, 'calls a helper, and there are none');
  // A value inside a link target would let whoever chose the value choose where the link leads.
  if (/\]\([^)]*$|<[^>\s]*$/.test(before)) throw refusal(name, statement, 'puts a value into a link target');
  checkPath(path, values, name);
}

function checkBlock(statement: hbs.AST.BlockStatement, values: ReadonlySet<string>, name: string): void {
  const [param] = statement.params;
  const block = statement.path.original;
  if (param === undefined || statement.params.length > 1 || isGiven(statement.hash)) {
    throw refusal(name, statement, `has a block "${block}" that is not about exactly one value`);
  }
  if (block === 'each') checkPath(param, new Set(['content']), name);
  else if (block === 'if') checkPath(param, values, name);
  else throw refusal(name, statement, `uses the block "${block}"; there are only "if" and "each content"`);
  checkProgram(statement.program, block === 'each' ? VALUES_OF_CONTENT : values, name);
  checkProgram(statement.inverse, values, name);
}

function checkPath(expression: hbs.AST.Expression, values: ReadonlySet<string>, name: string): void {
  const isPath = expression.type === 'PathExpression';
  const asked = isPath ? (expression as hbs.AST.PathExpression).original : expression.type;
  if (!isPath || !values.has(asked))
    throw refusal(name, expression, `asks for "${asked}", which no notice has`);
}

/** Handlebars leaves `hash` undefined where its types promise one. */
function isGiven(hash: hbs.AST.Hash | undefined): boolean {
  return hash !== undefined && hash.pairs.length > 0;
}

function refusal(name: string, node: hbs.AST.Node, problem: string): TemplateProblem {
  return new TemplateProblem(`The template ${name}, line ${node.loc.start.line}, ${problem}.`);
}

// Rendering

export type NoticeRenderer = (values: NoticeValues) => RenderedNotice;

/**
 * Prepares one template. The text part shows the tenant's own values as they are, on one line; for the HTML part they
 * are escaped, for there Markdown would act on them.
 *
 * @param language for the `lang` of the HTML part.
 * @throws TemplateProblem now when the template is not allowed, later when it lacks a value.
 */
export function noticeRenderer(source: string, language: string): NoticeRenderer {
  checkTemplate(source, language);
  const template = Handlebars.compile(source, { strict: true, noEscape: true, knownHelpersOnly: true });
  return (values) => {
    const text = template(valuesFor(values, flattened));
    const source = template(valuesFor(values, escapedForMarkdown));
    const marks = values.marks.map((mark) => escapedForMarkdown(mark));
    return {
      subject: values.translation.subject,
      text: [...values.marks, text].join('\n\n'),
      html: page(renderSafeMarkdown([...marks, source].join('\n\n')), language),
    };
  };
}

/** The closed value object. Sections are Markdown of an approved draft; all other values are made safe. */
function valuesFor(
  { tenantName, incidentId, translation }: NoticeValues,
  safe: (value: string) => string,
): object {
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
      nextUpdateAt: translation.nextUpdateAt === undefined ? '' : safe(minuteOf(translation.nextUpdateAt)),
    },
    content: Object.entries(translation.content)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, text]) => ({ title: safe(titleOf(key)), text })),
  };
}

/** `2026-11-24 15:20 UTC` */
function minuteOf(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `likely-consequences` becomes `Likely consequences`. */
function titleOf(key: string): string {
  const words = key.replace(/[-_.:]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function page(body: string, language: string): string {
  return `<!doctype html>\n<html lang="${language}"><head><meta charset="utf-8"></head><body>\n${body}</body></html>\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
