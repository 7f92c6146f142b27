/** A bar on standard error, where a person watches; silent where output goes to a program. */
import type { CliContext } from './context';

export interface ProgressBar {
  /** @param share from 0 to 1 */
  show(share: number, text: string): void;
  end(): void;
}

const width = 30;

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export function progressBar(
  context: Pick<CliContext, 'isJson'>,
  title: string,
  screen: Screen = process.stderr,
): ProgressBar {
  if (context.isJson || screen.isTTY !== true) return { show: () => undefined, end: () => undefined };
  let isShown = false;
  return {
    show(share, text) {
      isShown = true;
      const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
      screen.write(`\r${title} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}\x1b[K`);
    },
    end() {
      if (isShown) screen.write('\n');
      isShown = false;
    },
  };
}
