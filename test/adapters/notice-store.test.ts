import type { Database } from '../../src/adapters/postgres/database';
import {
  contentHashOf,
  keptTemplates,
  noticeContents,
  recipientLanguages,
  saveNoticeDraft,
} from '../../src/adapters/postgres/notice-store';
import { NoticeDraft } from '../../src/contract/notice';
import { addTenants, affect, completeDraft, completeTranslation, incidentId } from '../support/deliveries';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;
let database: Database;

beforeEach(async () => {
  test_ = await testDatabase();
  database = test_.database;
});
afterEach(() => test_.destroy());

const save = (draft = completeDraft, author = 'author-1') =>
  saveNoticeDraft(database, incidentId, draft, author);
const edited = {
  ...completeDraft,
  translations: { en: { ...completeTranslation, description: 'More is known.' } },
};

test('the same content is the same revision, an edit is the next one', async () => {
  expect(await save()).toMatchObject({ noticeId: 'first-1', revision: 1 });
  expect(await save(completeDraft, 'somebody else')).toMatchObject({ revision: 1 });
  expect(await save(edited)).toMatchObject({ revision: 2 });
  expect(await save()).toMatchObject({ revision: 1 });
});

test('a stored draft comes back whole, with the hash it was saved under', async () => {
  const draft = {
    ...completeDraft,
    tlp: 'GREEN' as const,
    acknowledgeWithinHours: 24,
    translations: { en: completeTranslation, ja: { ...completeTranslation, subject: 'お知らせ' } },
  };
  const { revision, contentHash } = await save(draft);

  const stored = await noticeContents(database).draft({ incidentId, noticeId: 'first-1', revision });

  expect(stored).toEqual(NoticeDraft.parse(draft));
  expect(stored && contentHashOf(stored)).toBe(contentHash);
});

test('two authors who save at once get a revision each, never a mixed one', async () => {
  const inJapanese = { ...completeDraft, translations: { ja: completeTranslation } };
  const drafts = [completeDraft, edited, inJapanese, completeDraft];

  const saved = await Promise.all(drafts.map((draft) => save(draft)));

  expect(saved[0]).toEqual(saved[3]);
  expect(new Set(saved.map(({ revision }) => revision)).size).toBe(3);
  for (const [index, { revision, contentHash }] of saved.entries()) {
    const stored = await noticeContents(database).draft({ incidentId, noticeId: 'first-1', revision });
    expect(stored).toEqual(NoticeDraft.parse(drafts[index]));
    expect(stored && contentHashOf(stored)).toBe(contentHash);
  }
});

test('templates are kept by what they say', async () => {
  const keepTemplates = (sources: Record<string, string>) => noticeContents(database).keepTemplates(sources);
  const first = await keepTemplates({ en: 'one' });

  expect(await keepTemplates({ en: 'one' })).toBe(first);
  expect(await keepTemplates({ en: 'two' })).not.toBe(first);
  expect(await keptTemplates(database, first)).toEqual({ en: 'one' });
});

test("languages that no recipient of the set can read are counted by the tenant's first choice", async () => {
  await addTenants(database, [
    { id: 'a', languages: ['de', 'en'] },
    { id: 'b', languages: ['ja'] },
    { id: 'c', languages: ['ja', 'zh'] },
    { id: 'd', languages: ['en-GB'] },
    { id: 'e', languages: [] },
    { id: 'f', languages: ['fr'] },
  ]);
  await affect(database, 1, ['a', 'b', 'c', 'd', 'e', 'f'], { excluded: ['f'] });

  const lacking = await recipientLanguages(database).lackingIn({ incidentId, tenantSetVersion: 1 }, ['en']);

  expect(lacking).toEqual([{ language: 'ja', tenants: 2 }]);
});
