/** What a measurement has started ends in the reverse order, also after Ctrl-C. */
import { endGracefully } from '../local/servers.mjs';

export type Ends = (() => unknown)[];

/** @param measure adds to `ends` how to stop what it starts */
export async function endingAll(measure: (ends: Ends) => Promise<void>): Promise<void> {
  const ends: Ends = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const forget = endGracefully(stop);
  try {
    await measure(ends);
  } finally {
    forget();
    await stop();
  }
}
