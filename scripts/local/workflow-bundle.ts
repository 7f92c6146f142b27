/**
 * The code of the workflows in one piece, as the SDK runs it: made from source once and kept in the cache as long as
 * the source is the same.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const projectDirectory = join(__dirname, '..', '..');
export const payloadConverterPath = join(projectDirectory, 'src', 'workflows', 'payload-converter.ts');
const workflowsPath = join(projectDirectory, 'src', 'workflows', 'index.ts');
const workflowInterceptorModules = [join(projectDirectory, 'src', 'workflows', 'interceptors.ts')];

export async function bundledWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const directory = join(projectDirectory, '.cache', 'workflow-bundles');
  const file = join(directory, `${digestOfSources()}.js`);
  if (existsSync(file)) return { code: readFileSync(file, 'utf8'), sourceMap: '' };
  const logger = new DefaultLogger('WARN');
  const bundle = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules,
    payloadConverterPath,
    logger,
  });
  mkdirSync(directory, { recursive: true });
  for (const former of readdirSync(directory))
    if (former.endsWith('.js')) rmSync(join(directory, former), { force: true });
  writeFileSync(`${file}.${String(process.pid)}`, bundle.code);
  renameSync(`${file}.${String(process.pid)}`, file);
  return bundle;
}

function digestOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(projectDirectory, 'package-lock.json')));
  for (const layer of ['workflows', 'domain']) {
    const directory = join(projectDirectory, 'src', layer);
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    for (const name of files.sort()) hash.update(name).update(readFileSync(join(directory, name)));
  }
  return hash.digest('hex').slice(0, 32);
}
