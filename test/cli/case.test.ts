// `firebreak case run` as people type it: what it answers, and how it refuses a file that is no case.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureOf, firebreak } from '../support/cli';
import { projectDirectory } from '../support/documents';
import { testDatabase, type TestDatabase } from '../support/postgres';

jest.setTimeout(180_000);

const example = join(projectDirectory, 'examples', 'case.json');

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-case-test-'));
  database = await testDatabase();
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await database.destroy();
});

/** The example with something else in its place. */
function broken(change: (draft: Record<string, unknown>) => void): string {
  const draft = JSON.parse(readFileSync(example, 'utf8')) as Record<string, unknown>;
  change(draft);
  const file = join(folder, 'broken.json');
  writeFileSync(file, JSON.stringify(draft));
  return file;
}

const surroundings = () => ({ env: { DATABASE_URL: database.url }, timeoutMs: 120_000 });

test('every expectation is answered with pass or fail, for programs with what was found', async () => {
  const { code, stdout } = await firebreak(['case', 'run', example, '--json'], surroundings());

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    case: 'lost-laptop',
    title: expect.any(String) as string,
    passed: 4,
    failed: 0,
    skipped: 0,
    skippedInputs: [],
    refusedInputs: [],
    expectations: ['contained', 'late-or-not', 'everybody-once', 'how-long'].map(
      (id) => expect.objectContaining({ id, outcome: 'pass', found: [] }) as object,
    ),
  });
});

test('an expectation that does not hold ends with exit code 1 and says what was found instead', async () => {
  const file = broken((draft) => {
    draft['expect'] = [
      {
        id: 'never',
        kind: 'phase',
        after: 'end',
        then: 'the second round has begun',
        check: { round: 2 },
      },
    ];
  });

  const { code, stdout } = await firebreak(['case', 'run', file], surroundings());

  expect(code).toBe(1);
  expect(stdout).toContain('FAIL  never\n        then: the second round has begun');
  expect(stdout).toContain('found: round is 1, expected 2');
});

test('a file that is not in the format is refused by its field', async () => {
  const file = broken((draft) => (draft['zone'] = 'Mars/North'));

  expect(await failureOf(['case', 'run', file], surroundings())).toMatchObject({
    code: 2,
    type: 'InputProblem',
    field: 'zone',
    message: expect.stringContaining('Asia/Tokyo') as string,
  });
});

test.each([
  ['no JSON', 'not a case', 'is not JSON'],
  ['a list', '[]', 'it is not a JSON object'],
])('%s is no case', async (_name, content, problem) => {
  const file = join(folder, 'hostile.json');
  writeFileSync(file, content);

  expect(await failureOf(['case', 'run', file], surroundings())).toMatchObject({
    code: 2,
    message: expect.stringContaining(problem) as string,
  });
});

test('a file that is not there is named', async () => {
  expect(await failureOf(['case', 'run', join(folder, 'nowhere.json')], surroundings())).toMatchObject({
    code: 2,
    message: expect.stringContaining('nowhere.json cannot be read') as string,
  });
});
