// A private PostgreSQL for the demo and the tests: fresh, on a free port of the loopback address, gone with its owner.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { announceRun, lastLines, startGuarded } from './guarded.mjs';
import { endLeftovers } from './leftovers.mjs';
import { freePorts, isListening } from './ports.mjs';
import { postgresProgramsFor } from './postgres-programs.mjs';
import { forget, newRunId, recordFileOf } from './run-record.mjs';
import { ownedBy, serverDirectoryOf, serverUser } from './server-user.mjs';

const startLimitMs = 30_000;

// Fast shutdown first, then the immediate one, both PostgreSQL's own words for them.
const stopSignals = [
  ['SIGINT', 15_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 2_000],
];

/**
 * Starts PostgreSQL, or uses the one that `databaseUrl` names and starts nothing.
 * @param {object} [options]
 * @param {string} [options.databaseUrl] an existing server (usually `process.env.DATABASE_URL`)
 * @param {number} [options.port] 127.0.0.1:port; a free one by default
 * @param {boolean} [options.fsync] whether data survive a crash of the machine; off by default, the data are thrown away
 * @param {number} [options.maxConnections] 200 by default
 * @returns {Promise<{ url: string, isOurs: boolean, stop(): Promise<void> }>} url with user and password
 * @throws when NODE_ENV is production, the port is taken, or the server does not start
 */
export async function startPostgres({ databaseUrl, port, fsync = false, maxConnections = 200 } = {}) {
  if (databaseUrl) return { url: databaseUrl, isOurs: false, stop: async () => undefined };
  refuseInProduction();
  await endLeftovers();
  return port === undefined ? onFreePort({ fsync, maxConnections }) : onPort(port, { fsync, maxConnections });
}

async function onFreePort(settings, attemptsLeft = 3) {
  const [port] = await freePorts(1);
  try {
    return await start(port, settings);
  } catch (error) {
    const lostTheRace = attemptsLeft > 1 && /Address already in use/.test(error.message);
    if (!lostTheRace) throw error;
    return onFreePort(settings, attemptsLeft - 1);
  }
}

async function onPort(port, settings) {
  if (await isListening(port)) {
    throw new Error(
      `Port ${port} of 127.0.0.1 is taken. Give another port for PostgreSQL, or none to have a free one chosen.`,
    );
  }
  return start(port, settings);
}

async function start(port, settings) {
  const runId = newRunId('postgres');
  const user = serverUser();
  const folder = serverDirectoryOf(runId, user);
  announceRun(runId, [folder]);
  try {
    mkdirSync(folder, { mode: 0o700 });
    ownedBy(folder, user);
    return await serve({ runId, user, folder, port, settings });
  } catch (error) {
    forget(recordFileOf(runId), [folder]);
    throw error;
  }
}

async function serve({ runId, user, folder, port, settings }) {
  const programs = join(postgresProgramsFor(user, folder), 'bin');
  const password = randomBytes(24).toString('hex');
  const logFile = join(folder, 'postgres.log');
  const initialise = initialiseArguments(folder, keepSecret(password, folder, user));
  const as = {
    environment: environment(),
    directory: folder,
    ...(user && { userId: user.userId, groupId: user.groupId }),
  };

  const server = await startGuarded({
    runId,
    prepare: [{ program: join(programs, 'initdb'), arguments: initialise, ...as }],
    server: {
      program: join(programs, 'postgres'),
      arguments: serverArguments(folder, port, settings),
      ...as,
    },
    stopSignals,
    logFile,
    removeAfter: [folder],
  });
  await untilReady(server, port, logFile);
  return {
    url: `postgresql://firebreak:${password}@127.0.0.1:${port}/postgres`,
    isOurs: true,
    stop: server.stop,
  };
}

function initialiseArguments(folder, passwordFile) {
  return [
    `--pgdata=${join(folder, 'data')}`,
    '--username=firebreak',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // The same order of texts on every machine, whatever its locales.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ];
}

function serverArguments(folder, port, { fsync, maxConnections }) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: maxConnections,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', join(folder, 'data'), '-p', String(port), ...flags];
}

async function untilReady(server, port, logFile) {
  const giveUpAt = Date.now() + startLimitMs;
  while (Date.now() < giveUpAt && !server.hasEnded()) {
    if (/ready to accept connections/.test(lastLines(logFile, 5)) && (await isListening(port))) return;
    await sleep(25);
  }
  const why = server.hasEnded() ? 'ended at once' : `was not ready after ${startLimitMs / 1000} seconds`;
  const lines = lastLines(logFile);
  await server.stop();
  throw new Error(`The local PostgreSQL ${why}.\n${lines}`);
}

function keepSecret(password, folder, user) {
  const file = join(folder, 'password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return ownedBy(file, user);
}

// Neither the owner's PG… variables nor its locale may change what this server does.
function environment() {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function refuseInProduction() {
  if (process.env.NODE_ENV !== 'production') return;
  throw new Error(
    'NODE_ENV is production: the local PostgreSQL is for demo and tests only. Set DATABASE_URL to your PostgreSQL.',
  );
}
