/** `firebreak keys …` with real files and a real PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/adapters/postgres/database';
import { keysCommand } from '../../src/cli/keys';
import { testDatabase } from '../support/postgres';

let server: Awaited<ReturnType<typeof testDatabase>>;
const folder = mkdtempSync(join(tmpdir(), 'keys-'));
const passphrase = 'correct horse battery staple';

beforeAll(async () => {
  server = await testDatabase();
});

afterAll(async () => {
  await server.destroy();
  rmSync(folder, { recursive: true });
});

interface Printed {
  value: { keyId: string; outcome?: string };
  text: string;
}

async function run(...words: string[]): Promise<Printed> {
  const printed: Printed[] = [];
  const context = {
    openDatabase: () => Promise.resolve(openDatabase({ url: server.url })),
    print: (value: unknown, text: string) => printed.push({ value: value as Printed['value'], text }),
    passphrase,
  };
  await keysCommand(context).parseAsync(words, { from: 'user' });
  const [only] = printed;
  if (only === undefined) throw new Error('nothing was printed');
  return only;
}

async function generated(name: string): Promise<{ keyId: string; publicKey: string }> {
  const file = join(folder, name);
  const { value } = await run('generate', '--out', file);
  return { keyId: value.keyId, publicKey: `${file}.pub` };
}

test('a key is generated, enrolled, confirmed, listed and revoked', async () => {
  const { keyId, publicKey } = await generated('eim');
  const enroll = [
    'enroll',
    '--id',
    'eim-1',
    '--role',
    'executive-incident-manager',
    'legal',
    '--public-key',
    publicKey,
  ];

  expect((await run(...enroll, '--by', 'admin-1')).value).toMatchObject({ outcome: 'enrolled', keyId });
  expect((await run(...enroll, '--by', 'admin-2')).value).toMatchObject({
    outcome: 'confirmed',
    confirmedBy: 'admin-2',
  });
  expect((await run('list')).text).toContain(`${keyId}  eim-1  executive-incident-manager, legal`);
  expect((await run('revoke', keyId, '--by', 'admin-2')).text).toContain('REVOKED');
  expect((await run('revoke', keyId, '--by', 'admin-2')).value).toMatchObject({ outcome: 'unchanged' });
});

test.each([
  ['an unknown role', { role: 'boss' }, '--role "boss" is not a role'],
  ['an id with spaces', { id: 'Jane Doe' }, '--id "Jane Doe" is not an id'],
  ['a file that is missing', { 'public-key': '/no/such.pub' }, '/no/such.pub cannot be read'],
  ['a time that is none', { 'valid-from': 'tomorrow' }, '--valid-from "tomorrow" is not a time'],
  [
    'an end in the past',
    { 'valid-to': '2020-01-01T00:00:00Z' },
    '--valid-to "2020-01-01T00:00:00.000Z" is not after',
  ],
])('%s is refused with a sentence, and nothing is enrolled', async (what, change, sentence) => {
  const { keyId, publicKey } = await generated(what.replaceAll(' ', '-'));
  const options = { id: 'eim-1', role: 'legal', 'public-key': publicKey, by: 'admin-1', ...change };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);

  await expect(run('enroll', ...words)).rejects.toMatchObject({
    type: 'InputProblem',
    message: expect.stringContaining(sentence) as string,
  });

  expect((await run('list')).text).not.toContain(keyId);
});

test('revoking a key that nobody enrolled is an input problem', async () => {
  await expect(run('revoke', 'f'.repeat(32), '--by', 'admin-1')).rejects.toMatchObject({
    type: 'InputProblem',
  });
});
