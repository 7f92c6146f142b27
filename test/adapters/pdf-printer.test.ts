import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium, printPdf } from '../../src/adapters/pdf-printer';
import { markdownPage } from '../../src/adapters/markdown-page';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pdf-test-'))));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a Chromium is found', () => {
  test('where it is configured', () => {
    const file = join(folder, 'browser');
    writeFileSync(file, '');
    expect(findChromium(file, [])).toBe(file);
  });

  test('in the first of the usual places that has one', () => {
    const file = join(folder, 'browser');
    writeFileSync(file, '');
    expect(findChromium(undefined, [join(folder, 'none'), file])).toBe(file);
  });

  test('nowhere, and it is said what would be needed', () => {
    expect(() => findChromium(undefined, [join(folder, 'none')])).toThrow(
      /no Chromium is found .* install chromium or google-chrome, name one with FIREBREAK_CHROMIUM/,
    );
  });

  test('not where it is configured, and no other is taken in its place', () => {
    expect(() => findChromium(join(folder, 'none'), ['/bin/sh'])).toThrow(/FIREBREAK_CHROMIUM is wrong/);
  });
});

/** A browser that tells what it was given, and prints. */
function browser(script: string): string {
  const file = join(folder, 'browser');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const printing = `for word in "$@"; do case "$word" in --print-to-pdf=*) out="\${word#--print-to-pdf=}";; esac; done`;

describe('printing', () => {
  test('gives the browser nothing of our environment', async () => {
    process.env['FIREBREAK_TEST_SECRET'] = 'do-not-tell';
    const pdf = join(folder, 'report.pdf');
    await printPdf(browser(`${printing}; env > "$out"`), join(folder, 'report.html'), pdf);
    delete process.env['FIREBREAK_TEST_SECRET'];
    expect(readFileSync(pdf, 'utf8')).not.toContain('do-not-tell');
  });

  test('leaves no profile behind', async () => {
    const pdf = join(folder, 'report.pdf');
    await printPdf(browser(`${printing}; echo "$HOME" > "$out"`), join(folder, 'report.html'), pdf);
    const profile = readFileSync(pdf, 'utf8').trim();
    expect(profile).toContain('firebreak-pdf-');
    expect(existsSync(profile)).toBe(false);
  });

  test('that wrote nothing says where', async () => {
    await expect(printPdf(browser('true'), join(folder, 'a.html'), join(folder, 'a.pdf'))).rejects.toThrow(
      /a\.pdf cannot be written; choose another place/,
    );
  });

  test('fails when the browser fails', async () => {
    await expect(
      printPdf(browser('echo no display >&2; exit 3'), join(folder, 'a.html'), join(folder, 'a.pdf')),
    ).rejects.toThrow(/no display/);
  });
});

const chromium = (() => {
  try {
    return findChromium(process.env['FIREBREAK_CHROMIUM']);
  } catch {
    return undefined;
  }
})();
const whereThereIsOne = chromium === undefined ? test.skip : test;
if (chromium === undefined)
  process.stderr.write(
    'No Chromium is here, so none prints a page: set FIREBREAK_CHROMIUM to its program file.\n',
  );

whereThereIsOne(
  'a real Chromium prints a page',
  async () => {
    const html = join(folder, 'report.html');
    const pdf = join(folder, 'report.pdf');
    writeFileSync(
      html,
      markdownPage('A report', '# Postmortem\n\n```mermaid\ntimeline\n    08h00 : Declared\n```'),
    );
    await printPdf(chromium ?? '', html, pdf);
    expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
  },
  60_000,
);
