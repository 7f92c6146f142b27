// Compiles src/ and bundles the workflows into dist/, so that a worker starts without compiler or bundler. It is made
// beside the old one and then takes its place: a process that starts meanwhile finds one or the other, whole.
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = join(root, `dist.${process.pid}`);
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

try {
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', made], {
    cwd: root,
    stdio: 'inherit',
  });
  await bundleWorkflows();
  takeItsPlace();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  rmSync(made, { recursive: true, force: true });
}

async function bundleWorkflows() {
  const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(made, 'workflows', 'index.js'),
    workflowInterceptorModules: [join(made, 'workflows', 'interceptors.js')],
    payloadConverterPath: join(made, 'workflows', 'payload-converter.js'),
    logger: quiet,
  });
  await writeFile(join(made, 'workflow-bundle.js'), code);
  console.log(`workflow bundle: ${Math.round(code.length / 1024)} KB`);
}

function takeItsPlace() {
  const dist = join(root, 'dist');
  const old = `${made}.old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(made, dist);
  rmSync(old, { recursive: true, force: true });
}
