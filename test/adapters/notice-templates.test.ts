import fc from 'fast-check';
import { escapedForMarkdown, flattened } from '../../src/adapters/markdown-values';
import { noticeRenderer, type NoticeRenderer } from '../../src/adapters/notice-templates';
import { readTemplates } from '../../src/adapters/template-files';
import { marksIn } from '../../src/adapters/template-words';
import { NoticeKind } from '../../src/contract/messages';
import { missingSections, NoticeDraft, NoticeTranslation } from '../../src/contract/notice';
import { completeTranslation, englishTemplate } from '../support/deliveries';
import { packagedTemplates, wordsIn } from '../support/templates';

const translation = NoticeTranslation.parse(completeTranslation);
const values = { tenantName: 'Acme, Inc.', incidentId: 'INC-1', translation, marks: ['TLP:AMBER'] };

async function packaged(kind: NoticeKind, language: 'en' | 'ja' = 'en'): Promise<NoticeRenderer> {
  const source = (await readTemplates(packagedTemplates, kind))[language];
  if (source === undefined) throw new Error(`the package has no template ${kind} in ${language}`);
  return noticeRenderer(source, language, wordsIn(language));
}

/** What a mail program acts on: the tags in their order, with where links and pictures lead. */
function structureOf(html: string): string[] {
  return (html.match(/<[^>]*>/g) ?? []).map((tag) => tag);
}

/** Any text there can be, and what has a meaning for Markdown, HTML, mail or the reading direction. */
const anyName = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      ...Array.from('[]()<>!*_`#>~|\\&;:/"\'-+.=\n\r\t \u2028\u2029\u0085\u0000\u202eaA1'),
    ),
    maxLength: 40,
  }),
  fc.constantFrom(
    '[click](https://evil.example)',
    '<https://evil.example>',
    'https://evil.example',
    '<script>alert(1)</script>',
    '![x](https://evil.example/x.png)',
    '[x]: https://evil.example',
    '\n\n# Heading\n\n- item',
    '&lt;b&gt; &#x3C;b>',
    '{{notice.subject}}',
    'a](https://evil.example)',
    '\\',
    '\ud800',
    '[x](https://evil.example)\n'.repeat(400),
    '社'.repeat(10_240),
  ),
);

describe.each(['en', 'ja'] as const)('every packaged notice in %s', (language) => {
  test.each(NoticeKind.options)('of kind %s: no value changes tags, links or lines', async (kind) => {
    const render = await packaged(kind, language);
    const whole = { ...translation, unknowns: 'How long.', nextUpdateAt: '2026-11-25T10:00:00Z' };
    const reference = render({ ...values, translation: whole });
    const structure = structureOf(reference.html);
    const lines = reference.text.split('\n').length;

    fc.assert(
      fc.property(anyName, anyName, anyName, (tenantName, incidentId, subject) => {
        const { html, text } = render({
          ...values,
          ...{ tenantName, incidentId, translation: { ...whole, subject } },
        });
        expect(structureOf(html)).toEqual(structure);
        expect(text.split(/\r\n?|\n|[\u0085\u2028\u2029]/)).toHaveLength(lines);
        expect(text).not.toMatch(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\0]/);
      }),
      { numRuns: 60 },
    );
  });

  test.each(NoticeKind.options)('of kind %s: has what was written, and what rules demand', async (kind) => {
    const render = await packaged(kind, language);
    const { text, html } = render({
      ...values,
      translation: {
        ...translation,
        unknowns: 'How long it lasted.',
        content: { 'likely-consequences': 'Misuse of tokens.' },
      },
    });
    const { subject, description, effectOnCustomerData, actionsTaken, suggestedActions, contactPoint } =
      completeTranslation;
    const title = { en: 'Likely consequences', ja: '想定される影響' }[language];
    for (const said of [
      ...['Acme, Inc.', 'INC-1', subject, description, effectOnCustomerData, actionsTaken, suggestedActions],
      ...[contactPoint, 'How long it lasted.', `## ${title}\n\nMisuse of tokens.`],
    ])
      expect(text).toContain(said);
    expect(html).toContain(`<html lang="${language}">`);
  });

  test.each(NoticeKind.options)('of kind %s: has no heading over nothing and no gap', async (kind) => {
    const render = await packaged(kind, language);
    const required = Object.fromEntries(
      ['subject', ...requiredSectionsOf(kind)].map((section) => [section, `Said of ${section}.`]),
    );
    const { text } = render({ ...values, translation: NoticeTranslation.parse(required) });

    expect(text).not.toMatch(/^## .*\n\n+(?=##|$(?![\s\S]))/m);
    expect(text).not.toMatch(/\n{3,}/);
  });
});

/** One section of each choice. */
function requiredSectionsOf(kind: NoticeKind): string[] {
  const draft = NoticeDraft.parse({ noticeId: 'n', kind, translations: { en: { subject: 'x' } } });
  return missingSections(draft).map((code) => code.replace('section:en/', '').split('|')[0] ?? '');
}

test('a notice in Japanese holds nothing in Latin letters but what it was given', async () => {
  const given = { subject: '件', description: '記', effectOnCustomerData: '影', actionsTaken: '対' };
  const whole = NoticeTranslation.parse({
    ...given,
    ...{ suggestedActions: '願', contactPoint: '窓', unknowns: '未', nextUpdateAt: '2026-11-24T15:20:00Z' },
    content: { dates: '日' },
  });
  for (const kind of NoticeKind.options) {
    const marks = marksIn(wordsIn('ja'), 'AMBER', true);
    const { text } = (await packaged(kind, 'ja'))({
      ...{ tenantName: '株式会社', incidentId: '1', translation: whole, marks },
    });
    expect(text.replace('TLP:AMBER', '').replace('UTC+9', '')).not.toMatch(/[A-Za-z]/);
    expect(text).toMatch(/^TLP:AMBER\n\n【訓練】/);
  }
});

describe('the packaged first notice in English', () => {
  test('has every section that was written, the TLP above it, and nothing of those left out', async () => {
    const { subject, text, html } = (await packaged('first'))(values);

    expect(subject).toBe(completeTranslation.subject);
    expect(text.split('\n')[0]).toBe('TLP:AMBER');
    expect(text).toContain('Dear Acme, Inc.,');
    for (const heading of [
      'What happened',
      'What it means for your data',
      'What we have done',
      'What you should do',
      'Whom to ask',
    ]) {
      expect(text).toContain(`## ${heading}`);
      expect(html).toContain(`<h2>${heading}</h2>`);
    }
    expect(html).toContain('Acme, Inc.');
    expect(html).toContain('<strong>stored secrets</strong>');
    expect(html).toContain('<a href="https://status.cloud.example/INC-1">');
    expect(text).not.toContain('What we do not know yet');
  });
});

test.each([
  ['en', 'by 2026-11-25 09:00 UTC'],
  ['ja', '次回のご報告は、2026年11月25日 18時00分（日本時間、UTC+9）までに行います'],
] as const)('in %s the next update is announced with its zone', async (language, said) => {
  const whole = { ...translation, nextUpdateAt: '2026-11-25T10:00:00+01:00' };
  expect((await packaged('first', language))({ ...values, translation: whole }).text).toContain(said);
});

test.each([
  ['en', ['does not concern you', 'We withdraw it', '## What you may disregard'], 'What you should do'],
  ['ja', ['影響を受けておられない', '撤回いたします', '## 今後のご対応が不要な事項'], 'お願いしたい対応'],
] as const)('a withdrawal in %s says that it does not concern the tenant', async (language, said, not) => {
  const { text } = (await packaged('withdrawal', language))(values);
  for (const each of said) expect(text).toContain(each);
  expect(text).not.toContain(not);
});

test.each([
  ['en', 'There is no news'],
  ['ja', '新たにお知らせする事項はございません'],
] as const)('an update in %s without news says so, and one with news does not', async (language, said) => {
  const render = await packaged('update', language);
  const { description: _, ...withoutNews } = translation;

  expect(render({ ...values, translation: withoutNews }).text).toContain(said);
  expect(render(values).text).not.toContain(said);
});

test('a content without a title in the language is named, not shown by its key', async () => {
  const own = { ...translation, content: { 'own-key': 'Said.' } };
  expect((await packaged('first', 'en'))({ ...values, translation: own }).text).toContain('## Own key');
  const japanese = await packaged('first', 'ja');
  expect(() => japanese({ ...values, translation: own })).toThrow(/words of ja have no title .*"own-key"/);
});

describe('sections of a notice', () => {
  const render = noticeRenderer(englishTemplate, 'en', wordsIn('en'));
  const htmlOf = (description: string) =>
    render({ ...values, translation: { ...translation, description } }).html;

  test('raw HTML is shown, not obeyed', () => {
    expect(htmlOf('<img src=x onerror=alert(1)>')).toContain('&lt;img src=x');
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '/relative',
    'ftp://x.example',
  ])('a link to %s is no link', (target) => {
    expect(htmlOf(`[x](${target})`)).not.toContain('<a ');
  });

  test.each(['https://x.example/', 'http://x.example/', 'mailto:a@x.example'])(
    'a link to %s is one',
    (target) => {
      expect(htmlOf(`[x](${target})`)).toContain(`<a href="${target}">`);
    },
  );

  test('pictures are not loaded from anywhere', () => {
    expect(htmlOf('![x](https://x.example/x.png)')).not.toContain('<img');
  });

  test('what looks like a template in a section stays text', () => {
    expect(htmlOf('{{tenant.name}}')).toContain('{{tenant.name}}');
  });
});

describe('foreign values in Markdown', () => {
  test('are one trimmed line, a dash when nothing is left', () => {
    expect(flattened(' a\r\nb\u2028c\u202ed ')).toBe('a b c d');
    expect(flattened('\n\t')).toBe('-');
  });

  test('have every ASCII punctuation mark escaped', () => {
    expect(escapedForMarkdown('[a](b) *c* & d_e')).toBe('\\[a\\]\\(b\\) \\*c\\* \\& d\\_e');
    expect(escapedForMarkdown('')).toBe('\\-');
  });
});
