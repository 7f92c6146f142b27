/** `firebreak tenants import`: what is wrong with a file is told by line and field, and then nothing of it is taken. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { testDatabase, type TestDatabase } from '../support/postgres';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-tenants-'));
const header = 'id,name,timeZone,contacts';
const good = 'acme,Acme Ltd,Europe/Berlin,security soc@acme.example';

let server: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  server = await testDatabase();
  env = { DATABASE_URL: server.url };
});

afterAll(async () => {
  await server.destroy();
  rmSync(folder, { recursive: true });
});

function fileOf(content: string | Buffer, name = 'tenants.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function knownTenants(): Promise<string[]> {
  const rows = await server.database.selectFrom('tenant').select('id').orderBy('id').execute();
  return rows.map(({ id }) => id);
}

test.each([
  [
    'a wrong column',
    `id,name,timeZone,favouriteColour\nacme,Acme Ltd,Europe/Berlin,red`,
    'tenants.csv:1: favouriteColour is not a known column; known are id, name',
  ],
  ['a duplicate tenant', `${header}\n${good}\n${good}`, 'tenants.csv:3: id names the same tenant as line 2'],
  [
    'an invalid address',
    `${header}\nacme,Acme Ltd,Europe/Berlin,security soc@@acme`,
    'tenants.csv:2: contacts[0].email must have exactly one @',
  ],
  [
    'a newline in a name',
    `${header}\nacme,"Acme\nLtd",Europe/Berlin,`,
    'tenants.csv:2: name contains a line break',
  ],
  [
    'half of a character pair',
    Buffer.concat([
      Buffer.from(`${header}\nacme,Acme `),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from(',Europe/Berlin,'),
    ]),
    'tenants.csv:2: the line is not valid UTF-8',
  ],
])('%s in a CSV is refused, and nothing of the file is taken', async (_what, content, sentence) => {
  const failure = await failureOf(['tenants', 'import', fileOf(content)], { env });

  expect(failure).toMatchObject({ code: 2, type: 'InputProblem' });
  expect(failure.message).toContain(`Nothing was imported: 1 problem in the file. First: ${sentence}`);
  expect(await knownTenants()).toEqual([]);
});

test('half of a character pair, escaped in JSON, is refused too', async () => {
  const line = '{"id":"acme","name":"Acme \\ud800","timeZone":"Europe/Berlin"}';

  const failure = await failureOf(['tenants', 'import', fileOf(line, 'tenants.jsonl')], { env });

  expect(failure.code).toBe(2);
  expect(failure.message).toContain(
    'tenants.jsonl:1: name contains a line break, a control character or half of a character pair',
  );
  expect(await knownTenants()).toEqual([]);
});

test('several problems are listed one a line for people, and as a list for programs', async () => {
  const file = fileOf(`${header}\n${good}\n,Globex,Europe/Berlin,\ninitech,Initech,Mars/Olympus,`);

  const forPeople = await firebreak(['tenants', 'import', file], { env });
  const forPrograms = await firebreak(['tenants', 'import', file, '--json'], { env });

  expect(forPeople.code).toBe(2);
  expect(forPeople.stderr.trimEnd().split('\n')).toEqual([
    'tenants.csv:3: id: is missing',
    'tenants.csv:4: timeZone: is not an IANA time zone, such as Europe/Berlin',
    'firebreak: Nothing was imported: 2 problems in the file. First: tenants.csv:3: id is missing.',
  ]);
  expect(JSON.parse(forPrograms.stdout)).toMatchObject({
    error: {
      problems: [
        { line: 3, field: 'id' },
        { line: 4, field: 'timeZone' },
      ],
    },
  });
  expect(await knownTenants()).toEqual([]);
});

test.each([
  ['that is missing', join(folder, 'nowhere.csv'), /nowhere\.csv/],
  ['of another kind', fileOf('x', 'tenants.xlsx'), /\.csv.*\.jsonl/],
  ['that is empty', fileOf('', 'empty.csv'), /empty\.csv/],
  ['with a header alone', fileOf(header, 'header.csv'), /holds no tenant/],
])('a file %s is refused', async (_what, file, sentence) => {
  const failure = await failureOf(['tenants', 'import', file], { env });

  expect(failure.code).toBe(2);
  expect(failure.message).toMatch(sentence);
});

test('a good file is taken, and taken again it replaces', async () => {
  const file = fileOf(`${header}\n${good}`);

  const first = await firebreak(['tenants', 'import', file], { env });
  const second = await answerOf(['tenants', 'import', file], { env });

  expect(first).toMatchObject({ code: 0, stderr: '', stdout: 'Imported: 1 new, 0 replaced, 1 contacts.\n' });
  expect(second).toEqual({ inserted: 0, updated: 1, contacts: 1, services: 0, contracts: 0 });
  expect(await knownTenants()).toEqual(['acme']);
});
