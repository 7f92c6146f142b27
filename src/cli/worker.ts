/** `firebreak worker`: the process that runs incidents, or delivers their notices, or both. */
import { Command, Option } from 'commander';
import type { WorkerRole } from '../worker';
import type { CliContext } from './context';

export function workerCommand(context: CliContext): Command {
  return new Command('worker')
    .description('run incidents and deliveries until told to stop (SIGTERM drains)')
    .addOption(
      new Option('--role <role>', 'delivery alone holds the credentials of the mail relay')
        .choices(['incident', 'delivery', 'all'])
        .default('all'),
    )
    .action(async ({ role }: { role: WorkerRole }) => {
      // Half of all that there is to load is the worker, and no other command needs it.
      const { runWorker } = await import('../worker.js');
      await runWorker(context.config, role);
    });
}
