// Starts a fake relay in a process of its own and speaks to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FakeRelay, FakeRelayOptions, HeldMessage, RelayCounts } from './fake-relay';

const program = join(__dirname, 'fake-relay-process.ts');

/** Ends when this process ends, however it ends. */
export async function startFakeRelayProcess(options: FakeRelayOptions = {}): Promise<FakeRelay> {
  const child = spawn(process.execPath, ['--import', 'tsx', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(options)}\n`);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const ports = JSON.parse(line) as { readonly smtp: number; readonly control: number };

  async function ask<Answer>(what: string, content?: unknown): Promise<Answer> {
    const url = `http://127.0.0.1:${String(ports.control)}/${what}`;
    const body = content === undefined ? {} : { method: 'POST', body: JSON.stringify(content) };
    const response = await fetch(url, body);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Answer;
  }

  return {
    host: '127.0.0.1',
    port: ports.smtp,
    follow: (script) => ask('follow', script),
    held: () => ask<readonly HeldMessage[]>('held'),
    counts: () => ask<RelayCounts>('counts'),
    frozen: () => ask<readonly string[]>('frozen'),
    release: () => ask('release'),
    dropConnections: () => ask('drop-connections'),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
