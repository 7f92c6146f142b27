import MarkdownIt from 'markdown-it';
import { durationText, postmortemMarkdown } from '../../src/domain/postmortem';
import {
  incidentInMemory,
  obligationGroup,
  people,
  play,
  played,
  wholeStory,
  type MemoryIncident,
} from '../support/incidents';

const markdownOf = ({ state, events }: MemoryIncident) => postmortemMarkdown(state, events);
/** As a page would show it that trusts Markdown with raw HTML: the report has to be harmless even there. */
const htmlOf = (markdown: string) => new MarkdownIt({ html: true, linkify: false }).render(markdown);

const headings = [
  'What led to it',
  'Technical summary',
  'How the response was run',
  'Figures',
  'Findings',
  'Verdicts',
  'Suggestions',
  'Obligations',
  'Deliveries',
  'Bugs, changes and process issues',
  'Sign-off',
  'Response timeline',
];

test('has every section, also when nothing is recorded', () => {
  const markdown = markdownOf(incidentInMemory());
  expect([...markdown.matchAll(/^## (.*)$/gm)].map((match) => match[1])).toEqual(headings);
  expect(markdown).toContain('## What led to it\n\nNothing recorded.');
  expect(markdown).toContain('| technical-lapse | not answered |  |');
});

test('tells the whole story', () => {
  const markdown = markdownOf(played(...wholeStory));
  for (const line of [
    '# Postmortem: A signing key has leaked',
    'Incident inc-1, severity moderate, TLP:AMBER.',
    '- A crash dump held the key.',
    '- The key was read. (evidence: log:4711)',
    '| technical-lapse | Dumps hold keys. | BUG-1 |',
    '| manual-error | none found |  |',
    '- Sufficient: yes — It was enough.',
    '3 accepted by the relay',
    '| BUG-1 | bug | Keys are logged | ben | resolved |',
    '- storage-team',
  ])
    expect(markdown).toContain(line);
});

test('marks a drill', () => {
  expect(markdownOf(incidentInMemory({ declaration: { mode: 'drill' } }))).toContain('**DRILL**');
});

test('says that an entry still holds, and that nobody owns it', () => {
  const incident = incidentInMemory();
  incident.send('openEntry', people.responder, { ref: 'BUG-2', title: 'no alarm' });
  expect(markdownOf(incident)).toContain('| BUG-2 | bug | no alarm | nobody | open (holds) |');
});

test('lists suggestions with verdict, who was asked, and the procedure they changed', () => {
  const incident = incidentInMemory();
  incident.send('postmortem', people.responder, {
    part: 'suggestion',
    text: 'call sooner',
    verdict: 'accepted',
    consulted: 'storage-team',
    procedure: 'SOP-7 v3',
  });
  expect(markdownOf(incident)).toContain(
    '- call sooner — accepted, consulted: storage-team, now in SOP-7 v3',
  );
});

test('says which obligation was missed, and marks what policy alone demands', () => {
  const { dueAt: _, ...undated } = obligationGroup({
    ruleId: 'jp-appi-26',
    softDueAt: '2026-11-24T00:00:00.000Z',
  });
  const incident = incidentInMemory({ answers: { groups: [obligationGroup(), undated] } });
  play(incident, wholeStory[5].slice(0, 3));
  incident.pass(80 * 3_600_000);
  play(incident, [() => undefined]);
  const rows = markdownOf(incident).split('\n');
  expect(rows.find((row) => row.startsWith('| eu-gdpr-33-2'))).toMatch(/\| missed \|$/);
  expect(rows.find((row) => row.startsWith('| jp-appi-26'))).toContain('2026-11-24T00:00:00.000Z (policy)');
});

describe('what people wrote stays text', () => {
  const hostile =
    'a | b\n## not a heading\r\n<script>alert(1)</script> <img src=x onerror=alert(1)> [link](javascript:alert(1)) ![i](http://x) `code` **bold** \\ \u2028- item';
  const incident = incidentInMemory({ declaration: { title: hostile.slice(0, 300) } });
  incident.send('postmortem', people.responder, { part: 'sequence-of-events', text: hostile });
  incident.send('postmortem', people.responder, {
    part: 'technical-summary',
    text: hostile,
    evidence: [hostile.slice(0, 400)],
  });
  incident.send('postmortem', people.responder, { part: 'finding', text: hostile, class: 'manual-error' });
  incident.send('openEntry', people.responder, { ref: 'BUG|1', title: hostile, owner: '<b>ben</b>' });
  incident.send('recordFact', people.responder, { text: hostile });
  const markdown = markdownOf(incident);
  const html = htmlOf(markdown);

  test('no HTML comes through', () => {
    expect(html).not.toMatch(/<(script|img|a|b|strong|code)\b/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('no heading is added', () => {
    expect([...html.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1])).toEqual(headings);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  });

  test('every row of a table has as many cells as its head', () => {
    const tables = html.match(/<table>.*?<\/table>/gs) ?? [];
    expect(tables).toHaveLength(4);
    for (const table of tables) {
      const heads = table.match(/<th>/g)?.length ?? 0;
      const rows = table.split('<tr>').slice(2);
      expect(rows.map((row) => row.match(/<td>/g)?.length)).toEqual(rows.map(() => heads));
    }
    expect(markdown).toContain('BUG\\|1');
  });

  test('a text is one item of a list', () => {
    const led = /<h2>What led to it<\/h2>(.*?)<h2>/s.exec(html)?.[1] ?? '';
    expect(led.match(/<li>/g)).toHaveLength(1);
  });
});

test.each([
  [0, 'under a minute'],
  [59_999, 'under a minute'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h 1 min'],
  [-7_200_000, 'minus 2 h'],
])('%i ms is %s', (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});
