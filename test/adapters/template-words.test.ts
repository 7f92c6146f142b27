// The words that the notices of a language share, and the packaged ones of English and Japanese.
import { join } from 'node:path';
import { loadRulePack } from '../../src/adapters/rule-pack-files';
import {
  faultsInWords,
  instantIn,
  marksIn,
  readWords,
  subjectIn,
  titleIn,
} from '../../src/adapters/template-words';
import { Tlp } from '../../src/contract/declaration';
import { packagedWords, wordsIn } from '../support/templates';

const languages = ['en', 'ja'] as const;
const english = JSON.parse(packagedWords['en'] ?? '') as Record<string, object>;
const faultsWith = (changes: object) =>
  faultsInWords(JSON.stringify({ ...english, ...changes }), 'words/de.json');

test.each(languages)('in %s every content that a rule demands has a title of its own', async (language) => {
  const { rules } = await loadRulePack([join(__dirname, '..', '..', 'rules')]);
  const demanded = new Set(rules.flatMap(({ requiredContent }) => requiredContent));
  const { titles } = wordsIn(language);

  expect(demanded.size).toBeGreaterThan(30);
  expect([...demanded].filter((key) => titles[key] === undefined)).toEqual([]);
  expect(new Set(Object.values(titles)).size).toBe(Object.keys(titles).length);
});

test('Japanese has every title that English has', () => {
  expect(Object.keys(wordsIn('ja').titles)).toEqual(Object.keys(wordsIn('en').titles));
});

test.each(languages)(
  'in %s the label comes first as it is, then the drill, then what it means',
  (language) => {
    const words = wordsIn(language);
    for (const tlp of Tlp.options) {
      expect(marksIn(words, tlp, false)).toEqual([`TLP:${tlp}`, words.tlp[tlp]]);
      expect(marksIn(words, tlp, true)).toEqual([`TLP:${tlp}`, words.drill, words.tlp[tlp]]);
    }
  },
);

test('the subject of a drill is marked in its language, and no other', () => {
  expect(subjectIn(wordsIn('en'), 'Notice', true)).toBe('[DRILL] Notice');
  expect(subjectIn(wordsIn('ja'), '通知', true)).toBe('【訓練】 通知');
  expect(subjectIn(wordsIn('ja'), '通知', false)).toBe('通知');
});

test('an instant is written as its language does, and always with its zone', () => {
  expect(instantIn(wordsIn('en'), '2026-11-24T16:20:59+01:00')).toBe('2026-11-24 15:20 UTC');
  expect(instantIn(wordsIn('ja'), '2026-12-31T15:05:00Z')).toBe('2027年1月1日 00時05分（日本時間、UTC+9）');
  const newfoundland = { pattern: '{d}.{M}.{yyyy} {HH}:{mm} {zone}', utcOffsetMinutes: -210 };
  expect(instantIn({ ...wordsIn('en'), instant: newfoundland }, '2026-03-01T02:00:00Z')).toBe(
    '28.2.2026 22:30 UTC-3:30',
  );
});

test('a key without a title makes one in English and none in another language', () => {
  expect(titleIn(wordsIn('en'), 'en-GB', 'own-key_2')).toBe('Own key 2');
  expect(titleIn(wordsIn('ja'), 'ja', 'own-key')).toBeUndefined();
  expect(titleIn(wordsIn('ja'), 'ja', 'constructor')).toBeUndefined();
});

test.each([
  [
    'a pattern without a zone',
    { instant: { pattern: '{yyyy}-{MM}-{dd} {HH}:{mm}', utcOffsetMinutes: 0 } },
    /lacks \{zone\}/,
  ],
  [
    'a pattern that asks for something else',
    { instant: { pattern: '{yyyy}-{MM}-{dd} {HH}:{mm}:{ss} {zone}', utcOffsetMinutes: 0 } },
    /asks for \{ss\}; there are \{yyyy\}/,
  ],
  ['a label that is not explained', { tlp: { RED: 'x' } }, /"tlp\.CLEAR"/],
  ['a line break in a line', { drill: 'a\nb' }, /"drill": must be one line/],
  ['a field that is none', { footer: 'x' }, /footer/],
])('%s is refused with file and field', (_, changes, problem) => {
  const [fault] = faultsWith(changes);
  expect(fault?.file).toBe('words/de.json');
  expect(fault?.problem).toMatch(problem);
});

test('what is not JSON is refused', () => {
  expect(faultsInWords('{', 'words/de.json')).toEqual([{ file: 'words/de.json', problem: 'is not JSON' }]);
  expect(() => readWords('{', 'words/de.json')).toThrow('The template words/de.json, is not JSON.');
});
