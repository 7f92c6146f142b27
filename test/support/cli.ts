// The command line as people run it: the compiled program in a process of its own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const commandFile = join(__dirname, '..', '..', 'dist', 'cli', 'main.js');

export interface CommandResult {
  /** Null when it had to be killed because it did not end. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface CommandSurroundings {
  /** All that it knows of the environment, beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

/** Runs `firebreak …` to its end. */
export async function firebreak(
  words: readonly string[],
  { env = {}, stdin = '', timeoutMs = 25_000 }: CommandSurroundings = {},
): Promise<CommandResult> {
  const startedAt = Date.now();
  const child = spawn(process.execPath, [commandFile, ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stdio: 'pipe',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr, tookMs: Date.now() - startedAt };
}

export interface ToldFailure {
  readonly code: number | null;
  readonly type: string;
  readonly message: string;
  readonly field?: string;
}

/**
 * How a command that fails tells it, to people and to programs: runs it both ways, and makes sure that it is one
 * sentence, the same for both, without a trace of the program's inside.
 */
export async function failureOf(
  words: readonly string[],
  surroundings: CommandSurroundings = {},
): Promise<ToldFailure> {
  const forPeople = await firebreak(words, surroundings);
  const forPrograms = await firebreak([...words, '--json'], surroundings);
  const { error } = JSON.parse(forPrograms.stdout) as { error: Omit<ToldFailure, 'code'> };
  expect(forPeople.stdout).toBe('');
  expect(forPeople.stderr).toBe(`firebreak: ${error.message}\n`);
  expect(forPeople.stderr).not.toMatch(/\n\s+at |\[object|undefined|NaN/);
  expect(forPrograms.code).toBe(forPeople.code);
  return { code: forPeople.code, ...error };
}

/** What a command that succeeds answers to a program. */
export async function answerOf<Answer = Record<string, unknown>>(
  words: readonly string[],
  surroundings: CommandSurroundings = {},
): Promise<Answer> {
  const { code, stdout, stderr } = await firebreak([...words, '--json'], surroundings);
  if (code !== 0) throw new Error(`firebreak ${words.join(' ')} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as Answer;
}
