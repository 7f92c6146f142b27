/** `firebreak demo`: the whole story on this machine, with servers of its own. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { InputProblem } from '../contract/input-problem';
import type { CliContext } from './context';

const packageRoot = join(__dirname, '..', '..');

export function demoCommand(_context: CliContext): Command {
  return new Command('demo')
    .description('play an incident from detection to postmortem, with servers of its own')
    .option('--keep', 'stay up afterwards, to look around')
    .action(async ({ keep }: { keep?: boolean }) => {
      if (!existsSync(join(packageRoot, 'scripts', 'demo.ts')))
        throw new InputProblem(
          'the demo runs from a clone of the project, not from the installed package',
          'demo',
        );
      process.exitCode = await npmRun(keep === true ? ['--', '--keep'] : []);
    });
}

function npmRun(more: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', 'demo', ...more], { cwd: packageRoot, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
