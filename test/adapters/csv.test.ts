import fc from 'fast-check';
import { csvFields, csvRecord } from '../../src/adapters/csv';

test.each<[string, readonly (string | number)[], string]>([
  ['plain texts and numbers as they are', ['a', 1, -2, ''], 'a,1,-2,'],
  ['what holds a comma in quotes', ['a,b'], '"a,b"'],
  ['quotes doubled', ['say "no"'], '"say ""no"""'],
  ['a line break in quotes', ['a\nb'], '"a\nb"'],
])('%s', (_, fields, record) => {
  expect(csvRecord(fields)).toBe(record);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
  '%j is text to a spreadsheet, never a formula',
  (text) => {
    expect(csvFields(csvRecord([text]))).toEqual([`'${text}`]);
  },
);

test('whatever is written is read again, apart from the apostrophe before a formula', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 6 }), (texts) => {
      const read = csvFields(csvRecord(texts)) ?? [];
      expect(read.map((text, index) => (text === `'${texts[index] ?? ''}` ? text.slice(1) : text))).toEqual(
        texts,
      );
    }),
  );
});
