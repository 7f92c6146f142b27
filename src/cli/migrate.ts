/** `firebreak migrate`: brings the database to the tables of this version. */
import { Command } from 'commander';
import { migrateToLatest } from '../adapters/postgres/migrate';
import { openDatabaseAsItIs, withDatabase, type CliContext } from './context';

export function migrateCommand(context: CliContext): Command {
  return new Command('migrate')
    .description('create or update the tables; several at once are fine')
    .action(async () => {
      const result = await withDatabase(
        { openDatabase: () => openDatabaseAsItIs(context.config) },
        migrateToLatest,
      );
      const text =
        result.applied.length === 0 ? 'The database is up to date.' : `Applied: ${result.applied.join(', ')}`;
      context.print(result, text);
    });
}
