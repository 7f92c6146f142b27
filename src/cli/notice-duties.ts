/** `firebreak notice duties`: which periods of the tenants' own begin with our notice, as text for the notice. */
import { Command } from 'commander';
import { InputProblem } from '../contract/input-problem';
import { OWN_DUTIES_KEY, ownDutiesOf, ownDutiesText } from '../domain/own-duties';
import type { CliContext } from './context';
import { obligationSources } from './obligation-sources';

export function dutiesCommand(context: CliContext): Command {
  return new Command('duties')
    .description(
      `periods of the tenants' own that begin with our notice; text for its content ${OWN_DUTIES_KEY}`,
    )
    .argument('<incident>')
    .action((incidentId: string) => tellDuties(context, incidentId));
}

async function tellDuties(context: CliContext, incidentId: string): Promise<void> {
  const { facts, pack, holidays, profiles } = await obligationSources(context, incidentId, undefined);
  if (profiles.length === 0)
    throw new InputProblem(`incident ${incidentId} has no affected tenants yet; add a version of them first`);
  const { at: receivedAt, facts: incident, provider } = facts;
  const duties = ownDutiesOf({ pack, holidays, profiles, receivedAt, facts: incident, provider });
  const text = ownDutiesText(duties);
  context.print({ receivedAt, duties, content: { [OWN_DUTIES_KEY]: text } }, text);
}
