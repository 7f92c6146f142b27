import {
  saveStatusPostDraft,
  statusPostDrafts,
  statusPostToDecide,
} from '../../src/adapters/postgres/status-post-store';
import { StatusPostDraft } from '../../src/contract/status-post';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { completePost, resolvingPost } from '../support/status-posts';
import { testDatabase, type TestDatabase } from '../support/postgres';

let test_: TestDatabase;

beforeEach(async () => {
  test_ = await testDatabase();
});
afterEach(() => test_.destroy());

const incidentId = 'INC-1';
const save = (draft = completePost, author = 'author-1', incident = incidentId) =>
  saveStatusPostDraft(test_.database, incident, draft, author);
const draftOf = (revision: number, incident = incidentId) =>
  statusPostDrafts(test_.database).draft({ incidentId: incident, postId: 'storage-1', revision });

test('the newest content again is its revision, an edit is the next one, and so is a return to the former', async () => {
  expect(await save()).toMatchObject({ postId: 'storage-1', revision: 1 });
  expect(await save(completePost, 'somebody else')).toMatchObject({ revision: 1 });
  expect(await save(resolvingPost)).toMatchObject({ revision: 2 });
  expect(await save()).toMatchObject({ revision: 3 });
});

test('a stored post comes back whole, with the hash it was saved under', async () => {
  const { revision, contentHash } = await save({
    ...completePost,
    feature: 'uploads',
    featureGroup: 'お知らせ',
    details: [{ name: 'Region', value: 'eu-west' }],
  });

  const stored = await draftOf(revision);

  expect(stored && fingerprintOf(stored)).toBe(contentHash);
  expect(StatusPostDraft.parse(stored)).toEqual(stored);
  expect(await statusPostToDecide(test_.database, { incidentId, postId: 'storage-1', contentHash })).toEqual(
    stored,
  );
});

test('posts of one id in two incidents have nothing to do with each other', async () => {
  await save();
  await save(resolvingPost, 'author-2', 'INC-2');

  expect(await draftOf(1)).toMatchObject({ status: 'investigating' });
  expect(await draftOf(1, 'INC-2')).toMatchObject({ status: 'serviceRestored' });
  expect(await draftOf(2)).toBeUndefined();
});

test('two authors who save at once get a revision each', async () => {
  const texts = ['one', 'two', 'three', 'four'];
  const saved = await Promise.all(texts.map((text) => save({ ...completePost, text })));
  expect(saved.map(({ revision }) => revision).sort()).toEqual([1, 2, 3, 4]);
});

test.each([
  ['endedAt', 'without an end, of a status that ends it', { ...resolvingPost, endedAt: undefined }],
  ['endedAt', 'with an end, of a status that does not', { ...completePost, endedAt: '2026-11-24T00:00:00Z' }],
  ['endedAt', 'that ends before it starts', { ...resolvingPost, endedAt: '2026-11-22T00:00:00Z' }],
  ['title', 'with a title of two lines', { ...completePost, title: 'Storage\nis slow' }],
  ['title', 'with half of a character pair', { ...completePost, title: 'Storage \uD83D' }],
  ['text', 'with control characters', { ...completePost, text: 'Storage \u0007' }],
  ['text', 'that says nothing', { ...completePost, text: ' \n ' }],
  ['status', 'of a status that is reserved', { ...completePost, status: 'resolved' }],
  ['tlp', 'that does not say that it is public', { ...completePost, tlp: undefined }],
  ['', 'with a field that is not known', { ...completePost, incident: 'INC-1' }],
])('%s: a post %s is no draft, and nothing is kept of it', async (field, _, draft) => {
  const problem: unknown = await save(draft as unknown as typeof completePost).catch(
    (error: unknown) => error,
  );

  expect(problem).toMatchObject({ issues: [{ path: field === '' ? [] : [field] }] });
  expect(await draftOf(1)).toBeUndefined();
});
