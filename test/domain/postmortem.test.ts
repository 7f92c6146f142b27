import { createHash } from 'node:crypto';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { durationText, spanText } from '../../src/domain/durations';
import { postmortemMarkdown } from '../../src/domain/postmortem';
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
  'At a glance',
  'What led to it',
  'Technical summary',
  'How the response was run',
  'Shared with others',
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
  expect(markdown).toContain('### Actors\n\nNot known.');
  expect(markdown).toContain('| technical-lapse | not answered |  |  |');
  expect(markdown).toContain('- Sufficient: not judged\n- Complete: not judged');
  expect(markdown).toContain('- security-response: not signed off');
});

test('tells the whole story', () => {
  const markdown = markdownOf(played(...wholeStory));
  for (const line of [
    '# Postmortem: A signing key has leaked',
    'Incident inc-1, severity moderate, TLP:AMBER.',
    '- A crash dump held the key.',
    '- The key was read. (evidence: log:4711)',
    '| technical-lapse | Dumps hold keys. | key | BUG-1 |',
    '| manual-error | none found |  |  |',
    '| storage | 30 min |',
    '| eradication | 2026-11-23T08:00:00.000Z | under a minute | approved by eim-dora |',
    '- Sufficient: yes — It was enough.',
    '3 accepted by the relay',
    '### Open\n\nNone.',
    '| BUG-1 | bug |  | Keys are logged | ben | yes | resolved 2026-11-23T08:00:00.000Z |',
    '- storage-team: signed off',
  ])
    expect(markdown).toContain(line);
});

test('marks a drill', () => {
  expect(markdownOf(incidentInMemory({ declaration: { mode: 'drill' } }))).toContain('**DRILL**');
});

describe('of entries it says', () => {
  const incident = incidentInMemory();
  const open = (ref: string, more: { priority?: string; owner?: string } = {}) =>
    incident.send('openEntry', people.responder, { ref, title: `mend ${ref}`, ...more });
  open('BUG-1', { priority: 'P1' });
  open('BUG-2', { owner: 'ben' });
  open('BUG-3');
  open('BUG-4');
  open('BUG-5', { owner: 'cleo' });
  incident.send('waiveEntry', people.executive, {
    ref: 'BUG-2',
    reason: 'the part is retired',
    expiresAt: '2027-01-01T00:00:00Z',
  });
  incident.send('closeEntry', people.responder, { ref: 'BUG-3', resolution: 'not-planned' });
  incident.send('closeEntry', people.responder, {
    ref: 'BUG-4',
    resolution: 'duplicate-of',
    duplicateOf: 'BUG-2',
  });
  incident.record({ type: 'entries-escalated', refs: ['BUG-5'], leadsOf: ['cleo'] });
  const [stillOpen = '', closed = ''] = (/### Open(.*?)\n## /s.exec(markdownOf(incident))?.[1] ?? '').split(
    '### Closed',
  );

  test('which are open, how urgent they are, and that nobody owns one', () => {
    expect(stillOpen).toContain('| BUG-1 | bug | P1 | mend BUG-1 | nobody | yes | open |');
    expect(stillOpen).toContain('| BUG-3 | bug |  | mend BUG-3 | nobody | yes | not planned |');
    expect(stillOpen).toMatch(/\| BUG-5 .*\| open, escalated 2026-11-23/);
  });

  test('which are closed, a waiver with who, until when and why', () => {
    expect(closed).toContain('| waived by eim-dora until 2027-01-01T00:00:00.000Z: the part is retired |');
    expect(closed).toContain('| BUG-4 | bug |  | mend BUG-4 | nobody | yes | duplicate of BUG-2 |');
    expect(closed).not.toContain('BUG-3');
  });

  test('why there is nothing to fix, when there is none', () => {
    const clean = incidentInMemory();
    clean.send('declareTriageDone', people.responder, { nothingToFix: 'A false alarm.' });
    expect(markdownOf(clean)).toContain('Nothing to fix: A false alarm.');
  });
});

test('names actors with what shows it', () => {
  const incident = incidentInMemory();
  incident.send('postmortem', people.responder, {
    part: 'actors',
    text: 'A group known for stolen keys.',
    evidence: ['report:12'],
  });
  expect(markdownOf(incident)).toContain('- A group known for stolen keys. (evidence: report:12)');
});

describe('which version it is', () => {
  test('is told by the number of events and by the digest of all that follows', () => {
    const incident = played(...wholeStory);
    const [head = '', rest = ''] = markdownOf(incident).split(/(?<=SHA-256.*)\n\n/);
    expect(head).toContain(`rests on ${String(incident.events.length)} events`);
    const digest = createHash('sha256').update(rest).digest('hex');
    expect(head).toContain(`SHA-256 of the text below this line: ${digest}.`);
  });

  test('is the same for the same events, whenever it is asked for', () => {
    const incident = played(...wholeStory);
    const before = markdownOf(incident);
    incident.pass(1000 * 3_600_000);
    expect(markdownOf(incident)).toBe(before);
  });
});

describe('the timeline at a glance', () => {
  const blockOf = (incident: MemoryIncident) =>
    /```mermaid\n([\s\S]*?)\n```/.exec(markdownOf(incident))?.[1]?.split('\n') ?? [];

  test('begins with what is known of the beginning, in days', () => {
    const incident = incidentInMemory();
    incident.send('recordAnchor', people.responder, {
      kind: 'occurrence',
      at: '2026-11-20',
      precision: 'day',
      basis: 'a log; or: so it seems #1',
    });
    expect(blockOf(incident).slice(0, 6)).toEqual([
      'timeline',
      '  section 2026-11-20',
      '    all-day : It began, a log, or, so it seems 1',
      '  section 2026-11-23',
      '    07h30 : It was detected, an alert of the token service',
      expect.stringMatching(/^ {4}08h00 : The incident is declared, it concerns 2 services\./),
    ]);
  });

  test('has only lines of its own form, whatever people wrote', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }), (basis) => {
        const incident = incidentInMemory();
        incident.record({ type: 'determined', customerReportable: 'yes', basis });
        const [first, ...lines] = blockOf(incident);
        expect(first).toBe('timeline');
        for (const line of lines) expect(line).toMatch(/^( {2}section \S+| {4}\S+ : [^:;#`<>\n]+)$/);
      }),
    );
  });

  test('tells of a long story its beginning and how much there is besides', () => {
    const incident = incidentInMemory();
    for (let index = 0; index < 100; index += 1)
      incident.record({ type: 'determined', customerReportable: 'undetermined', basis: 'not yet' });
    expect(blockOf(incident).at(-1)).toBe('    later : 42 more, see the response timeline');
  });
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

test('says which obligation was missed and by how much, and marks what policy alone demands', () => {
  const { dueAt: _, ...undated } = obligationGroup({
    ruleId: 'jp-appi-26',
    softDueAt: '2026-11-24T00:00:00.000Z',
  });
  const incident = incidentInMemory({ answers: { groups: [obligationGroup(), undated] } });
  play(incident, wholeStory[5].slice(0, 3));
  incident.pass(80 * 3_600_000);
  play(incident, [() => undefined]);
  const rows = markdownOf(incident).split('\n');
  expect(rows.find((row) => row.startsWith('| eu-gdpr-33-2'))).toMatch(/\| missed, late by 8 h so far \|$/);
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
    expect(html.replace(/<pre>.*?<\/pre>/s, '')).not.toMatch(/<(script|img|a|b|strong|code)\b/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('no heading is added', () => {
    expect([...html.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1])).toEqual(headings);
    expect(html.match(/<h1>/g)).toHaveLength(1);
  });

  test('every row of a table has as many cells as its head', () => {
    const tables = html.match(/<table>.*?<\/table>/gs) ?? [];
    expect(tables).toHaveLength(5);
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

test('a span is one duration, or two where it is not known more exactly', () => {
  expect(spanText({ atLeastMs: 3_600_000, atMostMs: 3_600_000 })).toBe('1 h');
  expect(spanText({ atLeastMs: 0, atMostMs: 90_000_000 })).toBe('between under a minute and 1 d 1 h');
});
