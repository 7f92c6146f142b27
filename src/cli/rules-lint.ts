/** `firebreak rules lint`: whether rules of one's own are sound, alone and beside those of the product. */
import { Command } from 'commander';
import { problemsOfRulePack } from '../adapters/rule-pack-files';
import type { RulePackProblem } from '../contract/rule-pack-checks';
import type { CliContext } from './context';

export function lintCommand(context: CliContext): Command {
  return new Command('lint')
    .description('whether the rules of a directory are sound; each problem with file, path and reason')
    .argument('<directory>')
    .option('--alone', 'not beside the rules of this installation, whose facts and steps they may use')
    .action(async (directory: string, { alone = false }: { readonly alone?: boolean }) => {
      const beside = alone ? [] : context.config.rulesDirectories;
      const problems = await problemsOfRulePack(directory, beside, todayInUtc());
      context.print({ directory, problems }, textOf(directory, problems));
      if (problems.length > 0) process.exitCode = 2;
    });
}

function textOf(directory: string, problems: readonly RulePackProblem[]): string {
  if (problems.length === 0) return `the rules of ${directory} are sound`;
  const lines = problems.map(({ file, path, reason }) =>
    [file, path, reason].filter((part) => part !== '').join(': '),
  );
  return [...lines, `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`].join('\n');
}

function todayInUtc(): string {
  return new Date().toISOString().slice(0, 10);
}
