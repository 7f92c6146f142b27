/** Bundles the compiled workflows into dist/workflow-bundle.js, so that a worker starts without a bundler. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const dist = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };

const { code } = await bundleWorkflowCode({
  workflowsPath: dist('workflows/index.js'),
  payloadConverterPath: dist('workflows/payload-converter.js'),
  logger: quiet,
});
await writeFile(dist('workflow-bundle.js'), code);
console.log(`workflow bundle: ${Math.round(code.length / 1024)} KB`);
