// Exact counting against due instants that another program counted: tools/oracle/generate.py, in another language, with
// another time zone library and by another principle. `npm run test:deep` asks it for many more than are kept here.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import type { CountingMode } from '../../src/contract/rule-facts';
import type { Counting } from '../../src/contract/rule-pack';
import { dueAfter } from '../../src/domain/clocks';
import { workingCalendar } from '../../src/domain/clocks-calendars';
import { isZone, readMoment } from '../../src/domain/clocks-moments';

const generator = join(__dirname, '..', '..', 'tools', 'oracle', 'generate.py');
const kept = readFileSync(join(__dirname, 'vectors', 'oracle.tsv'), 'utf8');
const holidays = holidayCalendars();

/** What the product makes of a line, written as the line has it. */
function ownAnswer(fields: readonly string[]): string {
  if (fields[0] === 'wall') return meaningOf(fields[1] ?? '', fields[2] ?? '');
  const [counting, mode, calendar = '', zone = '', at = '', within = ''] = fields;
  const due = dueAfter({ at, what: 'awareness' }, within, {
    counting: counting as Counting,
    mode: mode as CountingMode,
    zone,
    calendar: workingCalendar(calendar, {}, holidays),
    rolls: counting === 'jp-appi',
  });
  return due.at.replace('.000Z', 'Z');
}

function meaningOf(zone: string, local: string): string {
  const moment = readMoment(local, zone);
  if (moment.kind === 'read') return moment.earliest.replace('.000Z', 'Z');
  return moment.because.includes('twice') ? 'fold' : 'gap';
}

function differencesIn(lines: string): readonly string[] {
  return lines
    .trim()
    .split('\n')
    .flatMap((line) => {
      const fields = line.split('\t');
      const came = ownAnswer(fields);
      return came === fields.at(-1) ? [] : [`${line}\tcame ${came}`];
    });
}

test('2,000 due instants are those that another program counted', () => {
  expect(kept.trim().split('\n')).toHaveLength(2000);
  expect(differencesIn(kept)).toEqual([]);
});

test('every zone is among them, and every way of counting', () => {
  const rows = kept
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));

  const zones = new Set(rows.map(([kind, second, , fourth]) => (kind === 'wall' ? second : fourth) ?? ''));
  expect([...zones].filter((zone) => !isZone(zone))).toEqual([]);
  expect(
    Intl.supportedValuesOf('timeZone').filter((zone) => zone.includes('/') && !isCounted(zone, zones)),
  ).toEqual([]);
  expect([...new Set(rows.map(([kind]) => kind))].sort()).toEqual([
    'business-days',
    'calendar-days',
    'elapsed-hours',
    'jp-appi',
    'reg-1182-71',
    'sec-form-8k',
    'wall',
  ]);
});

/** By its own name, or by one of the others that it has. */
function isCounted(zone: string, zones: ReadonlySet<string>): boolean {
  const canonical = (name: string) =>
    new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  return zones.has(zone) || [...zones].some((each) => canonical(each) === canonical(zone));
}

const many = Number(process.env['FIREBREAK_ORACLE_CASES'] ?? '0');
const whyNot = many === 0 ? 'FIREBREAK_ORACLE_CASES is not set' : problemOfPython();

/** Python 3.9 brings zoneinfo; the zones come from the system. */
function problemOfPython(): string | undefined {
  const { error, status, stderr } = spawnSync(
    'python3',
    [
      '-c',
      'import zoneinfo, sys; sys.exit(0 if len(zoneinfo.available_timezones()) > 400 else "no time zones")',
    ],
    { encoding: 'utf8' },
  );
  if (error !== undefined) return 'there is no python3';
  return status === 0 ? undefined : stderr.trim();
}

(whyNot === undefined ? test : test.skip)(
  `many more, counted now${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    const lines = execFileSync('python3', [generator, '--cases', String(many), '--seed', '2'], {
      encoding: 'utf8',
      maxBuffer: 200 * many,
    });

    expect(differencesIn(lines).slice(0, 20)).toEqual([]);
  },
  600_000,
);
