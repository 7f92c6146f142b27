/** What is owed, what is late and what is left, over all incidents: todo, metrics, register, and the printed report. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IncidentFigures, TodoItem } from '../../src/client';
import type { RegisteredFailure } from '../../src/adapters/postgres/process-register';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { aDeclaration, e2eStage, type E2eStage } from '../support/e2e-stage';
import { containment, people, says, type Step } from '../support/e2e-story';

let stage: E2eStage;
let asResponder: Record<string, string>;
/** Its occurrence is known to the day. */
let incidentId: string;
/** A drill whose title a spreadsheet would take for a formula. */
let drillId: string;

beforeAll(async () => {
  stage = await e2eStage();
  await stage.startWorker({ role: 'incident' });
  asResponder = stage.as('srt-ana', 'security-response');
  ({ incidentId } = await stage.firebreak.declareIncident(
    aDeclaration({
      anchors: [{ kind: 'occurrence', at: '2026-01-02', precision: 'day', basis: 'first forged token' }],
    }),
  ));
  ({ incidentId: drillId } = await stage.firebreak.declareIncident(
    aDeclaration({ title: '=HYPERLINK("https://evil")', mode: 'drill' }),
  ));
  await play(...containment);
  await stage.firebreak.openBug(incidentId, {
    ...people.responder,
    ref: 'P-1',
    kind: 'process',
    title: 'Nobody knew whom to call',
    priority: 'P2',
    gating: false,
  });
  await listed();
}, 120_000);

afterAll(() => stage.stop(), 60_000);

async function play(...steps: readonly Step[]): Promise<void> {
  for (const step of steps) await step({ stage, incidentId, executive: undefined as never });
}

/** The server lists a new incident a moment after it was declared. */
async function listed(): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while ((await stage.firebreak.listIncidents()).length < 2) {
    if (Date.now() > giveUpAt) throw new Error('the incidents are not listed');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function textOf(words: readonly string[], env = asResponder): Promise<string> {
  const { code, stdout, stderr } = await firebreak(words, { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('todo', () => {
  type Owed = TodoItem & { readonly incidentId: string };

  test('tells what one person owes to every open incident', async () => {
    const owed = await answerOf<Owed[]>(['todo'], { env: asResponder });

    expect(new Set(owed.map((item) => item.incidentId))).toEqual(new Set([incidentId, drillId]));
    expect(owed).toContainEqual(
      expect.objectContaining({
        incidentId,
        kind: 'owner',
        what: 'name an owner of process P-1, Nobody knew whom to call',
        how: 'assignEntry',
      }),
    );
  });

  test('tells what is due first first', async () => {
    const dues = (await answerOf<Owed[]>(['todo'], { env: asResponder })).map(({ dueAt }) => dueAt ?? '9999');

    expect(dues).toEqual([...dues].sort());
  });

  test('of somebody else, in the role and team that are named', async () => {
    const words = ['todo', '--as', 'ben', '--role', 'service-team', '--team', 'storage-team'];

    expect(await textOf(words)).toContain(`${incidentId}  resolve bug BUG-1, Keys are logged → closeBug`);
  });

  test('of somebody who owes nothing says so', async () => {
    const words = ['todo', '--as', 'ida', '--role', 'participant'];

    expect(await textOf(words)).toBe('ida owes nothing.\n');
  });

  test.each([
    ['of nobody', ['todo'], 'as is missing: say whose list you want, or set FIREBREAK_PRINCIPAL'],
    [
      'of somebody without a role',
      ['todo', '--as', 'ben'],
      'role is missing: say in which role ben acts, e.g. --role legal',
    ],
    [
      'in a role that there is not',
      ['todo', '--as', 'ben', '--role', 'boss'],
      /role boss is not known; it is one of /,
    ],
    [
      'of a service team without its name',
      ['todo', '--as', 'ben', '--role', 'service-team'],
      'team is missing: a service team has a name, e.g. --team storage',
    ],
  ])('%s is refused', async (_what, words, sentence) => {
    const failure = await failureOf(words, { env: { ...stage.environment } });

    expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
    expect(failure.message).toEqual(
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence),
    );
  });
});

describe('metrics', () => {
  test('of one incident, with a range where only the day is known', async () => {
    const text = await textOf(['metrics', incidentId]);
    const [figures] = await answerOf<IncidentFigures[]>(['metrics', incidentId], { env: asResponder });

    expect(text).toContain(`${incidentId}: A signing key has leaked (moderate), `);
    expect(text).toMatch(/detected after +between 2 d 9 h 12 min and 3 d 9 h 12 min\n/);
    expect(text).toMatch(/entries +2 opened, 2 open, 0 overdue, 0 escalated\n/);
    expect(figures?.services).toMatchObject([{ service: 'storage' }]);
  });

  test('of all that the server knows', async () => {
    const figures = await answerOf<IncidentFigures[]>(['metrics'], { env: asResponder });

    expect(new Set(figures.map((each) => each.incidentId))).toEqual(new Set([incidentId, drillId]));
  });

  test('of those that were declared since a day', async () => {
    const words = (day: string) => ['metrics', '--since', day];

    expect(await answerOf<unknown[]>(words('2020-01-01'), { env: asResponder })).toHaveLength(2);
    expect(await textOf(words('2999-01-01'))).toBe('No incidents.\n');
  });

  test('as a table for a spreadsheet, where no title is a formula', async () => {
    const [head = '', ...rows] = (await textOf(['metrics', '--csv'])).trimEnd().split('\n');

    expect(head).toMatch(
      /^incident,title,severity,mode,.*,time_to_detect_at_least_s,time_to_detect_at_most_s,/,
    );
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row.startsWith(incidentId))).toContain(
      `,${String(205_920)},${String(292_320)},`,
    );
    expect(rows.find((row) => row.startsWith(drillId))).toContain(
      `,"'=HYPERLINK(""https://evil"")",moderate,drill,`,
    );
  });

  test.each([
    ['a since that is no date', ['metrics', '--since', 'yesterday'], /since yesterday is not a date/],
    ['an incident that there is not', ['metrics', 'nope'], /there is no open incident nope/],
  ])('%s is refused', async (_what, words, sentence) => {
    const failure = await failureOf(words, { env: asResponder });

    expect(failure.code).toBe(2);
    expect(failure.message).toMatch(sentence);
  });

  test('as CSV and as JSON at once is refused', async () => {
    const { code, stderr } = await firebreak(['metrics', '--csv', '--json'], { env: asResponder });

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'firebreak: --csv and --json cannot both be answered; choose one\n',
    });
  });
});

describe('register', () => {
  const waitForRegister = async (isThere: (failures: readonly RegisteredFailure[]) => boolean) => {
    const giveUpAt = Date.now() + 30_000;
    for (;;) {
      const failures = await answerOf<RegisteredFailure[]>(['register'], { env: asResponder });
      if (isThere(failures)) return failures;
      if (Date.now() > giveUpAt) throw new Error(`the register holds ${JSON.stringify(failures)}`);
    }
  };

  test('tells the process failures of all incidents, those that are to be done apart', async () => {
    const failures = await waitForRegister(({ length }) => length > 0);

    expect(failures).toMatchObject([
      {
        incidentId,
        ref: 'P-1',
        title: 'Nobody knew whom to call',
        priority: 'P2',
        state: 'open',
        isOpen: true,
      },
    ]);
    expect(await textOf(['register', '--open'])).toBe(
      `${incidentId}  P-1  open  nobody, priority P2  Nobody knew whom to call\n`,
    );

    await play(says('recordEntry', people.responder, { change: 'close', ref: 'P-1' }));
    await waitForRegister(([first]) => first?.state === 'resolved');
    expect(await textOf(['register', '--open'])).toBe('Nothing is registered.\n');
  });
});

describe('the report', () => {
  test('is printed as PDF by the browser that is configured', async () => {
    const browser = join(stage.folder, 'browser');
    writeFileSync(
      browser,
      '#!/bin/sh\nfor word in "$@"; do case "$word" in --print-to-pdf=*) out="${word#--print-to-pdf=}";; esac; done\necho "%PDF-1.4" > "$out"\n',
      { mode: 0o755 },
    );
    const out = join(stage.folder, 'postmortem');

    const written = await answerOf(['report', incidentId, '--out', out, '--pdf'], {
      env: { ...asResponder, FIREBREAK_CHROMIUM: browser },
    });

    expect(written).toEqual({ files: [`${out}.md`, `${out}.html`, `${out}.pdf`] });
    expect(readFileSync(`${out}.md`, 'utf8')).toContain('```mermaid\ntimeline\n');
    expect(readFileSync(`${out}.html`, 'utf8')).toContain('<svg ');
    expect(readFileSync(`${out}.pdf`, 'utf8')).toContain('%PDF-');
  });

  test('is not begun where the browser is missing that is to print it', async () => {
    const out = join(stage.folder, 'never');
    const env = { ...asResponder, FIREBREAK_CHROMIUM: '/no/such/browser' };

    const failure = await failureOf(['report', incidentId, '--out', out, '--pdf'], { env });

    expect(failure).toMatchObject({ code: 2, field: 'FIREBREAK_CHROMIUM' });
    expect(() => readFileSync(`${out}.md`)).toThrow(/ENOENT/);
  });

  test('as PDF needs a name', async () => {
    const failure = await failureOf(['report', incidentId, '--pdf'], { env: asResponder });

    expect(failure).toMatchObject({ code: 2, field: 'out' });
  });
});

test('a bug keeps the priority that it was opened with', async () => {
  await textOf(['bug', 'open', incidentId, 'BUG-9', '--title', 'No alarm', '--priority', 'P1']);

  expect(await textOf(['report', incidentId])).toContain(
    '| BUG-9 | bug | P1 | No alarm | nobody | yes | open |',
  );
});
