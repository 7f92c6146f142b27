// What is wrong with a folder of templates: each fault by file, line and problem.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readTemplateFolder, readTemplates, revisionOf } from '../../src/adapters/template-files';
import { NoticeKind } from '../../src/contract/messages';
import { packagedTemplates } from '../support/templates';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-templates-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

async function faultsOf(source: string | Uint8Array, file = 'first/de.md.hbs') {
  write(file, source);
  return (await readTemplateFolder(folder)).faults;
}

/** Every section, so that nothing but what a test puts before it is wrong. */
const sections = `
{{notice.description}}{{notice.effectOnCustomerData}}{{notice.actionsTaken}}{{notice.suggestedActions}}
{{#each content}}{{title}}: {{text}}{{/each}}{{notice.unknowns}}{{notice.nextUpdateAt}}{{notice.contactPoint}}
`;

test('the packaged templates are there for every kind in English and Japanese, and nothing is wrong with them', async () => {
  const { templates, faults } = await readTemplateFolder(packagedTemplates);
  expect(faults).toEqual([]);
  expect(templates.map(({ kind, language }) => `${kind}/${language}`).sort()).toEqual(
    [...NoticeKind.options, 'words'].flatMap((kind) => [`${kind}/en`, `${kind}/ja`]).sort(),
  );
});

test.each([
  ['a triple stash', 'Hello\n{{{tenant.name}}}', 2, 'asks for a value without escaping'],
  ['an ampersand stash', '{{&tenant.name}}', 1, 'asks for a value without escaping'],
  ['a partial', '\n\n{{> other}}', 3, 'uses PartialStatement, which notices do not allow'],
  ['a decorator', '{{* inline}}', 1, 'uses Decorator, which notices do not allow'],
  ['a helper', '{{lookup tenant "name"}}', 1, 'calls the helper "lookup", and there are none'],
  ['a helper with a hash', '{{tenant.name a=1}}', 1, 'calls the helper "tenant.name", and there are none'],
  ['an unknown value', 'a\n{{tenant.secret}}', 2, 'asks for "tenant.secret", which no notice has'],
  [
    'a way up',
    '{{#each content}}\n{{../tenant.name}}{{/each}}',
    2,
    'asks for "../tenant.name", which no notice has',
  ],
  ['a special variable', '{{@root.tenant.name}}', 1, 'asks for "@root.tenant.name", which no notice has'],
  ['a prototype', '{{tenant.constructor}}', 1, 'asks for "tenant.constructor", which no notice has'],
  [
    'another block',
    '{{#with tenant}}{{/with}}',
    1,
    'uses the block "with"; there are only "if" and "each content"',
  ],
  [
    'each over something else',
    '{{#each tenant.name}}{{/each}}',
    1,
    'asks for "tenant.name", which no notice has',
  ],
  [
    'a subexpression',
    '{{#if (lookup tenant "name")}}{{/if}}',
    1,
    'asks for "SubExpression", which no notice has',
  ],
  ['a block that is not closed', 'a\n{{#if tenant.name}}\nb', 3, 'ends before a block or a {{ is closed'],
  [
    'a value that is not closed',
    'a\n{{tenant.name',
    2,
    "is not written as Handlebars: Expecting 'ID', got 'INVALID'",
  ],
  [
    'a block that is closed by another',
    'a\n{{#if tenant.name}}{{/each}}',
    2,
    "is not written as Handlebars: if doesn't match each",
  ],
  [
    'a value in a link target',
    '[x](https://x.example/{{tenant.name}})',
    1,
    'puts a value into a link target',
  ],
  [
    'a value in a link target behind a block',
    '[x](https://x.example/{{#if notice.unknowns}}a{{/if}}{{tenant.name}})',
    1,
    'puts a value into a link target',
  ],
  [
    'a value in an address in brackets',
    '<https://x.example/{{tenant.name}}>',
    1,
    'puts a value into a link target',
  ],
  [
    'a value in a link definition',
    'a\n\n[1]: https://x.example/{{tenant.name}}',
    3,
    'puts a value into a link target',
  ],
])('%s is refused with file, line and problem', async (_, source, line, problem) => {
  expect(await faultsOf(source)).toContainEqual({ file: 'first/de.md.hbs', line, problem });
});

test.each([
  ['a code span', 'Dear `{{tenant.name}}`,'],
  ['the name of a code block', '```{{tenant.name}}\ncode\n```'],
  ['a link target on the next line', 'See [x](\nhttps://x.example/{{incident.id}}).'],
])('a value in %s is refused, for there it is acted on', async (_, source) => {
  const [fault] = await faultsOf(`\n${source}\n${sections}`);
  expect(fault?.problem).toMatch(/puts (a value into a link target|\{\{.*\}\} where it is not plain text)/);
  expect(fault?.line).toBeGreaterThan(1);
});

test.each([
  'notice.description',
  'notice.effectOnCustomerData',
  'notice.actionsTaken',
  'notice.suggestedActions',
  'notice.contactPoint',
  'notice.unknowns',
  'notice.nextUpdateAt',
])('a template that leaves out %s is refused: what was approved would not be sent', async (value) => {
  const problem = `leaves out ${value} when it is the only one that was written`;
  expect(await faultsOf(sections.replace(`{{${value}}}`, ''))).toEqual([
    { file: 'first/de.md.hbs', problem },
  ]);
  expect(
    await faultsOf(sections.replace(`{{${value}}}`, `{{#if tenant.name}}{{else}}{{${value}}}{{/if}}`)),
  ).toEqual([{ file: 'first/de.md.hbs', problem }]);
});

test('a template that leaves out what rules demand is refused', async () => {
  const faults = await faultsOf(sections.replace(/\{\{#each.*each\}\}/, ''));
  expect(faults.map(({ problem }) => problem)).toEqual([
    'leaves out the title of each content when it is the only one that was written',
    'leaves out the text of each content when it is the only one that was written',
  ]);
});

test('everything that is wrong is told, file by file, not the first problem alone', async () => {
  write('first/de.md.hbs', '{{{tenant.name}}}\n{{tenant.secret}}');
  write('update/fr.md.hbs', '{{> other}}');
  const { faults } = await readTemplateFolder(folder);
  expect(faults.map(({ file, line }) => [file, line])).toEqual([
    ['first/de.md.hbs', 1],
    ['first/de.md.hbs', 2],
    ['update/fr.md.hbs', 1],
  ]);
});

test.each([
  ['Latin 1', Buffer.from('Hello\nGr\xfc\xdfe', 'latin1'), 2, 'is not written in UTF-8'],
  ['UTF-16', Buffer.from('\ufeffHello', 'utf16le'), 1, 'is not written in UTF-8'],
  ['half of a character pair', Buffer.from([0x61, 0x0a, 0xed, 0xa0, 0x80]), 2, 'is not written in UTF-8'],
  ['a NUL', 'a\n\nb\0', 3, 'holds a control character'],
])('%s is refused with its line', async (_, bytes, line, problem) => {
  expect(await faultsOf(bytes)).toEqual([{ file: 'first/de.md.hbs', line, problem }]);
});

test('a byte order mark and the line ends of Windows change nothing', async () => {
  write('first/de.md.hbs', `\ufeff${sections.replaceAll('\n', '\r\n')}`);
  const { templates, faults } = await readTemplateFolder(folder);
  expect(faults).toEqual([]);
  expect(templates).toEqual([{ kind: 'first', language: 'de', source: sections }]);
});

test.each([
  'frist/de.md.hbs',
  'first/de.hbs',
  'first/German.md.hbs',
  'first/de.json',
  'words/de.md.hbs',
  'de.md.hbs',
])('%s is where no template would be found', async (file) => {
  const [fault] = await faultsOf(sections, file);
  expect(fault).toMatchObject({
    file,
    problem: expect.stringContaining('is not where it would be found') as string,
  });
});

test('one template that is not allowed is refused with its sentence when its kind is read', async () => {
  write('first/de.md.hbs', 'a\n{{{tenant.name}}}');
  await expect(readTemplates(folder, 'first')).rejects.toThrow(
    'The template first/de.md.hbs, line 2, asks for a value without escaping.',
  );
  expect(await readTemplates(folder, 'update')).toEqual({});
});

test('the same text for another kind or language is another revision', () => {
  const text = { kind: 'first', language: 'en', source: 'x' } as const;
  const revisions = [text, { ...text, kind: 'update' as const }, { ...text, language: 'fr' }].map(revisionOf);
  expect(new Set(revisions).size).toBe(3);
});
