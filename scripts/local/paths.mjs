// Where things are on this machine: the project, its cache, and the folder of the local servers' runs.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectDirectory = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Everything set-up installs by itself goes here; deleting it loses nothing but time. */
export const cacheDirectory = join(projectDirectory, '.cache');

/** Programs that set-up downloaded or built. */
export const programDirectory = join(cacheDirectory, 'bin');

/** One folder and one record (`<id>.json`) for every local server that runs now. */
export const runDirectory = join(cacheDirectory, 'run');

export const nodeModulesDirectory = join(projectDirectory, 'node_modules');
