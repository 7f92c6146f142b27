/** `firebreak rules diff`: what differs between two sets of rules, and what that does to due instants. */
import { Command } from 'commander';
import { holidayCalendars } from '../adapters/holiday-calendars';
import { loadRulePack } from '../adapters/rule-pack-files';
import { computationFrom } from '../contract/computation-checks';
import type { RulePack } from '../contract/rule-pack';
import { clockList } from '../domain/clock-list';
import { compute } from '../domain/computation';
import { sampleReadings } from '../domain/clock-samples';
import { obligationView } from '../domain/obligation-view';
import {
  dueChanges,
  ruleDifferences,
  type DueChange,
  type DueLine,
  type RuleDifferences,
} from '../domain/rule-differences';
import type { CliContext } from './context';
import { obligationSources } from './obligation-sources';
import { readJsonFile } from './read-json-file';

interface DiffOptions {
  readonly facts?: string;
  readonly incident?: string;
}

export function diffCommand(context: CliContext): Command {
  return new Command('diff')
    .description('rules that came, went or changed, field by field, and the due instants that move')
    .argument('<before>', 'a directory of rules')
    .argument('[after]', 'another; the rules of this installation unless given')
    .option('--facts <file>', 'show what moves for these computations (see clocks compute)')
    .option('--incident <id>', 'show what moves for this incident')
    .action(async (before: string, after: string | undefined, options: DiffOptions) => {
      const [old, fresh] = await Promise.all([
        loadRulePack([before]),
        loadRulePack(after === undefined ? context.config.rulesDirectories : [after]),
      ]);
      const differences = ruleDifferences(old.rules, fresh.rules);
      const linesUnder = await linesFor(context, options);
      const due = old.digest === fresh.digest ? [] : dueChanges(linesUnder(old), linesUnder(fresh));
      context.print(
        { before: digestsOf(old), after: digestsOf(fresh), ...differences, due },
        textOf(differences, due, options),
      );
    });
}

function digestsOf({ version, digest }: RulePack) {
  return { version, digest };
}

/** The due instants under a pack: of an incident, of given facts, else of one moment from which everything counts. */
async function linesFor(
  context: CliContext,
  { incident, facts }: DiffOptions,
): Promise<(pack: RulePack) => readonly DueLine[]> {
  if (incident !== undefined) return linesOfIncident(context, incident);
  if (facts !== undefined) return linesOfFacts(facts);
  const holidays = holidayCalendars();
  return (pack) => sampleReadings(pack, holidays);
}

async function linesOfIncident(context: CliContext, incidentId: string) {
  const sources = await obligationSources(context, incidentId, undefined);
  return (pack: RulePack): readonly DueLine[] =>
    clockList(incidentId, obligationView({ ...sources, pack })).map(({ what, to, state, dueAt }) => ({
      id: `${what}, to ${to}`,
      outcome: state,
      ...(dueAt !== undefined && { dueAt }),
    }));
}

async function linesOfFacts(file: string) {
  const content = await readJsonFile(file);
  const inputs: readonly unknown[] = Array.isArray(content) ? content : [content];
  const holidays = holidayCalendars();
  return (pack: RulePack): readonly DueLine[] =>
    inputs.flatMap((input, index) => {
      const computation = computationFrom(input, pack, `${file}: [${index}]`);
      return compute(computation, { pack, holidays }).clocks.map(({ rule, stage, outcome, dueAt }) => ({
        id: `${computation.id ?? `[${index}]`}: ${rule} (${stage})`,
        outcome,
        ...(dueAt !== null && { dueAt }),
      }));
    });
}

function textOf(
  { added, removed, changed }: RuleDifferences,
  due: readonly DueChange[],
  { incident, facts }: DiffOptions,
): string {
  const basis = incident ?? facts ?? 'if everything began on Friday 20 November 2026, 10:00 UTC';
  return [
    `${added.length} added, ${removed.length} removed, ${changed.length} changed`,
    ...added.map((id) => `added ${id}`),
    ...removed.map((id) => `removed ${id}`),
    ...changed.flatMap(({ id, fields }) => [
      `changed ${id}`,
      ...fields.map(({ path, before, after }) => `    ${path}: ${written(before)} → ${written(after)}`),
    ]),
    `due instants that move (${basis}): ${due.length === 0 ? 'none' : ''}`.trimEnd(),
    ...due.map(({ id, before, after }) => `    ${id}: ${before} → ${after}`),
  ].join('\n');
}

function written(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
