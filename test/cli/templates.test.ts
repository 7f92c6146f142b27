/** `firebreak templates`: templates of one's own from the first check to their use, and what is refused on the way. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approvedTemplates, proposeTemplates } from '../../src/adapters/postgres/template-store';
import { revisionOf } from '../../src/adapters/template-files';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { packagedTemplates } from '../support/templates';

let server: TestDatabase;
let folder: string;

beforeEach(async () => {
  server = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'firebreak-templates-'));
  mkdirSync(join(folder, 'first'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.destroy();
});

const packagedFirst = readFileSync(join(packagedTemplates, 'first', 'en.md.hbs'), 'utf8');
const writeFirst = (source: string) => {
  writeFileSync(join(folder, 'first', 'en.md.hbs'), source);
};

const as = (principal: string, role: string) => ({
  env: {
    ...{ DATABASE_URL: server.url, FIREBREAK_TEMPLATES: folder },
    ...{ FIREBREAK_PRINCIPAL: principal, FIREBREAK_ROLE: role },
  },
});
const author = () => as('carol', 'communications');
const approver = () => as('lea', 'legal');

interface Listed {
  readonly kind: string;
  readonly language: string;
  readonly hash: string;
  readonly isInUse: boolean;
  readonly author?: string;
}

const firstsIn = async () =>
  (await answerOf<Listed[]>(['templates', 'list'], author())).filter(
    ({ kind, language }) => kind === 'first' && language === 'en',
  );

test('a text is checked, proposed, approved by somebody else, and then used instead of the release', async () => {
  writeFirst(`${packagedFirst}\nYours, the security team\n`);
  expect(await answerOf(['templates', 'check'], author())).toEqual({ templates: ['first/en.md.hbs'] });
  const [proposed] = await answerOf<{ revision: string }[]>(['templates', 'propose'], author());
  const revision = proposed?.revision ?? '';
  expect(await firstsIn()).toMatchObject([{ isInUse: true }, { author: 'carol', isInUse: false }]);

  const read = await firebreak(['templates', 'show', revision.slice(0, 12)], approver());
  expect(read.stdout).toContain('Yours, the security team');
  expect((await firebreak(['templates', 'approve', revision.slice(0, 12)], approver())).stdout).toContain(
    `first/en.md.hbs is used as of revision ${revision}`,
  );

  expect(await firstsIn()).toMatchObject([
    { isInUse: false },
    { hash: revision, isInUse: true, approval: { by: 'lea' } },
  ]);
  expect(await approvedTemplates(server.database, 'first')).toEqual({
    en: `${packagedFirst}\nYours, the security team\n`,
  });
  expect((await firebreak(['templates', 'show', 'first/en'], author())).stdout).toContain('security team');
});

test('people read in a line what is in use, by whom, and that the rest is of the release', async () => {
  writeFirst(`${packagedFirst}\nYours\n`);
  await firebreak(['templates', 'propose'], author());
  const { stdout } = await firebreak(['templates', 'list'], author());
  expect(stdout).toMatch(/^first\/en\.md\.hbs +[0-9a-f]{12} {2}in use {6}of the release$/m);
  expect(stdout).toMatch(/^first\/en\.md\.hbs +[0-9a-f]{12} {2}not in use {2}by carol, not approved$/m);
  expect(stdout).toMatch(/^words\/ja\.json +[0-9a-f]{12} {2}in use {6}of the release$/m);
});

test('what is as it is in use is not proposed', async () => {
  writeFirst(packagedFirst);
  expect((await firebreak(['templates', 'propose'], author())).stdout).toBe(
    'All of these texts are in use already.\n',
  );
});

test('what is wrong is told with file and line, to programs as a list, and nothing is kept', async () => {
  writeFirst('Dear {{{tenant.name}}},\n{{tenant.secret}}\n');
  const { code, stderr } = await firebreak(['templates', 'propose'], author());
  expect(code).toBe(2);
  expect(stderr).toContain('\nfirst/en.md.hbs:1  asks for a value without escaping');
  expect(stderr).toContain('\nfirst/en.md.hbs:2  asks for "tenant.secret", which no notice has');

  const { stdout } = await firebreak(['templates', 'check', folder, '--json'], author());
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      problems: [
        { file: 'first/en.md.hbs', line: 1 },
        { file: 'first/en.md.hbs', line: 2 },
      ],
    },
  });
  expect(await firstsIn()).toHaveLength(1);
});

test.each([
  ['approved by its author', ['approve', '?'], () => as('carol', 'legal'), /carol wrote revision/],
  [
    'approved in a role that does not decide',
    ['approve', '?'],
    () => as('dan', 'communications'),
    /dan speaks as communications, but this is for executive-incident-manager, legal/,
  ],
  [
    'proposed in a role that writes no notices',
    ['propose'],
    () => as('sam', 'security-response'),
    /sam speaks as/,
  ],
  ['approved by too few digits', ['approve', 'abc'], approver, /there is no template abc/],
  ['read from a folder that is not there', ['check', '/nowhere/at/all'], author, /cannot be read/],
  ['shown and not there', ['show', 'first/xx'], author, /there is no template first\/xx/],
])('a template that is to be %s is refused', async (_, words, who, sentence) => {
  const template = { kind: 'first', language: 'en', source: `${packagedFirst}\nYours\n` } as const;
  writeFirst(template.source);
  await proposeTemplates(server.database, [template], 'carol');
  const told = await failureOf(
    ['templates', ...words.map((word) => (word === '?' ? revisionOf(template) : word))],
    who(),
  );
  expect(told.code).toBe(2);
  expect(told.message).toMatch(sentence);
});
