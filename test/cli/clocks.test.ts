/** `firebreak clocks`: the clocks of an incident, their arithmetic, a calendar of them, and due instants from a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComputationAnswer } from '../../src/domain/computation';
import type { ListedClock } from '../../src/domain/clock-list';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, type E2eStage } from '../support/e2e-stage';
import { importTenantsOfStorage, people } from '../support/e2e-story';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-clocks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: unknown): string {
  const file = join(folder, 'facts.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const tables = join(__dirname, '..', 'domain', 'vectors');
const weekend = {
  rule: 'eu-gdpr-33-1-authority',
  facts: {
    tenant: { country: 'DE', zone: 'Europe/Berlin' },
    role: 'controller',
    incident: { dataCategories: ['personal-data'] },
    anchors: { awareness: '2026-11-20T16:20[Europe/Berlin]' },
  },
};

// Without any server

describe('compute', () => {
  test('gives exact instants with their arithmetic, and needs no server', async () => {
    const { code, stdout, stderr } = await firebreak(['clocks', 'compute', '--facts', fileOf(weekend)]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const answer = JSON.parse(stdout) as ComputationAnswer;
    expect(answer).toMatchObject({
      outcome: 'applies',
      dueAt: '2026-11-23T15:20:00Z',
      inclusive: false,
      soft: false,
      steps: { initial: '2026-11-23T15:20:00Z' },
      obligations: { 'eu-gdpr-33-1-authority': '2026-11-23T15:20:00Z' },
    });
    expect(answer.explain).toContain('+ 72 h = Mon 23 Nov 2026 16:20 Europe/Berlin');
  });

  test('takes rule and mode from the command line, and the file from standard input', async () => {
    const words = ['clocks', 'compute', '--facts', '-', '--rule', 'merge', '--mode', 'legal-max'];

    const { stdout } = await firebreak(words, { stdin: JSON.stringify(weekend) });

    const answer = JSON.parse(stdout) as ComputationAnswer;
    expect(answer.mode).toBe('legal-max');
    expect(answer.obligations['eu-gdpr-33-1-authority']).toBe('2026-11-23T16:00:00Z');
    expect(Object.keys(answer.notOwed).length).toBeGreaterThan(100);
  });

  test.each(['europe', 'united-states', 'elsewhere', 'reasoned'])(
    'the table %s comes out as expected',
    async (name) => {
      const words = ['clocks', 'compute', '--facts', join(tables, `${name}.json`), '--check'];

      const { code, stdout } = await firebreak(words);

      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^(\d+) of \1 come out as expected\n$/) as string,
      });
    },
  );

  test('a difference ends with 1 and says which computation, what was expected and what came', async () => {
    const wrong = { id: 'off by a minute', ...weekend, expect: { dueAt: '2026-11-23T15:21:00Z' } };

    const { code, stdout } = await firebreak(['clocks', 'compute', '--facts', fileOf([wrong]), '--check']);

    expect(code).toBe(1);
    expect(stdout).toContain(
      'off by a minute: dueAt: expected "2026-11-23T15:21:00Z", came "2026-11-23T15:20:00Z"\n0 of 1',
    );
  });

  test('what is refused ends with 2, one sentence, and says so as data too', async () => {
    const twice = '2026-10-25T02:30[Europe/Berlin]';
    const facts = { ...weekend.facts, anchors: { awareness: twice } };

    const { code, stdout, stderr } = await firebreak([
      'clocks',
      'compute',
      '--facts',
      fileOf([weekend, { id: 'the fold', ...weekend, facts }]),
    ]);

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^firebreak: .*facts\.json: the fold: facts\.anchors\.awareness: .* happens twice; .*\n$/,
    );
    const [computed, refused] = JSON.parse(stdout) as readonly { readonly outcome: string }[];
    expect(computed?.outcome).toBe('applies');
    expect(refused).toMatchObject({
      id: 'the fold',
      outcome: 'refused',
      error: { type: 'InputProblem', field: 'facts.anchors.awareness' },
    });
  });

  test.each<[string, string, RegExp]>([
    [
      'a key that is there twice',
      JSON.stringify(weekend).replace('"awareness"', '"awareness":"2026-11-20","awareness"'),
      /facts\.anchors\.awareness is there twice/,
    ],
    ['no JSON', '{', /is not JSON/],
    ['an empty list', '[]', /is an empty list/],
  ])('%s is refused before anything is computed', async (_what, text, sentence) => {
    const failure = await failureOf(['clocks', 'compute', '--facts', fileOf(text)]);

    expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
    expect(failure.message).toMatch(sentence);
  });

  test('a check of nothing is refused', async () => {
    const failure = await failureOf(['clocks', 'compute', '--facts', fileOf(weekend), '--check']);

    expect(failure).toMatchObject({
      code: 2,
      message: expect.stringContaining('expect is missing') as string,
    });
  });
});

// Of an incident

describe('of an incident', () => {
  let stage: E2eStage;
  let incidentId: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    stage = await e2eStage({
      policy: {
        provider: { roles: ['controller', 'processor'], country: 'NL', timeZone: 'Europe/Amsterdam' },
      },
    });
    await Promise.all([stage.startWorker(), importTenantsOfStorage(stage, 3)]);
    env = stage.as('legal-gus', 'legal');
    ({ incidentId } = await stage.firebreak.declareIncident(
      aDeclaration({
        detection: { at: '2026-11-20T10:00:00Z', precision: 'second', basis: 'an alert' },
        dataClasses: ['personal-data'],
      }),
    ));
    await stage.firebreak.tell(incidentId, 'recordAnchor', {
      ...people.responder,
      kind: 'awareness',
      at: '2026-11-20T15:20:00Z',
      precision: 'second',
      basis: 'the first look at the logs',
    });
    await stage.firebreak.tell(incidentId, 'determine', {
      ...people.communications,
      customerReportable: 'yes',
      basis: 'Data of guests was read.',
    });
    await stage.firebreak.tell(incidentId, 'setAffectedTenants', {
      ...people.communications,
      services: [{ service: 'storage' }],
      from: '2026-11-01T00:00:00Z',
      reason: 'They used storage.',
    });
    await stage.firebreak.waitFor(incidentId, ({ notification }) => notification.phase === 'drafting', {
      timeoutMs: 60_000,
      pollMs: 100,
    });
  }, 120_000);

  afterAll(() => stage.stop(), 60_000);

  const toAuthority = 'eu-gdpr-33-1-authority (initial)';

  test('the list has the most urgent first, with margin, state and whether it is law', async () => {
    const { clocks } = await answerOf<{ clocks: readonly ListedClock[] }>(['clocks', incidentId], { env });

    const dated = clocks.flatMap(({ dueAt, state }) =>
      dueAt === undefined || state === 'met' ? [] : [dueAt],
    );
    expect(dated).toEqual([...dated].sort());
    expect(clocks.find(({ what }) => what === toAuthority)).toMatchObject({
      kind: 'law',
      dueAt: '2026-11-23T15:20:00.000Z',
      margin: expect.stringMatching(/^-?P/) as string,
    });
    expect(clocks.find(({ what }) => what === 'eu-gdpr-33-2-processor (initial)')).toMatchObject({
      kind: 'policy',
      to: '2 tenants',
    });

    const { stdout } = await firebreak(['clocks', incidentId], { env });
    expect(stdout).toMatch(/^as of .*\ndue +margin +state +by +what +to\n2/);
    expect(stdout).toContain(toAuthority);
  });

  test('the arithmetic is told in words, with where the rule is written', async () => {
    const words = ['clocks', 'explain', incidentId, '--rule', 'eu-gdpr-33-1-authority'];

    const { code, stdout } = await firebreak(words, { env });

    expect(code).toBe(0);
    expect(stdout).toContain(`${toAuthority}: applies; Regulation (EU) 2016/679 art. 33(1)`);
    expect(stdout).toContain(
      'awareness Fri 20 Nov 2026 16:20 Europe/Amsterdam + 72 h = Mon 23 Nov 2026 16:20',
    );
  });

  test('the calendar has instants in UTC, the same identities every time, and alarms ahead', async () => {
    const words = ['clocks', 'export', incidentId, '--ics', '--alarm', '60', '1440'];

    const [first, second] = [await firebreak(words, { env }), await firebreak(words, { env })];

    expect(first.code).toBe(0);
    const events = eventsIn(first.stdout);
    const event = events.find(({ SUMMARY }) => SUMMARY?.includes(toAuthority));
    expect(event).toMatchObject({ DTSTART: '20261123T152000Z', STATUS: 'CONFIRMED' });
    expect(event?.alarms).toEqual(['20261123T142000Z', '20261122T152000Z']);
    expect(new Set(events.map(({ UID }) => UID)).size).toBe(events.length);
    expect(eventsIn(second.stdout).map(({ UID }) => UID)).toEqual(events.map(({ UID }) => UID));
  });

  test('and is written to a file when one is named', async () => {
    const out = join(folder, 'clocks.ics');

    const { stdout } = await firebreak(['clocks', 'export', incidentId, '--ics', '--out', out], { env });

    expect(stdout).toBe(`the clocks of ${incidentId} are in ${out}\n`);
    expect(readFileSync(out, 'utf8')).toMatch(/^BEGIN:VCALENDAR\r\n/);
  });

  test.each([
    ['no incident', ['clocks'], /incident is missing/],
    [
      'a rule that is in no pack',
      ['clocks', 'explain', 'INC', '--rule', 'none'],
      /rule none is not in the rule pack/,
    ],
    [
      'an alarm at no time',
      ['clocks', 'export', 'INC', '--alarm', 'soon'],
      /alarm soon is not a number of minutes/,
    ],
  ])('%s is refused', async (_what, words, sentence) => {
    const failure = await failureOf(
      words.map((word) => (word === 'INC' ? incidentId : word)),
      { env },
    );

    expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
    expect(failure.message).toMatch(sentence);
  });
});

type CalendarEvent = Readonly<Record<string, string>> & { readonly alarms: readonly string[] };

/** Reads iCalendar (RFC 5545): folded lines, events, and the triggers of their alarms. */
function eventsIn(ics: string): readonly CalendarEvent[] {
  const lines = ics.replace(/\r\n[ \t]/g, '').split('\r\n');
  expect(lines.slice(0, 2)).toEqual(['BEGIN:VCALENDAR', 'VERSION:2.0']);
  const events: (Record<string, string> & { alarms: string[] })[] = [];
  let isAlarm = false;
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Z-]+)[^:]*:(.*)$/.exec(line) ?? [];
    if (line === 'BEGIN:VEVENT') events.push({ alarms: [] } as unknown as (typeof events)[number]);
    if (name === 'BEGIN' || name === 'END') isAlarm = line === 'BEGIN:VALARM';
    const event = events.at(-1);
    if (event === undefined || name === 'BEGIN' || name === 'END') continue;
    if (!isAlarm) event[name] = value;
    else if (name === 'TRIGGER') event.alarms.push(value);
  }
  return events;
}
