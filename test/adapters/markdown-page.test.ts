import { markdownPage } from '../../src/adapters/markdown-page';
import { postmortemMarkdown } from '../../src/domain/postmortem';
import { played, wholeStory } from '../support/incidents';

const timeline = (...lines: readonly string[]) =>
  markdownPage('A report', ['```mermaid', 'timeline', ...lines, '```'].join('\n'));

test('the page of a report fetches nothing and runs nothing', () => {
  const { state, events } = played(...wholeStory);
  const page = markdownPage('Postmortem inc-1', postmortemMarkdown(state, events));
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page).not.toMatch(/<script|<img|<link|\ssrc=|url\(|@import/);
});

test('raw HTML of a text stays text', () => {
  expect(markdownPage('<b>x</b>', '<script>alert(1)</script>')).not.toMatch(/<script|<b>/);
});

describe('a timeline is drawn', () => {
  const drawing = timeline(
    '  section 2026-11-23',
    '    08h00 : Declared',
    '    09h30 : Contained, at last',
    '  section 2026-11-24',
    '    later : more',
  );

  test('as a picture, with a dot and the words of each moment', () => {
    expect(drawing.match(/<circle /g)).toHaveLength(3);
    for (const words of ['08h00', 'Declared', '09h30', 'Contained, at last', 'more'])
      expect(drawing).toContain(`>${words}</text>`);
    expect(drawing).not.toContain('<pre>');
  });

  test('with each day named once', () => {
    expect(drawing.match(/>2026-11-2[34]<\/text>/g)).toHaveLength(2);
  });

  test('each moment below the one before it', () => {
    const heights = [...drawing.matchAll(/<circle [^>]*cy="(\d+)"/g)].map(([, y]) => Number(y));
    expect(heights).toEqual([...heights].sort((left, right) => left - right));
    expect(new Set(heights).size).toBe(3);
  });

  test('with what looks like markup shown, not obeyed', () => {
    const hostile = timeline('  section <b>', '    <i> : </text><script>alert(1)</script>');
    expect(hostile).not.toMatch(/<script|<b>|<i>/);
    expect(hostile).toContain('&lt;script&gt;');
  });
});

test.each([
  ['another diagram', '```mermaid\ngraph TD\n  a --> b\n```'],
  ['a timeline of another form', '```mermaid\ntimeline\n  2026 : a : b\n```'],
  ['an empty timeline', '```mermaid\ntimeline\n```'],
])('%s is shown as it is written', (_, text) => {
  expect(markdownPage('A report', text)).toMatch(/<pre><code/);
});

test('the timeline of a whole story is drawn', () => {
  const { state, events } = played(...wholeStory);
  const page = markdownPage('Postmortem inc-1', postmortemMarkdown(state, events));
  expect(page).toContain('<svg ');
  expect(page).toContain('The incident is declared');
});
