/** `firebreak declare`: a declaration from a file becomes an incident. */
import { Command } from 'commander';
import type { DeclarationInput } from '../contract/declaration';
import { readJsonObject } from './read-json-file';
import { withClient, type CliContext } from './context';

export function declareCommand(context: CliContext): Command {
  return new Command('declare')
    .description('declare an incident; the same id again reaches the same incident')
    .argument('<file>', 'JSON of the declaration, - for standard input (see docs/guides/services.md)')
    .action(async (file: string) => {
      const declaration = await readJsonObject(file);
      const declared = await withClient(context, (firebreak) =>
        firebreak.declareIncident(withReporter(context, declaration)),
      );
      context.print(
        declared,
        `Incident ${declared.incidentId} is declared.\nNext: firebreak status ${declared.incidentId}`,
      );
    });
}

/** A declaration that names no reporter is that of the configured identity. */
function withReporter(context: CliContext, declaration: object): DeclarationInput {
  const whole = 'reporter' in declaration ? declaration : { ...declaration, reporter: context.sender() };
  return whole as DeclarationInput;
}
