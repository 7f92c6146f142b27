// The npm packages, exactly as package-lock.json has them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModulesDirectory, projectDirectory } from '../paths.mjs';
import { findOnPath } from '../programs.mjs';
import { SetupProblem } from './problem.mjs';
import { runCommand } from './run-command.mjs';

export async function prepareDependencies(report) {
  if (areInstalled()) return;
  if (findOnPath('npm') === undefined)
    throw new SetupProblem('There is no npm on PATH. Install it; it comes with Node.');
  // No package's install script is run: none of ours needs one (PostgreSQL's links are made by postgres-programs.mjs),
  // they are the usual way in for a poisoned package, and npm 11 asks about each of them.
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress'];
  await report.step('Installing npm packages (npm ci)', () =>
    runCommand('npm-ci', 'npm', words, { failure: 'Installing the npm packages failed' }),
  );
}

// npm keeps a list of what it has installed in node_modules; nothing is to be done when it agrees with the lock file.
// Packages for other machines are in the lock file alone.
function areInstalled() {
  const wanted = packagesOf(join(projectDirectory, 'package-lock.json'));
  if (wanted === undefined)
    throw new SetupProblem('package-lock.json is missing or not readable. Get it back from the repository.');
  const installed = packagesOf(join(nodeModulesDirectory, '.package-lock.json'));
  if (installed === undefined) return false;
  const isPresent = ([path, { version, optional, link }]) =>
    path === '' ||
    link ||
    (installed[path] === undefined ? optional === true : installed[path].version === version);
  return Object.entries(wanted).every(isPresent) && Object.keys(installed).every((path) => path in wanted);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
