// Downloads of Temporal's own programs, left to the Temporal SDK, which knows where they are and how they are packed.
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDirectory, programDirectory } from '../paths.mjs';
import { runCommand } from './run-command.mjs';

const downloadScript = fileURLToPath(new URL('./sdk-download-child.mjs', import.meta.url));
const downloadHost = 'https://temporal.download';
const probeLimitMs = 5_000;
const downloadLimitMs = 300_000;

/**
 * @param {'dev-server' | 'time-skipping'} kind
 * @param {string} name of the program under .cache/bin
 * @returns {Promise<string | undefined>} why there is none, as half a sentence; undefined when it is there now
 */
export async function tryDownload(report, kind, name) {
  const reason = await whyUnreachable();
  if (reason !== undefined) return `${downloadHost} cannot be reached (${reason})`;
  const folder = join(cacheDirectory, 'download', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await report.step(`Downloading ${name} with the Temporal SDK`, () =>
      runCommand(`download-${name}`, process.execPath, [downloadScript, kind, folder], {
        failure: 'The download failed',
        limitMs: downloadLimitMs,
      }),
    );
    const [file] = readdirSync(folder);
    if (file === undefined) return 'the SDK has downloaded nothing';
    mkdirSync(programDirectory, { recursive: true });
    renameSync(join(folder, file), join(programDirectory, name));
    return undefined;
  } catch (error) {
    return error.message;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Any answer will do: it shows that a download is worth trying, and a closed network is told within seconds.
async function whyUnreachable() {
  try {
    await fetch(downloadHost, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(probeLimitMs),
    });
    return undefined;
  } catch (error) {
    return error.cause?.code ?? error.name;
  }
}
