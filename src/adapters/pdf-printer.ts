/** A page of HTML as PDF, printed by a Chromium that is on this machine; none is brought along. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { InputProblem } from '../contract/input-problem';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const printsWithinMs = 60_000;

/** @throws InputProblem when there is none, with what would be needed */
export function findChromium(configured?: string, places: readonly string[] = usualPlaces): string {
  if (configured !== undefined) {
    if (existsSync(configured)) return configured;
    throw new InputProblem(
      `FIREBREAK_CHROMIUM is wrong: there is no ${configured}; name the program file of a Chromium`,
      'FIREBREAK_CHROMIUM',
    );
  }
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new InputProblem(
    'no Chromium is found to print a PDF with; install chromium or google-chrome, name one with FIREBREAK_CHROMIUM, or do without --pdf',
    'pdf',
  );
}

/**
 * Prints in a profile of its own that is thrown away, with nothing of our environment: no secret gets near a browser.
 * @throws InputProblem when the place cannot be written; Error when the browser fails
 */
export async function printPdf(chromium: string, htmlFile: string, pdfFile: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'firebreak-pdf-'));
  try {
    await promisify(execFile)(chromium, argumentsFor(profile, htmlFile, pdfFile), {
      env: { HOME: profile, PATH: '/usr/local/bin:/usr/bin:/bin' },
      timeout: printsWithinMs,
      killSignal: 'SIGKILL',
    });
    await refuseMissing(pdfFile);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

function argumentsFor(profile: string, htmlFile: string, pdfFile: string): readonly string[] {
  return [
    '--headless',
    // Chromium refuses its sandbox to root, as whom containers often run; the page is ours and holds no script.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--no-pdf-header-footer',
    `--user-data-dir=${profile}`,
    `--print-to-pdf=${resolve(pdfFile)}`,
    pathToFileURL(htmlFile).href,
  ];
}

/** Chromium ends well even when it could not write. */
async function refuseMissing(pdfFile: string): Promise<void> {
  const written = await stat(pdfFile).catch(() => undefined);
  if (written === undefined || written.size === 0)
    throw new InputProblem(`${pdfFile} cannot be written; choose another place`, 'out');
}
