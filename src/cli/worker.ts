/** `firebreak worker`: the process that runs incidents, or delivers their notices, or both. */
import { Command, Option } from 'commander';
import { runWorker, type WorkerRole } from '../worker';
import type { CliContext } from './context';

export function workerCommand(context: CliContext): Command {
  return new Command('worker')
    .description('run incidents and deliveries until told to stop (SIGTERM drains)')
    .addOption(
      new Option('--role <role>', 'delivery alone holds the credentials of the mail relay')
        .choices(['incident', 'delivery', 'all'])
        .default('all'),
    )
    .action(({ role }: { role: WorkerRole }) => runWorker(context.config, role));
}
