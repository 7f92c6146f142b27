/** `firebreak deliveries`: the deliveries of notices, one by one. */
import { Command } from 'commander';
import type { CliContext } from './context';
import { addByHandCommands } from './deliveries-by-hand';
import { deliveriesListCommand } from './deliveries-list';
import { addUnderWayCommands } from './deliveries-under-way';

export function deliveriesCommand(context: CliContext): Command {
  const deliveries = new Command('deliveries').description('the deliveries of notices, one by one');
  deliveries.addCommand(deliveriesListCommand(context), { isDefault: true });
  addByHandCommands(deliveries, context);
  addUnderWayCommands(deliveries, context);
  return deliveries;
}
