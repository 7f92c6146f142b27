/** `firebreak tell`: any message of an incident, from JSON. What has no command of its own is said with this. */
import { Command } from 'commander';
import { incidentUpdates, type IncidentUpdates } from '../contract/messages';
import { InputProblem } from '../contract/input-problem';
import { readJsonFile } from './read-json-file';
import { withClient, type CliContext } from './context';

export function tellCommand(context: CliContext): Command {
  return new Command('tell')
    .description(`send a message: ${Object.keys(incidentUpdates).join(', ')}`)
    .argument('<incident>')
    .argument('<message>')
    .argument('[file]', 'JSON of the message without its sender, - for standard input', '-')
    .action(async (incidentId: string, name: string, file: string) => {
      const message = messageName(name);
      const body = await readJsonFile(file);
      if (typeof body !== 'object' || body === null)
        throw new InputProblem(`${file} must hold a JSON object`, 'file');
      const full = { ...context.sender(), ...body } as IncidentUpdates[typeof message];
      const receipt = await withClient(context, (firebreak) => firebreak.tell(incidentId, message, full));
      context.print(
        receipt,
        `Recorded: ${receipt.recorded.map(({ type }) => type).join(', ')}${receipt.id === undefined ? '' : ` (${receipt.id})`}.`,
      );
    });
}

function messageName(name: string): keyof IncidentUpdates {
  if (Object.hasOwn(incidentUpdates, name)) return name as keyof IncidentUpdates;
  throw new InputProblem(
    `there is no message ${name}; known are ${Object.keys(incidentUpdates).join(', ')}`,
    'message',
  );
}
