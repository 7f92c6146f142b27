/** What surrounds the command line is missing or wrong: one sentence, the right exit code, and soon. */
import { createServer, type AddressInfo } from 'node:net';
import { startPostgres, startTemporal } from '../../scripts/local/servers.mjs';
import { failureOf, firebreak } from '../support/cli';
import { emptyTestDatabase, testDatabase, type TestDatabase } from '../support/postgres';
import { startSmtpInbox } from '../support/smtp-inbox';

/** Nobody listens on port 1. */
const nowhere = '127.0.0.1:1';
const longestMs = 30_000;

const speaker = { FIREBREAK_PRINCIPAL: 'srt-ana', FIREBREAK_ROLE: 'security-response' };
const temporal = { TEMPORAL_ADDRESS: process.env['FIREBREAK_TEST_TEMPORAL_ADDRESS'] ?? '' };
const relay = { FIREBREAK_SMTP_URL: 'smtp://127.0.0.1:1' };

let migrated: TestDatabase;
let empty: TestDatabase;

beforeAll(async () => {
  [migrated, empty] = await Promise.all([testDatabase(), emptyTestDatabase()]);
});

afterAll(() => Promise.all([migrated.destroy(), empty.destroy()]));

describe('words of the command line', () => {
  test.each([
    [['bogus'], "unknown command 'bogus'; see firebreak --help"],
    [['status'], "missing required argument 'incident'; see firebreak --help"],
    [['status', 'x', '--frob'], "unknown option '--frob'; see firebreak --help"],
    [['bug', 'open', 'x', 'BUG-1'], "required option '--title <title>' not specified; see firebreak --help"],
    [['worker', '--role', 'boss'], 'Allowed choices are incident, delivery, all.; see firebreak --help'],
  ])('%j is refused with exit code 2', async (words, sentence) => {
    const failure = await failureOf(words);

    expect(failure).toMatchObject({ code: 2, type: 'UsageProblem' });
    expect(failure.message).toContain(sentence);
  });

  test.each([[[]], [['bug']]])('%j lacks a command: all are shown, and the exit code is 2', async (words) => {
    const { code, stdout, stderr } = await firebreak(words);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^Usage: firebreak .*Commands:.*\nfirebreak: a command is missing; see firebreak --help\n$/s,
    );
  });

  test('help is no failure', async () => {
    const { code, stdout, stderr } = await firebreak(['status', '--help']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('where an incident stands and whose move it is');
  });
});

describe('configuration', () => {
  test.each([
    ['DATABASE_URL', 'mysql://db/x', ['migrate']],
    ['DATABASE_URL', 'not a url', ['keys', 'list']],
    ['FIREBREAK_SMTP_URL', 'http://relay', ['worker']],
    ['FIREBREAK_WEBHOOK_DANGEROUSLY_ALLOW', 'everybody', ['worker']],
    ['FIREBREAK_ROLE', 'boss', ['status', 'x']],
    ['LOG_LEVEL', 'loud', ['worker']],
  ])('%s=%s is refused by its name', async (name, value, words) => {
    const failure = await failureOf(words, { env: { [name]: value } });

    expect(failure).toMatchObject({ code: 2, type: 'InputProblem', field: name });
    expect(failure.message).toContain(`environment variable ${name} is wrong: `);
  });

  test.each([[['migrate']], [['keys', 'list']], [['tenants', 'import', 'tenants.csv']], [['worker']]])(
    '%j without DATABASE_URL',
    async (words) => {
      expect(await failureOf(words, { env: relay })).toEqual({
        code: 2,
        type: 'InputProblem',
        field: 'DATABASE_URL',
        message: 'DATABASE_URL is missing: set it to the PostgreSQL of this installation',
      });
    },
  );

  test.each([['delivery'], ['all']])('a %s worker without a mail relay', async (role) => {
    const env = { ...temporal, DATABASE_URL: migrated.url };

    const failure = await failureOf(['worker', '--role', role], { env });

    expect(failure).toMatchObject({ code: 2, field: 'FIREBREAK_SMTP_URL' });
    expect(failure.message).toContain('a worker that delivers needs a mail relay, e.g. smtp://relay:587');
  });

  test('a message without anybody configured to speak', async () => {
    const failure = await failureOf(['bug', 'close', 'x', 'BUG-1'], { env: temporal });

    expect(failure).toMatchObject({ code: 2, field: 'FIREBREAK_PRINCIPAL' });
    expect(failure.message).toContain('set FIREBREAK_PRINCIPAL and FIREBREAK_ROLE');
  });
});

describe('Temporal', () => {
  test('is not reachable: every command says so in time', async () => {
    const env = { ...speaker, TEMPORAL_ADDRESS: nowhere, DATABASE_URL: migrated.url };
    const commands = [
      ['status', 'x'],
      ['declare', '-'],
      ['worker', '--role', 'incident'],
    ];

    const results = await Promise.all(
      commands.map((words) => firebreak([...words, '--json'], { env, stdin: '{}' })),
    );

    const message = `no Temporal server answers at ${nowhere}; start one, or set TEMPORAL_ADDRESS`;
    for (const { code, stdout, stderr, tookMs } of results) {
      expect({ code, stderr }).toEqual({ code: 1, stderr: `firebreak: ${message}\n` });
      expect(JSON.parse(stdout)).toEqual({ error: { type: 'Unreachable', message } });
      expect(tookMs).toBeLessThan(longestMs);
    }
  });

  test.each([[['status', 'x']], [['worker', '--role', 'incident']]])(
    'has no such namespace: %j says so, and ends',
    async (words) => {
      const env = { ...temporal, TEMPORAL_NAMESPACE: 'nowhere', DATABASE_URL: migrated.url };

      const failure = await failureOf(words, { env });

      expect(failure.code).toBe(1);
      expect(failure.message).toMatch(
        /^the Temporal server .*has no namespace nowhere.*set TEMPORAL_NAMESPACE$/,
      );
    },
  );

  test('a port that is taken is named, with the remedy', async () => {
    const { port, free } = await takenPort();

    await expect(startTemporal({ port })).rejects.toThrow(
      `Port ${String(port)} of 127.0.0.1 is taken. Give another port for Temporal, or none to have a free one chosen.`,
    );
    await expect(startPostgres({ port })).rejects.toThrow(String(port));
    await expect(startSmtpInbox({ port })).rejects.toThrow(
      `address already in use 127.0.0.1:${String(port)}`,
    );
    await free();
  });
});

describe('PostgreSQL', () => {
  const commands: [string[]][] = [
    [['migrate']],
    [['keys', 'list']],
    [['tenants', 'import', 'tenants.csv']],
    [['worker', '--role', 'incident']],
  ];

  test.each(commands)(
    'is not reachable: %j says where it was looked for, without the password',
    async (words) => {
      const env = { ...temporal, DATABASE_URL: 'postgres://user:s3cret@localhost:1/firebreak' };

      const failure = await failureOf(words, { env });

      expect(failure).toEqual({
        code: 1,
        type: 'DatabaseUnreachable',
        message:
          'PostgreSQL at localhost:1/firebreak cannot be used: nothing listens there; start it or correct DATABASE_URL, then try again',
      });
    },
  );

  test.each([
    [
      'an unknown host',
      'postgres://user:s3cret@no-such-host.invalid/firebreak',
      /the (host is unknown|name of the host cannot be looked up); correct DATABASE_URL/,
    ],
    [
      'a wrong password',
      changed((url) => (url.password = 's3cret')),
      /it refuses the user or the password; correct DATABASE_URL/,
    ],
    [
      'an unknown database',
      changed((url) => (url.pathname = '/no_such_database')),
      /it has no database of this name; create it or correct DATABASE_URL/,
    ],
  ])('%s', async (_what, DATABASE_URL, sentence) => {
    const failure = await failureOf(['migrate'], { env: { DATABASE_URL } });

    expect(failure).toMatchObject({ code: 1, type: 'DatabaseUnreachable' });
    expect(failure.message).toMatch(sentence);
    expect(failure.message).not.toContain('s3cret');
  });

  test.each(commands.slice(1))('is not migrated: %j says what to run, and writes nothing', async (words) => {
    const failure = await failureOf(words, { env: { ...temporal, DATABASE_URL: empty.url } });

    expect(failure).toMatchObject({ code: 1, type: 'DatabaseNotMigrated' });
    expect(failure.message).toMatch(
      /^The database lacks \d+ migration\(s\), from 0001-tenant-directory on. Run: firebreak migrate$/,
    );
    expect(await empty.database.introspection.getTables()).toEqual([]);
  });
});

test('migrate makes the tables once, whoever runs it', async () => {
  const fresh = await emptyTestDatabase();
  const surroundings = { env: { DATABASE_URL: fresh.url } };

  const both = await Promise.all([
    firebreak(['migrate'], surroundings),
    firebreak(['migrate'], surroundings),
  ]);

  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ stdout }) => stdout).sort()).toEqual([
    expect.stringMatching(/^Applied: 0001-tenant-directory, .*\n$/) as string,
    'The database is up to date.\n',
  ]);
  await fresh.destroy();
});

function changed(change: (url: URL) => void): string {
  const url = new URL(process.env['FIREBREAK_TEST_POSTGRES_URL'] ?? 'postgres://localhost');
  change(url);
  return url.href;
}

async function takenPort(): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    free: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
