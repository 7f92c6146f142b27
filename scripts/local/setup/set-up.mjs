// The steps of set-up, in order. What is there already is not made again; what is installed goes to .cache/ (and
// node_modules/, dist/).
import { parseArgs } from 'node:util';
import { endGracefully } from '../end-gracefully.mjs';
import { endLeftovers } from '../leftovers.mjs';
import { prepareBuild } from './build.mjs';
import { prepareDependencies } from './dependencies.mjs';
import { withSetupLock } from './lock.mjs';
import { preparePostgres } from './postgres.mjs';
import { createReporter } from './report.mjs';
import { stopCommands } from './run-command.mjs';
import { prepareTemporal } from './temporal.mjs';
import { SetupProblem } from './problem.mjs';
import { prepareTimeSkippingServer } from './time-skipping-server.mjs';

const usage = `Usage: node scripts/setup.mjs [--for demo|test] [--quiet]

  --for demo   what the demo needs (the default)
  --for test   what the tests need: that, and the time-skipping test server
  --quiet      say nothing unless it takes long or fails`;

export async function runSetUp() {
  try {
    const { purpose, quiet } = readArguments();
    refuseWindows();
    endGracefully(stopCommands);
    await setUp(purpose, createReporter({ quiet }));
  } catch (error) {
    const isExpected = error instanceof SetupProblem;
    console.error(`\nSet-up stopped: ${isExpected ? error.message : error.stack}`);
    process.exitCode = isExpected && error.isYourInput ? 2 : 1;
  }
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
    const { values } = parseArgs({
      options: {
        for: { type: 'string', default: 'demo' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (!['demo', 'test'].includes(values.for))
      throw new Error(`--for is "${values.for}"; it must be demo or test`);
    return { purpose: values.for, quiet: values.quiet };
  } catch (error) {
    throw new SetupProblem(`${error.message}.\n\n${usage}`, { isYourInput: true });
  }
}

function refuseWindows() {
  if (process.platform !== 'win32') return;
  throw new SetupProblem(
    'Demo and tests run on Linux and macOS. On Windows, use the Windows Subsystem for Linux.',
  );
}
