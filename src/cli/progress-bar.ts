/** A bar on standard error, where a person watches; silent where output goes to a program. */
import type { CliContext } from './context';

export interface ProgressBar {
  /** @param share from 0 to 1 */
  show(share: number, text: string): void;
  end(): void;
}

const width = 30;

export function progressBar(context: Pick<CliContext, 'isJson'>, title: string): ProgressBar {
  if (context.isJson || !process.stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let isShown = false;
  return {
    show(share, text) {
      isShown = true;
      const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
      process.stderr.write(`\r${title} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}\x1b[K`);
    },
    end() {
      if (isShown) process.stderr.write('\n');
      isShown = false;
    },
  };
}
