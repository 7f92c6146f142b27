import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingSections, NoticeDraft, textFor } from '../../src/contract/notice';

const complete = {
  noticeId: 'first-1',
  kind: 'first',
  translations: {
    en: {
      subject: 'Security incident',
      description: 'It happened.',
      effectOnCustomerData: 'None known.',
      suggestedActions: 'Rotate your keys.',
      contactPoint: 'security@cloud.example',
    },
  },
};

const withEnglish = (changes: object) =>
  NoticeDraft.parse({ ...complete, translations: { en: { ...complete.translations.en, ...changes } } });

test('a complete draft lacks nothing', () => {
  expect(missingSections(NoticeDraft.parse(complete))).toEqual([]);
});

test('every missing or blank section is named with its language', () => {
  const draft = withEnglish({ description: undefined, effectOnCustomerData: '  ', contactPoint: undefined });
  expect(missingSections(draft)).toEqual([
    'section:en/contactPoint',
    'section:en/description',
    'section:en/effectOnCustomerData',
  ]);
});

test('actions taken or suggested: one of the two is enough, neither is not', () => {
  expect(missingSections(withEnglish({ suggestedActions: undefined, actionsTaken: 'Done.' }))).toEqual([]);
  expect(missingSections(withEnglish({ suggestedActions: undefined }))).toEqual([
    'section:en/actionsTaken|suggestedActions',
  ]);
});

test('content that the rules demand is met by its key or by the section that says it', () => {
  const required = ['nature-of-breach', 'measures-taken', 'likely-consequences'];
  const content = { 'likely-consequences': 'Few.', 'measures-taken': 'All tokens were revoked.' };

  expect(missingSections(withEnglish({}), required)).toEqual([
    'content:en/likely-consequences',
    'content:en/measures-taken',
  ]);
  expect(missingSections(withEnglish({ content }), required)).toEqual([]);
});

test.each([
  ['a line break in the subject', { subject: 'Hello\r\nBcc: all@evil.example' }],
  ['a line separator in the subject', { subject: 'Hello\u2028there' }],
  ['a long subject', { subject: 'x'.repeat(201) }],
  ['a control character in a section', { description: 'a\u0000b' }],
  ['half a character in a section', { description: 'a\ud800' }],
  ['a section of 20,001 characters', { description: 'x'.repeat(20_001) }],
  ['a next update that is no instant', { nextUpdateAt: 'tomorrow' }],
  ['an unknown field', { body: 'x' }],
])('%s is refused', (_, changes) => {
  expect(() => withEnglish(changes)).toThrow();
});

test('a notice in no language is refused', () => {
  expect(() => NoticeDraft.parse({ ...complete, translations: {} })).toThrow(/at least one language/);
});

describe('a notice for some tenants only', () => {
  const only = (...onlyTenants: string[]) => NoticeDraft.parse({ ...complete, onlyTenants }).onlyTenants;

  test('says the same in whatever order and however often they are named', () => {
    expect(only('globex', 'acme', 'globex')).toEqual(['acme', 'globex']);
  });

  test.each([
    ['nobody', []],
    ['more than 1,000', Array.from({ length: 1001 }, (_, index) => `t${String(index)}`)],
    ['what is no id', ['a b']],
  ])('that names %s is refused', (_, ids) => {
    expect(() => only(...ids)).toThrow();
  });
});

describe('the texts of a notice', () => {
  const another = { en: { subject: 'Another' } };

  test('of any kind are the one that it has', () => {
    const draft = NoticeDraft.parse({ ...complete, kind: 'withdrawal' });
    expect(textFor(draft, 'withdrawal')).toBe(draft.translations);
    expect(textFor(draft, 'first')).toBeUndefined();
  });

  test('by difference never stand in for one another', () => {
    const draft = NoticeDraft.parse({
      ...complete,
      kind: 'by-difference',
      variants: { withdrawal: another },
    });
    expect(textFor(draft, 'first')).toBe(draft.translations);
    expect(textFor(draft, 'withdrawal')?.['en']?.subject).toBe('Another');
    expect(textFor(draft, 'supplementary')).toBeUndefined();
  });

  test.each([
    ['of another kind', 'first', { withdrawal: another }],
    ['without any variant', 'by-difference', {}],
    ['of a kind that has none', 'by-difference', { first: another }],
    ['in no language', 'by-difference', { withdrawal: {} }],
  ])('in variants are refused in a notice %s', (_, kind, variants) => {
    expect(() => NoticeDraft.parse({ ...complete, kind, variants })).toThrow();
  });
});

test.each<[string, string[]]>([
  ['first', ['actionsTaken|suggestedActions', 'contactPoint', 'description', 'effectOnCustomerData']],
  ['final', ['actionsTaken|suggestedActions', 'contactPoint', 'description', 'effectOnCustomerData']],
  ['withdrawal', ['contactPoint', 'description', 'suggestedActions']],
  ['update', ['contactPoint']],
])('a notice of kind %s needs %j', (kind, sections) => {
  const draft = NoticeDraft.parse({ ...complete, kind, translations: { en: { subject: 'Nothing yet' } } });
  expect(missingSections(draft)).toEqual(sections.map((section) => `section:en/${section}`));
});

test.each<[string, string[]]>([
  ['first', ['content:en/likely-consequences']],
  ['final', ['content:en/likely-consequences']],
  ['supplementary', []],
  ['correction', []],
  ['update', []],
  ['withdrawal', []],
])('of what rules demand, a notice of kind %s lacks %j', (kind, lacks) => {
  const draft = NoticeDraft.parse({ ...complete, kind });
  expect(missingSections(draft, ['likely-consequences'])).toEqual(lacks);
});

test.each(['notice.json', 'notice-by-difference.json'])('the example %s is complete', (name) => {
  const text = readFileSync(join(__dirname, '..', '..', 'examples', name), 'utf8');
  expect(missingSections(NoticeDraft.parse(JSON.parse(text)))).toEqual([]);
});

test('line breaks of another system become ours, so that the same text has the same hash', () => {
  expect(withEnglish({ description: 'a\r\nb\rc ' }).translations['en']?.description).toBe('a\nb\nc');
});
