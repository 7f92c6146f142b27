// Makes a fresh clone ready: `node scripts/setup.mjs [--for demo|test] [--quiet]`. Plain Node without any package, since
// it is what installs them. What is there already is not made again; everything it installs by itself goes to .cache/.
import { parseArgs } from 'node:util';
import { endGracefully } from './local/end-gracefully.mjs';
import { endLeftovers } from './local/leftovers.mjs';
import { prepareBuild } from './local/setup/build.mjs';
import { prepareDependencies } from './local/setup/dependencies.mjs';
import { withSetupLock } from './local/setup/lock.mjs';
import { preparePostgres } from './local/setup/postgres.mjs';
import { createReporter } from './local/setup/report.mjs';
import { prepareTemporal } from './local/setup/temporal.mjs';
import { prepareTimeSkippingServer } from './local/setup/time-skipping-server.mjs';
import { SetupProblem } from './local/setup/problem.mjs';

const oldestNode = [20, 19];

const usage = `Usage: node scripts/setup.mjs [--for demo|test] [--quiet]

  --for demo   what the demo needs (the default)
  --for test   what the tests need: that, and the time-skipping test server
  --quiet      say nothing unless it takes long or fails`;

try {
  refuseOldNode();
  const { purpose, quiet } = readArguments();
  endGracefully(async () => undefined); // what we have started ends when we do
  await setUp(purpose, createReporter({ quiet }));
} catch (error) {
  const isExpected = error instanceof SetupProblem;
  console.error(`\nSet-up stopped: ${isExpected ? error.message : error.stack}`);
  process.exitCode = isExpected && error.isYourInput ? 2 : 1;
}

async function setUp(purpose, report) {
  await withSetupLock(report, async () => {
    await endLeftovers();
    await prepareDependencies(report);
    await preparePostgres(report);
    await prepareTemporal(report);
    if (purpose === 'test') await prepareTimeSkippingServer(report);
    await prepareBuild(report);
  });
  report.done();
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: { for: { type: 'string', default: 'demo' }, quiet: { type: 'boolean', default: false }, help: { type: 'boolean' } } });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (!['demo', 'test'].includes(values.for)) throw new Error(`--for is "${values.for}"; it must be demo or test`);
    return { purpose: values.for, quiet: values.quiet };
  } catch (error) {
    throw new SetupProblem(`${error.message}.\n\n${usage}`, { isYourInput: true });
  }
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isOldEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (!isOldEnough) throw new SetupProblem(`Node ${oldestNode.join('.')} or newer is needed; this is ${process.versions.node}. Install a newer one from your system's packages or nodejs.org.`);
  if (process.platform === 'win32') throw new SetupProblem('Demo and tests run on Linux and macOS. On Windows, use the Windows Subsystem for Linux.');
}
