/** Tells the story on standard output, for somebody who has never seen an incident. */
import { cursorTo, clearLine } from 'node:readline';

const startedAt = Date.now();

export function chapter(title: string): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0).padStart(3);
  process.stdout.write(`\n[${seconds} s] ${title}\n`);
}

export function say(text: string): void {
  process.stdout.write(`        ${text}\n`);
}

/** A bar that is redrawn in a terminal, and a few lines elsewhere. */
export function progress(title: string): { show(done: number, total: number): void; end(): void } {
  let lastTenth = -1;
  return {
    show(done, total) {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const text = `        ${title} [${'#'.repeat(Math.round(share * 30)).padEnd(30, '.')}] ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`;
      if (process.stdout.isTTY) {
        clearLine(process.stdout, 0);
        cursorTo(process.stdout, 0);
        process.stdout.write(text);
      } else if (Math.floor(share * 4) > lastTenth) {
        lastTenth = Math.floor(share * 4);
        process.stdout.write(`${text}\n`);
      }
    },
    end() {
      if (process.stdout.isTTY) process.stdout.write('\n');
    },
  };
}
