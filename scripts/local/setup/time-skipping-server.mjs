// The time-skipping test server, where 72 hours pass in seconds: found, downloaded, or put together from the Java
// archives of Maven Central.
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, programDirectory, projectDirectory } from '../paths.mjs';
import { findOnPath, findTimeSkippingServer } from '../programs.mjs';
import { SetupProblem } from './problem.mjs';
import { runCommand } from './run-command.mjs';
import { tryDownload } from './sdk-download.mjs';

const archiveDirectory = join(cacheDirectory, 'time-skipping-server');
const pomFile = join(projectDirectory, 'tools', 'time-skipping-server', 'pom.xml');

// It finds the archives from where it is itself, so that a clone may be moved.
const starterText = `#!/bin/sh
exec java -cp "$(dirname "$0")/../time-skipping-server/*" io.temporal.testserver.TestServer "$@"
`;

export async function prepareTimeSkippingServer(report) {
  if (find() !== undefined) return;
  const notDownloaded = await tryDownload(report, 'time-skipping', 'temporal-test-server');
  if (notDownloaded === undefined) return;
  const missing = ['java', 'mvn'].filter((program) => findOnPath(program) === undefined);
  if (missing.length > 0) throw new SetupProblem(whatToDo(missing, notDownloaded));
  await fetchArchives(report);
  writeStarter();
}

async function fetchArchives(report) {
  const partial = `${archiveDirectory}.partial`;
  const words = [
    '--batch-mode',
    '--no-transfer-progress',
    '-f',
    pomFile,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${partial}`,
  ];
  rmSync(partial, { recursive: true, force: true });
  await report.step('Fetching the time-skipping test server with Maven', () =>
    runCommand('maven', 'mvn', words, {
      failure: 'Fetching the time-skipping test server with Maven failed',
    }),
  );
  rmSync(archiveDirectory, { recursive: true, force: true });
  renameSync(partial, archiveDirectory);
}

function writeStarter() {
  const starter = join(programDirectory, 'temporal-test-server');
  mkdirSync(programDirectory, { recursive: true });
  writeFileSync(`${starter}.partial`, starterText);
  chmodSync(`${starter}.partial`, 0o755);
  renameSync(`${starter}.partial`, starter);
}

function whatToDo(missing, notDownloaded) {
  return [
    `The tests need Temporal's time-skipping server. Its download did not work: ${notDownloaded}.`,
    `Fetching it from Maven Central instead needs ${missing.join(' and ')}, which PATH does not have.`,
    'Install a Java 17 (or newer) runtime and Maven 3 (on Debian: apt-get install default-jre-headless maven) and run this again,',
    'or set FIREBREAK_TEST_TIME_SKIPPING_PATH to a temporal-test-server program. The demo does not need it.',
  ].join('\n');
}

function find() {
  try {
    return findTimeSkippingServer();
  } catch (error) {
    throw new SetupProblem(error.message, { isYourInput: true });
  }
}
