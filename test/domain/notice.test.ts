import { missingSections, NoticeDraft } from '../../src/contract/notice';

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

test('line breaks of another system become ours, so that the same text has the same hash', () => {
  expect(withEnglish({ description: 'a\r\nb\rc ' }).translations['en']?.description).toBe('a\nb\nc');
});
