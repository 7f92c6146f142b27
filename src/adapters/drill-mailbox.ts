/** Where the notices of a drill end: one file a message in a folder, `.eml` for mail, and no way out of it. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComposedMessage } from '../activities/delivery-line';
import type { DrillTransport } from '../activities/send-page';

/** @param directory is made when it is missing. A message sent again replaces its file. */
export const drillMailbox = (directory: string): DrillTransport => ({
  reaches: 'nobody',
  send: async ({ messageId, bytes, channel }) => {
    const name = join(directory, drillFileOf(messageId, channel));
    await mkdir(directory, { recursive: true });
    // Whoever reads the folder never sees half a message.
    await writeFile(`${name}.part`, bytes);
    await rename(`${name}.part`, name);
    return { kind: 'accepted', reply: 'kept in the drill mailbox' };
  },
});

/** The name of the file that a message becomes. */
export function drillFileOf(messageId: string, channel: ComposedMessage['channel'] = 'email'): string {
  return `${messageId.replace(/[^\w.-]+/g, '_')}.${channel === 'email' ? 'eml' : 'json'}`;
}
