/** `firebreak rules`: the regulations as data; needs no server and no database. */
import { Command, Option } from 'commander';
import { loadRulePack, notEncodedIn, type NotEncoded } from '../adapters/rule-pack-files';
import { InputProblem } from '../contract/input-problem';
import { Duty, Status, type Rule } from '../contract/rule-pack';
import { suggestion } from '../domain/nearest-names';
import { bindsIn } from '../domain/rule-scope';
import { clockSentence, ruleSentences } from '../domain/rule-sentences';
import type { CliContext } from './context';
import { diffCommand } from './rules-diff';
import { lintCommand } from './rules-lint';

interface Filter {
  readonly jurisdiction?: string;
  readonly regime?: string;
  readonly duty?: string;
  readonly status?: string;
}

export function rulesCommand(context: CliContext): Command {
  return new Command('rules')
    .description('regulations as data: what each asks, of whom, by when, and where it is written')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(lintCommand(context))
    .addCommand(coverageCommand(context))
    .addCommand(diffCommand(context));
}

// The list

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('all rules, or those that fit')
    .option('--jurisdiction <code>', 'that bind there, e.g. DE (with those of the EU) or US-CA')
    .option('--regime <words>', 'whose regime has these words')
    .addOption(new Option('--duty <duty>', 'whose duty it is').choices(Duty.options))
    .addOption(new Option('--status <status>', 'whether it is law').choices(Status.options))
    .action(async (filter: Filter) => {
      const { rules, version, digest } = await loadRulePack(context.config.rulesDirectories);
      const fitting = rules.filter((rule) => fits(rule, filter));
      context.print(
        { version, digest, rules: fitting.map(shortForm) },
        [...fitting.map(lineOf), `${fitting.length} of ${rules.length} rules`].join('\n'),
      );
    });
}

function fits(rule: Rule, { jurisdiction, regime, duty, status }: Filter): boolean {
  return (
    (jurisdiction === undefined || bindsIn(rule, jurisdiction)) &&
    (regime === undefined || rule.regime.toLowerCase().includes(regime.toLowerCase())) &&
    (duty === undefined || (rule.duties as readonly string[]).includes(duty)) &&
    (status === undefined || rule.status === status)
  );
}

function shortForm(rule: Rule) {
  const { id, regime, title, jurisdictions, duties, recipient, status, disabled, clock, citation } = rule;
  return {
    id,
    regime,
    title,
    jurisdictions,
    duties,
    recipient,
    status,
    isApplied: disabled === undefined,
    clock: clockSentence(clock),
    citation,
  };
}

function lineOf({ id, regime, recipient, clock, status, disabled }: Rule): string {
  const watched = disabled === undefined ? '' : `; ${status}, not applied`;
  return `${id}  ${regime}, to ${recipient}: ${clockSentence(clock)}${watched}`;
}

// One rule

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('all of a rule: whom it binds, when, by when, and where it is written')
    .argument('<id>')
    .action(async (id: string) => {
      const { rules } = await loadRulePack(context.config.rulesDirectories);
      const rule = rules.find((each) => each.id === id || each.aliases.includes(id));
      if (rule === undefined)
        throw new InputProblem(`rule ${id} is not in the rule pack${suggestion(id, idsOf(rules))}`, 'id');
      context.print({ ...rule, sentences: ruleSentences(rule) }, ruleSentences(rule).join('\n'));
    });
}

function idsOf(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ id, aliases }) => [id, ...aliases]);
}

// What is encoded

function coverageCommand(context: CliContext): Command {
  return new Command('coverage')
    .description('what is encoded, by status and place, and what could not be, with its reason')
    .action(async () => {
      const { rulesDirectories } = context.config;
      const [{ rules, version, digest }, notEncoded] = await Promise.all([
        loadRulePack(rulesDirectories),
        notEncodedIn(rulesDirectories),
      ]);
      const coverage = {
        version,
        digest,
        rules: rules.length,
        regimes: new Set(rules.map(({ regime }) => regime)).size,
        places: new Set(rules.flatMap(({ jurisdictions }) => jurisdictions)).size,
        byStatus: countsOf(rules.map(({ status }) => status)),
        byJurisdiction: countsOf(rules.flatMap(({ jurisdictions }) => jurisdictions)),
        notApplied: rules.flatMap(({ id, status, disabled }) =>
          disabled === undefined ? [] : [{ id, status, reason: disabled }],
        ),
        notEncoded,
      };
      context.print(coverage, coverageText(coverage));
    });
}

function countsOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([left], [right]) => left.localeCompare(right)));
}

interface Coverage {
  readonly rules: number;
  readonly regimes: number;
  readonly places: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byJurisdiction: Readonly<Record<string, number>>;
  readonly notApplied: readonly { readonly id: string; readonly status: string; readonly reason: string }[];
  readonly notEncoded: readonly NotEncoded[];
}

function coverageText(coverage: Coverage): string {
  const { rules, regimes, places, byStatus, byJurisdiction, notApplied, notEncoded } = coverage;
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([word, count]) => `${word} ${count}`)
      .join(', ');
  return [
    `${rules} rules of ${regimes} regimes in ${places} places`,
    `by status: ${counted(byStatus)}`,
    `by place: ${counted(byJurisdiction)}`,
    `watched and not applied (${notApplied.length}):`,
    ...notApplied.map(({ id, status, reason }) => `  ${id} (${status}): ${reason}`),
    `not encoded (${notEncoded.length}):`,
    ...notEncoded.map(({ id, jurisdiction, reason }) => `  ${id} (${jurisdiction}): ${reason}`),
  ].join('\n');
}
