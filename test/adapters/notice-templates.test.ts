import { join } from 'node:path';
import fc from 'fast-check';
import { escapedForMarkdown, flattened } from '../../src/adapters/markdown-values';
import { checkTemplate, noticeRenderer, readTemplates } from '../../src/adapters/notice-templates';
import { NoticeKind } from '../../src/contract/messages';
import { missingSections, NoticeDraft, NoticeTranslation } from '../../src/contract/notice';
import { completeTranslation, englishTemplate } from '../support/deliveries';

const TEMPLATES = join(__dirname, '..', '..', 'templates');

const translation = NoticeTranslation.parse(completeTranslation);
const values = { tenantName: 'Acme, Inc.', incidentId: 'INC-1', translation, marks: ['TLP:AMBER'] };

/** What a mail program acts on: the tags in their order, with where links and pictures lead. */
function structureOf(html: string): string[] {
  return (html.match(/<[^>]*>/g) ?? []).map((tag) => tag);
}

describe('the packaged first notice in English', () => {
  async function firstNotice() {
    const { en } = await readTemplates(TEMPLATES, 'first');
    return noticeRenderer(en ?? '', 'en');
  }

  test('has every section that was written, the TLP above it, and nothing of those left out', async () => {
    const render = await firstNotice();
    const { subject, text, html } = render(values);

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

  test('says what is not known, when it will say more, and what the rules demand', async () => {
    const render = await firstNotice();
    const { text } = render({
      ...values,
      translation: {
        ...translation,
        unknowns: 'How long it lasted.',
        nextUpdateAt: '2026-11-25T10:00:00+01:00',
        content: { 'likely-consequences': 'Misuse of tokens.' },
      },
    });
    expect(text).toContain('## What we do not know yet\n\nHow long it lasted.');
    expect(text).toContain('by 2026-11-25 09:00 UTC');
    expect(text).toContain('## Likely consequences\n\nMisuse of tokens.');
  });

  test('no name of a tenant changes the sequence of tags and links', async () => {
    const render = await firstNotice();
    const reference = structureOf(render(values).html);
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom(...Array.from('[]()<>!*_`#>~|\\&;:/"\'-+.=\n\r\t \u2028\u202eaA1')),
        maxLength: 40,
      }),
      fc.constantFrom(
        '[click](https://evil.example)',
        '<https://evil.example>',
        '<script>alert(1)</script>',
        '![x](https://evil.example/x.png)',
        '\n\n# Heading\n\n- item',
        '&lt;b&gt; &#x3C;b>',
        '{{notice.subject}}',
        'a](https://evil.example)',
        '\\',
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, (tenantName, incidentId) => {
        expect(structureOf(render({ ...values, tenantName, incidentId }).html)).toEqual(reference);
      }),
      { numRuns: 500 },
    );
  });

  test('a name stays on its line in the text part', async () => {
    const render = await firstNotice();
    const lines = render(values).text.split('\n').length;
    expect(render({ ...values, tenantName: 'a\r\n\r\nb\u2028c\u0085' }).text.split('\n')).toHaveLength(lines);
  });
});

describe.each(NoticeKind.options)('the packaged template of kind %s in English', (kind) => {
  const rendererOf = async () => noticeRenderer((await readTemplates(TEMPLATES, kind))['en'] ?? '', 'en');

  test('has every section that was written, and what the rules demand', async () => {
    const render = await rendererOf();
    const { text } = render({
      ...values,
      translation: {
        ...translation,
        unknowns: 'How long it lasted.',
        content: { 'likely-consequences': 'Misuse of tokens.' },
      },
    });
    const { subject, description, effectOnCustomerData, actionsTaken, suggestedActions, contactPoint } =
      completeTranslation;
    for (const said of [
      ...['Acme, Inc.', 'INC-1', subject, description, effectOnCustomerData, actionsTaken, suggestedActions],
      ...[contactPoint, 'How long it lasted.', '## Likely consequences\n\nMisuse of tokens.'],
    ])
      expect(text).toContain(said);
  });

  test('leaves no heading over nothing and no gap, whatever may be left out is', async () => {
    const render = await rendererOf();
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

test('a withdrawal says that it does not concern the tenant, and what to disregard', async () => {
  const { en } = await readTemplates(TEMPLATES, 'withdrawal');
  const { text } = noticeRenderer(en ?? '', 'en')(values);

  expect(text).toContain('does not concern you');
  expect(text).toContain('We withdraw it');
  expect(text).toContain(`## What you may disregard\n\n${completeTranslation.suggestedActions}`);
  expect(text).not.toContain('What you should do');
});

test('an update without news says so, and one with news does not', async () => {
  const { en } = await readTemplates(TEMPLATES, 'update');
  const render = noticeRenderer(en ?? '', 'en');
  const { description: _, ...withoutNews } = translation;

  expect(render({ ...values, translation: withoutNews }).text).toContain('There is no news');
  expect(render(values).text).not.toContain('no news');
});

describe('sections of a notice', () => {
  const render = noticeRenderer(englishTemplate, 'en');
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

describe('what a template may use', () => {
  test.each([
    ['a triple stash', '{{{tenant.name}}}'],
    ['an ampersand stash', '{{&tenant.name}}'],
    ['a partial', '{{> other}}'],
    ['a helper', '{{lookup tenant "name"}}'],
    ['a helper with a hash', '{{tenant.name a=1}}'],
    ['a value that no notice has', '{{tenant.secret}}'],
    ['a way up', '{{#each content}}{{../tenant.name}}{{/each}}'],
    ['a special variable', '{{@root.tenant.name}}'],
    ['a prototype', '{{tenant.constructor}}'],
    ['another block', '{{#with tenant}}{{/with}}'],
    ['each over something else', '{{#each tenant.name}}{{/each}}'],
    ['a subexpression', '{{#if (lookup tenant "name")}}{{/if}}'],
    ['a decorator', '{{* inline}}'],
    ['a value in a link target', '[x](https://x.example/{{tenant.name}})'],
    ['a value in an address in brackets', '<https://x.example/{{tenant.name}}>'],
    ['a block that is not closed', '{{#if tenant.name}}'],
  ])('%s is refused with the name of the template', (_, source) => {
    expect(() => checkTemplate(source, 'first/xx.md.hbs')).toThrow(/first\/xx\.md\.hbs/);
  });

  test('values, comments, if, else and each content are allowed', () => {
    const source =
      '{{! a note }}{{#if notice.unknowns}}{{notice.unknowns}}{{else}}-{{/if}}{{#each content}}{{title}}: {{text}}{{/each}}';
    expect(() => checkTemplate(source, 'x')).not.toThrow();
  });

  test('a kind without templates has none', async () => {
    expect(await readTemplates('/nowhere/at/all', 'update')).toEqual({});
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
