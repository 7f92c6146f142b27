/**
 * What a template does with what it is given, found by trying: a value must stay text wherever it stands, and whatever
 * an author has written must be in the mail.
 */
import Handlebars from 'handlebars';
import type { NoticeKind } from '../contract/messages';
import { NoticeTranslation } from '../contract/notice';
import { escapedForHtml, escapedForMarkdown } from './markdown-values';
import { noticeRenderer } from './notice-templates';
import type { TemplateFault } from './template-problem';
import type { NoticeWords } from './template-words';

const sections = [
  'description',
  'effectOnCustomerData',
  'actionsTaken',
  'suggestedActions',
  'contactPoint',
  'unknowns',
] as const;

const trialInstant = '2026-11-24T15:20:00Z';
const shownInstant = 'trial 2026 11 24 15 20 UTC';

const trialWords: NoticeWords = {
  tlp: { CLEAR: '-', GREEN: '-', AMBER: '-', 'AMBER+STRICT': '-', RED: '-' },
  drill: '-',
  drillSubject: '-',
  acknowledge: '-',
  instant: { pattern: 'trial {yyyy} {MM} {dd} {HH} {mm} {zone}', utcOffsetMinutes: 0 },
  titles: { trial: 'trialTitle' },
};

/** Where a value would be acted on: in a link, in code, in the name of a code block. Of a template that is allowed. */
export function faultsOfPlaces(source: string, file: string): TemplateFault[] {
  return mustachesIn(source)
    .filter((mustache) => isActedOn(source, mustache))
    .map(({ line, written }) => ({
      file,
      line,
      problem: `puts ${written} where it is not plain text, such as in a link or in code`,
    }));
}

/** What was written would not be in the mail. Of a template that is allowed. */
export function faultsOfSections(source: string, file: string, kind: NoticeKind): TemplateFault[] {
  const leavesOut = [
    ...sections
      .filter(
        (section) => !shown(source, { [section]: `trial of ${section}` }).includes(`trial of ${section}`),
      )
      .map((section) => `notice.${section}`),
    // Nothing follows a final notice.
    ...(kind === 'final' || shown(source, { nextUpdateAt: trialInstant }).includes(shownInstant)
      ? []
      : ['notice.nextUpdateAt']),
    ...contentLeftOut(source),
  ];
  return leavesOut.map((value) => ({
    file,
    problem: `leaves out ${value} when it is the only one that was written`,
  }));
}

function contentLeftOut(source: string): string[] {
  const text = shown(source, { content: { trial: 'trial of a content' } });
  return [
    ...(text.includes('trialTitle') ? [] : ['the title of each content']),
    ...(text.includes('trial of a content') ? [] : ['the text of each content']),
  ];
}

function shown(source: string, written: Partial<NoticeTranslation>): string {
  return rendered(source, { subject: 'trial', ...written }).text;
}

function rendered(source: string, written: object) {
  const translation = NoticeTranslation.parse(written);
  const values = { tenantName: 'trial', incidentId: 'trial', translation, marks: [] };
  return noticeRenderer(source, 'en', trialWords)(values);
}

// Places

interface Mustache {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  /** As it stands in the template. */
  readonly written: string;
}

function mustachesIn(source: string): Mustache[] {
  const lineStarts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const indexOf = ({ line, column }: hbs.AST.Position) => (lineStarts[line - 1] ?? 0) + column;
  return statementsIn(Handlebars.parse(source))
    .filter(({ type }) => type === 'MustacheStatement')
    .map(({ loc }) => {
      const [from, to] = [indexOf(loc.start), indexOf(loc.end)];
      return { line: loc.start.line, from, to, written: source.slice(from, to) };
    });
}

function statementsIn(program: hbs.AST.Program | undefined): hbs.AST.Statement[] {
  return (program?.body ?? []).flatMap((statement) => {
    if (statement.type !== 'BlockStatement') return [statement];
    const block = statement as hbs.AST.BlockStatement;
    return [...statementsIn(block.program), ...statementsIn(block.inverse)];
  });
}

const harmless = 'firebreaktrial';
/** Begins and ends with a letter, so that it does not join with what stands beside it. */
const hostile = 'a`~*_[x](https://x.example)<b>&amp;"\'!#|\\z';

/** Everything was written, or nothing: each value stands in one of the two, or in both. */
const extremes: readonly object[] = [
  {
    subject: 'trial',
    nextUpdateAt: trialInstant,
    content: { trial: 'trial' },
    ...Object.fromEntries(sections.map((section) => [section, 'trial'])),
  },
  { subject: 'trial' },
];

function isActedOn(source: string, { from, to }: Mustache): boolean {
  const htmlWith = (text: string, written: object) =>
    rendered(source.slice(0, from) + text + source.slice(to), written).html;
  return extremes.some((written) => {
    const reference = htmlWith(harmless, written);
    if (!reference.includes(harmless)) return false;
    const html = htmlWith(escapedForMarkdown(hostile), written);
    const isText =
      !new RegExp(`<[^<>]*${harmless}`).test(reference) && html.includes(escapedForHtml(hostile));
    return !isText || tagsOf(reference) !== tagsOf(html);
  });
}

function tagsOf(html: string): string {
  return (html.match(/<[^>]*>/g) ?? []).join('');
}
