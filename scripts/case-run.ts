/** What `firebreak case run` starts: plays one case on servers of its own and says which expectations hold. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { failureOf } from '../src/cli/failure';
import { readJsonFile } from '../src/cli/read-json-file';
import { readCase } from './cases/read-case';
import { playCase } from './cases/player';
import { failuresOf, reportJson, reportText } from './cases/report';
import { setCaseStage } from './cases/stage';
import { endGracefully, findTimeSkippingServer } from './local/servers.mjs';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, 'include-unverified': { type: 'boolean' } },
  });
  const file = readCase(await readJsonFile(positionals[0] ?? '-'));
  if (findTimeSkippingServer() === undefined) setUp();
  const stage = await setCaseStage(process.env['DATABASE_URL']);
  const forget = endGracefully(() => stage.stop());
  try {
    const report = await playCase(stage, file, {
      includeUnverified: values['include-unverified'] === true,
    });
    const text = values.json === true ? JSON.stringify(reportJson(report), undefined, 2) : reportText(report);
    process.stdout.write(`${text}\n`);
    process.exitCode = failuresOf(report).length > 0 ? 1 : 0;
  } finally {
    forget();
    await stage.stop();
  }
}

/** In a fresh clone the servers are still to be made ready; what that says is no part of the report. */
function setUp(): void {
  execFileSync(process.execPath, [join(__dirname, 'setup.mjs'), '--for', 'test', '--quiet'], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
}

main().catch((error: unknown) => {
  const { exitCode, ...failure } = failureOf(error);
  process.exitCode = exitCode;
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
  process.stderr.write(`firebreak: ${failure.message}\n`);
});
