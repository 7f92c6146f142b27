// A private Temporal server for the demo and the tests: `temporal server start-dev` on free ports of the loopback
// address, with this project's search attributes registered, gone with its owner.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { announceRun, lastLines, startGuarded } from './guarded.mjs';
import { endLeftovers } from './leftovers.mjs';
import { projectDirectory, runDirectory } from './paths.mjs';
import { freePorts, isListening } from './ports.mjs';
import { findTemporal } from './programs.mjs';
import { forget, newRunId, recordFileOf } from './run-record.mjs';

const startLimitMs = 60_000;

// A server in memory has nothing to put in order before it ends, and putting it in order takes a second.
const kill = ['SIGKILL', 2_000];
const terminate = ['SIGTERM', 10_000];

/**
 * @param {object} [options]
 * @param {boolean} [options.ui] whether the web UI is served, too
 * @param {string} [options.dbFile] keeps the server's state in this file; in memory by default
 * @param {number} [options.port] of the gRPC front end; a free one by default
 * @param {number} [options.uiPort] a free one by default
 * @returns {Promise<{ pid: number, address: string, uiUrl: string | undefined, logFile: string, stop(): Promise<void> }>} address as host:port
 * @throws when there is no Temporal CLI, a port is taken, or the server does not start
 */
export async function startTemporal({ ui = false, dbFile, port, uiPort } = {}) {
  const program = findTemporal().path;
  if (program === undefined)
    throw new Error('There is no Temporal CLI yet. Run "node scripts/setup.mjs" to get it.');
  await Promise.all([
    refuseTakenPort(port, 'Temporal'),
    refuseTakenPort(uiPort, 'the Temporal UI'),
    endLeftovers(),
  ]);
  const isChosenByUs = port === undefined && uiPort === undefined;
  return withRetries(isChosenByUs ? 3 : 1, async () => {
    const [free, freeHttp, freeUi] = await freePorts(3);
    const ports = { grpc: port ?? free, http: freeHttp, ui: ui ? (uiPort ?? freeUi) : undefined };
    return start(program, ports, dbFile);
  });
}

async function start(program, ports, dbFile) {
  const runId = newRunId('temporal');
  const folder = join(runDirectory, runId);
  announceRun(runId, [folder]);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return await serve({ runId, program, folder, ports, dbFile });
  } catch (error) {
    forget(recordFileOf(runId), [folder]);
    throw error;
  }
}

async function serve({ runId, program, folder, ports, dbFile }) {
  const logFile = join(folder, 'temporal.log');
  const searchAttributes = readSearchAttributes();
  const server = await startGuarded({
    runId,
    server: {
      program,
      arguments: serverArguments(ports, dbFile, searchAttributes),
      environment: environment(),
      directory: folder,
    },
    stopSignals: dbFile === undefined ? [kill] : [terminate, kill],
    logFile,
    removeAfter: [folder],
  });
  await untilReady(server, ports.http, Object.keys(searchAttributes), logFile);
  return {
    pid: server.pid,
    address: `127.0.0.1:${ports.grpc}`,
    uiUrl: ports.ui === undefined ? undefined : `http://127.0.0.1:${ports.ui}`,
    logFile,
    stop: server.stop,
  };
}

function serverArguments(ports, dbFile, searchAttributes) {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
    ...['--port', String(ports.grpc), '--http-port', String(ports.http)],
    ...(ports.ui === undefined ? ['--headless'] : ['--ui-port', String(ports.ui)]),
    ...(dbFile === undefined ? [] : ['--db-filename', dbFile]),
    // The default lets one development server start about 20 tasks a second; an incident's messages would queue behind it.
    ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=200'],
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

// The front end answers a little before the search attributes are known, and a workflow that starts in between is
// refused. So ask for the attributes themselves.
async function untilReady(server, httpPort, expectedAttributes, logFile) {
  const giveUpAt = Date.now() + startLimitMs;
  while (Date.now() < giveUpAt && !server.hasEnded()) {
    const registered = await registeredAttributes(httpPort);
    if (expectedAttributes.every((name) => registered.includes(name))) return;
    await sleep(50);
  }
  const why = server.hasEnded() ? 'ended at once' : `was not ready after ${startLimitMs / 1000} seconds`;
  const lines = lastLines(logFile);
  await server.stop();
  throw new Error(`The local Temporal server ${why}.\n${lines}`);
}

async function registeredAttributes(httpPort) {
  try {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/api/v1/namespaces/default/search-attributes`, {
      signal: AbortSignal.timeout(5_000),
    });
    return answer.ok ? Object.keys((await answer.json()).customAttributes ?? {}) : [];
  } catch {
    return [];
  }
}

function readSearchAttributes() {
  return JSON.parse(
    readFileSync(join(projectDirectory, 'tools', 'temporal', 'search-attributes.json'), 'utf8'),
  );
}

async function refuseTakenPort(port, forWhat) {
  if (port === undefined || !(await isListening(port))) return;
  throw new Error(
    `Port ${port} of 127.0.0.1 is taken. Give another port for ${forWhat}, or none to have a free one chosen.`,
  );
}

async function withRetries(attempts, action) {
  try {
    return await action();
  } catch (error) {
    const lostARaceForAPort = attempts > 1 && /address already in use/i.test(error.message);
    if (!lostARaceForAPort) throw error;
    return withRetries(attempts - 1, action);
  }
}

// TEMPORAL_… variables are for clients (another address, TLS keys) and have no business in this server.
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
