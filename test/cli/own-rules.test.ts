/** `FIREBREAK_RULES`: rules of one's own beside those of the product, as the guide "Add a regulation" has them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { answerOf, failureOf, firebreak } from '../support/cli';

const guide = readFileSync(join(__dirname, '../../docs/guides/add-a-regulation.md'), 'utf8');
const [pack = '', cases = ''] = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json ?? '');

const own = mkdtempSync(join(tmpdir(), 'own-rules-'));
const file = join(own, 'hospitals.json');
const env = { FIREBREAK_RULES: own };

beforeEach(() => writeFileSync(file, pack));
afterAll(() => rmSync(own, { recursive: true }));

test('a rule of one’s own is shown beside those of the product', async () => {
  const counted = async (surroundings: Record<string, string>) =>
    (await answerOf<{ rules: number }>(['rules', 'coverage'], { env: surroundings })).rules;
  const { stdout } = await firebreak(['rules', 'show', 'my-hospital-act-7-ministry'], { env });

  expect(stdout).toContain(
    'Hospital Incident Act: A hospital tells the ministry of an incident within a day',
  );
  expect(await counted(env)).toBe((await counted({})) + 2);
});

test('the cases of the guide come out as it says', async () => {
  const facts = join(mkdtempSync(join(tmpdir(), 'cases-')), 'cases.json');
  writeFileSync(facts, cases);

  const { code, stdout } = await firebreak(['clocks', 'compute', '--facts', facts, '--check'], { env });

  expect({ code, stdout }).toEqual({ code: 0, stdout: '6 of 6 come out as expected\n' });
});

test('an id of the product is refused, with both files', async () => {
  writeFileSync(file, pack.replaceAll('my-hospital-act-7-processor', 'eu-gdpr-33-2-processor'));

  const failure = await failureOf(['rules', 'list'], { env });

  expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
  expect(failure.message).toMatch(
    /hospitals\.json: rules\[1\] .* is already the id of a rule in .*core-eu\.json/,
  );
});

test('a folder that is not there is refused by its name, also among several', async () => {
  const env = { FIREBREAK_RULES: [own, '/nowhere/at/all'].join(delimiter) };

  expect(await failureOf(['rules', 'list'], { env })).toMatchObject({
    code: 2,
    message: expect.stringContaining('/nowhere/at/all cannot be read') as string,
  });
});
