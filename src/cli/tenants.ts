/** `firebreak tenants import`: the directory of tenants from a file, all or nothing. */
import { Command } from 'commander';
import {
  importTenants,
  TenantImportRefused,
  type TenantImportProgress,
} from '../adapters/postgres/tenant-import';
import { withDatabase, type CliContext } from './context';
import { progressBar } from './progress-bar';

export function tenantsCommand(context: CliContext): Command {
  const tenants = new Command('tenants').description('the tenant directory');
  tenants
    .command('import <file>')
    .description(
      'import tenants from .csv or .jsonl (see docs/guides/tenant-directory.md); nothing is taken when a line is wrong',
    )
    .action((file: string) => importFile(context, file));
  return tenants;
}

async function importFile(context: CliContext, file: string): Promise<void> {
  const bar = progressBar(context, 'importing');
  const onProgress = ({ bytesRead, totalBytes, tenants }: TenantImportProgress) => {
    bar.show(totalBytes === 0 ? 1 : bytesRead / totalBytes, `${tenants.toLocaleString('en')} tenants`);
  };
  try {
    const result = await withDatabase(context, (database) => importTenants(database, file, { onProgress }));
    bar.end();
    context.print(
      result,
      `Imported: ${String(result.inserted)} new, ${String(result.updated)} replaced, ${String(result.contacts)} contacts.`,
    );
  } catch (error) {
    bar.end();
    if (error instanceof TenantImportRefused) tellProblems(context, error);
    throw error;
  }
}

function tellProblems(context: CliContext, refused: TenantImportRefused): void {
  if (context.isJson || refused.problems.length === 1) return;
  for (const { file, line, field, problem } of refused.problems)
    context.note(`${file}:${String(line)}: ${field}: ${problem}`);
}
