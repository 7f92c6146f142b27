/** `firebreak policy`: what is in force and why, and what is wrong with a file, without any server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPolicy } from '../../src/domain/policy';
import { answerOf, failureOf, firebreak } from '../support/cli';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-policy-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(policy: unknown): string {
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

interface Shown {
  readonly digest: string;
  readonly policy: typeof defaultPolicy;
}

test('without a file the default is in force', async () => {
  expect((await answerOf<Shown>(['policy', 'show'])).policy).toEqual(defaultPolicy);
});

test('a file changes what it names, down to a single severity, and its digest with it', async () => {
  const env = { FIREBREAK_POLICY: fileOf({ containmentAlarmMinutes: { critical: 30 } }) };

  const byDefault = await answerOf<Shown>(['policy', 'show']);
  const shown = await answerOf<Shown>(['policy', 'show'], { env });

  expect(shown.policy).toEqual({
    ...defaultPolicy,
    containmentAlarmMinutes: { ...defaultPolicy.containmentAlarmMinutes, critical: 30 },
  });
  expect(shown.digest).not.toBe(byDefault.digest);
  expect(await answerOf(['policy', 'check', env.FIREBREAK_POLICY])).toEqual({ digest: shown.digest });
});

test('people read every field with its value, unit and reason', async () => {
  const { stdout, code } = await firebreak(['policy', 'show']);

  expect(code).toBe(0);
  expect(stdout).toContain('reminderHours: 24 (hours)\n    What is still open is raised again and again');
  expect(stdout).toMatch(/SHA-256 of this policy: [0-9a-f]{64}\n$/);
});

test.each([
  ['a number that cannot be', { reminderHours: -1 }, 'reminderHours', /reminderHours is wrong: Too small/],
  [
    'a severity that does not exist',
    { watchDays: { extreme: 1 } },
    'watchDays',
    /watchDays has extreme, which is not a field here; check the spelling/,
  ],
  [
    'a condition that does not exist',
    { approvalNotNecessaryWhen: [{ condition: 'full-moon' }] },
    'approvalNotNecessaryWhen.0.condition',
    /approvalNotNecessaryWhen\.0\.condition is wrong/,
  ],
  ['a list', [], 'file', /must hold a JSON object/],
])('%s is refused by its field, with what to do', async (_, policy, field, sentence) => {
  const failure = await failureOf(['policy', 'check', fileOf(policy)]);

  expect(failure).toMatchObject({ code: 2, type: 'InputProblem', field });
  expect(failure.message).toMatch(sentence);
  expect(failure.message).toMatch(/; (firebreak policy show says what each field is|see docs\/guides)$/);
});
