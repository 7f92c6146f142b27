import type { Database } from '../../src/adapters/postgres/database';
import {
  contentHashOf,
  keptTemplates,
  noticeContents,
  saveNoticeDraft,
} from '../../src/adapters/postgres/notice-store';
import { NoticeDraft } from '../../src/contract/notice';
import { completeDraft, completeTranslation, incidentId } from '../support/deliveries';
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
    kind: 'by-difference' as const,
    tlp: 'GREEN' as const,
    acknowledgeWithinHours: 24,
    onlyTenants: ['globex', 'acme'],
    translations: { en: completeTranslation, ja: { ...completeTranslation, subject: 'お知らせ' } },
    variants: { withdrawal: { en: { ...completeTranslation, subject: 'Please disregard' } } },
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
  const contents = noticeContents(database);
  const one = { first: { en: 'one', ja: 'ichi' }, withdrawal: { en: 'one' } };
  const first = await contents.keepTemplates(one);

  expect(await contents.keepTemplates(one)).toBe(first);
  expect(await contents.keepTemplates({ ...one, withdrawal: { en: 'two' } })).not.toBe(first);
  expect(await contents.keepTemplates({ first: one.withdrawal, withdrawal: one.first })).not.toBe(first);
  expect(await keptTemplates(database, first)).toEqual(one);
});
