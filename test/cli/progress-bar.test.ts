/** The bar of a long import: for a person who watches, and for nobody else. */
import { progressBar } from '../../src/cli/progress-bar';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test('it grows in its place and leaves a line of its own at the end', () => {
  const terminal = screen(true);
  const bar = progressBar({ isJson: false }, 'importing', terminal);

  bar.show(0, '0 tenants');
  bar.show(0.5, '1,000 tenants');
  bar.show(1, '2,000 tenants');
  bar.end();

  const [none, half, whole, end] = terminal.written;
  expect(none).toContain(`importing [${'.'.repeat(30)}] 0 tenants`);
  expect(half).toContain(`[${'#'.repeat(15)}${'.'.repeat(15)}] 1,000 tenants`);
  expect(whole).toContain(`[${'#'.repeat(30)}] 2,000 tenants`);
  expect([none, half, whole].every((text) => text?.startsWith('\r'))).toBe(true);
  expect(end).toBe('\n');
});

test('a share that is none is shown as empty or full', () => {
  const terminal = screen(true);
  const bar = progressBar({ isJson: false }, 'importing', terminal);

  bar.show(-1, '');
  bar.show(7, '');

  expect(terminal.written[0]).toContain(`[${'.'.repeat(30)}]`);
  expect(terminal.written[1]).toContain(`[${'#'.repeat(30)}]`);
});

test.each([
  ['a file or a pipe', false, false],
  ['a program that reads JSON', true, true],
])('nothing is written for %s', (_case, isTTY, isJson) => {
  const output = screen(isTTY);
  const bar = progressBar({ isJson }, 'importing', output);

  bar.show(0.5, 'half');
  bar.end();

  expect(output.written).toEqual([]);
});

test('nothing is ended that was not begun', () => {
  const terminal = screen(true);

  progressBar({ isJson: false }, 'importing', terminal).end();

  expect(terminal.written).toEqual([]);
});
