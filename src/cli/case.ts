/** `firebreak case`: a past incident from a file, played as a drill on this machine, with servers of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { InputProblem } from '../contract/input-problem';
import type { CliContext } from './context';

const packageRoot = join(__dirname, '..', '..');

interface RunOptions {
  readonly includeUnverified?: boolean;
}

export function caseCommand(context: CliContext): Command {
  return new Command('case')
    .description('past incidents as tests of the process')
    .addCommand(runCommand(context));
}

function runCommand({ isJson }: CliContext): Command {
  return new Command('run')
    .description('play the incident in a file at its own dates, and say which of its expectations hold')
    .argument('<file>', 'JSON in the format of docs/guides/cases.md; - is standard input')
    .option('--include-unverified', 'also what is marked R: entered, and asserted, though nobody verified it')
    .action(async (file: string, { includeUnverified }: RunOptions) => {
      if (!existsSync(join(packageRoot, 'scripts', 'case-run.ts')))
        throw new InputProblem(
          'cases run from a clone of the project, not from the installed package',
          'case',
        );
      process.exitCode = await runScript([
        file === '-' ? file : resolve(file),
        ...(isJson ? ['--json'] : []),
        ...(includeUnverified === true ? ['--include-unverified'] : []),
      ]);
    });
}

function runScript(words: readonly string[]): Promise<number> {
  return new Promise((resolveWith, reject) => {
    const script = join('scripts', 'case-run.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...words], {
      cwd: packageRoot,
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) => resolveWith(code ?? 1));
  });
}
