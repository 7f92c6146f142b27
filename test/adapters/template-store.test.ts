// Revisions of templates and their approvals, in a real database.
import type { Database } from '../../src/adapters/postgres/database';
import {
  approvedTemplates,
  approveTemplate,
  proposeTemplates,
  templateRevisions,
} from '../../src/adapters/postgres/template-store';
import { revisionOf, type TemplateText } from '../../src/adapters/template-files';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;
let database: Database;
beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
});
afterEach(() => test_.destroy());

const german = (source: string): TemplateText => ({ kind: 'first', language: 'de', source });

async function approved(template: TemplateText): Promise<void> {
  await proposeTemplates(database, [template], 'author-1');
  await approveTemplate(database, revisionOf(template), 'approver-1');
}

test('a revision is used once somebody else has approved it, and not before', async () => {
  await proposeTemplates(database, [german('one')], 'author-1');
  expect(await approvedTemplates(database, 'first')).toEqual({});

  await expect(approveTemplate(database, revisionOf(german('one')), 'author-1')).rejects.toThrow(
    /author-1 wrote revision .* cannot approve it/,
  );
  expect(await approvedTemplates(database, 'first')).toEqual({});

  await approveTemplate(database, revisionOf(german('one')), 'approver-1');
  expect(await approvedTemplates(database, 'first')).toEqual({ de: 'one' });
  expect(await approvedTemplates(database, 'update')).toEqual({});
});

test('an edit after the approval is another revision: the approved one is used until the edit is approved', async () => {
  await approved(german('one'));
  await proposeTemplates(database, [german('one, edited')], 'author-2');
  expect(await approvedTemplates(database, 'first')).toEqual({ de: 'one' });

  await approveTemplate(database, revisionOf(german('one, edited')), 'approver-1');
  expect(await approvedTemplates(database, 'first')).toEqual({ de: 'one, edited' });
});

test('an earlier revision that is approved again is used again', async () => {
  await approved(german('one'));
  await approved(german('two'));
  await approveTemplate(database, revisionOf(german('one')), 'approver-2');
  expect(await approvedTemplates(database, 'first')).toEqual({ de: 'one' });
});

test('the same text stays its first author’s, who cannot approve it in the name of another proposal', async () => {
  await proposeTemplates(database, [german('one')], 'author-1');
  await proposeTemplates(database, [german('one')], 'author-2');
  await expect(approveTemplate(database, revisionOf(german('one')), 'author-1')).rejects.toThrow(/wrote/);
  expect(await templateRevisions(database)).toMatchObject([{ author: 'author-1', isInUse: false }]);
});

test('every revision is listed with author, approval and whether it is in use', async () => {
  await approved(german('one'));
  await approved(german('two'));
  await proposeTemplates(database, [german('three')], 'author-1');
  const listed = (await templateRevisions(database)).map(({ source, approval, isInUse }) => [
    source,
    approval?.by,
    isInUse,
  ]);
  expect(listed).toEqual([
    ['three', undefined, false],
    ['two', 'approver-1', true],
    ['one', 'approver-1', false],
  ]);
});

test('a text that was changed in the database after its approval is refused, not used', async () => {
  await approved(german('one'));
  await database.updateTable('template_revision').set({ source: 'another' }).execute();
  await expect(approvedTemplates(database, 'first')).rejects.toThrow(
    /first\/de\.md\.hbs in the database is not the one that was approved/,
  );
});

test('a revision that nobody proposed cannot be approved', async () => {
  await expect(approveTemplate(database, 'a'.repeat(64), 'approver-1')).rejects.toMatchObject({
    name: 'InputProblem',
    message: expect.stringContaining('there is no revision') as string,
  });
});
