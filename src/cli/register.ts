/** `firebreak register`: process failures of all incidents, closed ones included (S60). */
import { Command } from 'commander';
import { processRegister, type RegisteredFailure } from '../adapters/postgres/process-register';
import { withDatabase, type CliContext } from './context';

export function registerCommand(context: CliContext): Command {
  return new Command('register')
    .description('the register of process failures, which outlives the incidents that found them')
    .option('--open', 'only what is still to be done, waivers that have run out included')
    .action(async ({ open = false }: { open?: boolean }) => {
      const failures = await withDatabase(context, (database) =>
        processRegister(database).list({ onlyOpen: open }),
      );
      context.print(
        failures,
        failures.length === 0 ? 'Nothing is registered.' : failures.map(lineOf).join('\n'),
      );
    });
}

function lineOf(failure: RegisteredFailure): string {
  const { incidentId, mode, ref, title, owner, priority } = failure;
  const drill = mode === 'drill' ? ' (DRILL)' : '';
  const first = priority === undefined ? '' : `, priority ${priority}`;
  return `${incidentId}${drill}  ${ref}  ${stateOf(failure)}  ${owner ?? 'nobody'}${first}  ${title}`;
}

function stateOf({ state, isOpen, waivedUntil }: RegisteredFailure): string {
  if (waivedUntil === undefined)
    return isOpen && state === 'duplicate-of' ? 'duplicate of an open one' : state;
  return isOpen ? `open again, its waiver ended ${waivedUntil}` : `waived until ${waivedUntil}`;
}
