/** `firebreak tell`: any message of an incident, from JSON. What has no command of its own is said with this. */
import { Command } from 'commander';
import { incidentUpdates, type IncidentUpdates } from '../contract/messages';
import type { Sender } from '../contract/principal';
import { InputProblem } from '../contract/input-problem';
import { readJsonObject } from './read-json-file';
import { withClient, type CliContext } from './context';

export function tellCommand(context: CliContext): Command {
  return new Command('tell')
    .description(`send a message: ${Object.keys(incidentUpdates).join(', ')}`)
    .argument('<incident>')
    .argument('<message>')
    .argument('[file]', 'JSON of the message without its sender, - for standard input', '-')
    .action(async (incidentId: string, name: string, file: string) => {
      const message = messageName(name);
      const body = await readJsonObject(file);
      const full = { ...senderOf(context, body), ...body } as IncidentUpdates[typeof message];
      const receipt = await withClient(context, (firebreak) => firebreak.tell(incidentId, message, full));
      context.print(
        receipt,
        `Recorded: ${receipt.recorded.map(({ type }) => type).join(', ')}${receipt.id === undefined ? '' : ` (${receipt.id})`}.`,
      );
    });
}

/** Whoever is named in the message itself is stated, not bound to the identity of this command line. */
function senderOf(context: CliContext, body: object): Sender {
  const isStated = 'by' in body || 'role' in body || 'team' in body;
  return { ...context.sender(), ...(isStated && { boundBy: 'stated' as const }) };
}

function messageName(name: string): keyof IncidentUpdates {
  if (Object.hasOwn(incidentUpdates, name)) return name as keyof IncidentUpdates;
  throw new InputProblem(
    `there is no message ${name}; known are ${Object.keys(incidentUpdates).join(', ')}`,
    'message',
  );
}
