// The compiled program in dist/, made anew when a source has changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, projectDirectory } from '../paths.mjs';
import { runCommand } from './run-command.mjs';

const stampFile = join(cacheDirectory, 'build.stamp');
const outputDirectory = join(projectDirectory, 'dist');
const inputs = [
  'src',
  'scripts/build.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

export async function prepareBuild(report) {
  const stamp = digestOfInputs();
  if (existsSync(outputDirectory) && readStamp() === stamp) return;
  rmSync(stampFile, { force: true });
  const failure = 'Compiling the program failed';
  await report.step('Compiling the program (npm run build)', () =>
    runCommand('build', 'npm', ['run', 'build'], { failure }),
  );
  writeFileSync(stampFile, stamp);
}

function digestOfInputs() {
  const hash = createHash('sha256');
  for (const path of inputs.flatMap(filesUnder).sort())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(projectDirectory, path)))
      .update('\0');
  return hash.digest('hex');
}

function filesUnder(path) {
  if (/\.(json|mjs)$/.test(path)) return [path];
  const entries = readdirSync(join(projectDirectory, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectDirectory.length + 1));
}

function readStamp() {
  return existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
}
