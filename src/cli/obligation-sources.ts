/** Everything from which the obligations of an incident are read: its own facts, the rules, its tenants by profile. */
import { holidayCalendars } from '../adapters/holiday-calendars';
import { obligationStore } from '../adapters/postgres/obligation-store';
import { loadRulePack } from '../adapters/rule-pack-files';
import { InputProblem } from '../contract/input-problem';
import type { RulePack } from '../contract/rule-pack';
import type { ObligationFacts } from '../domain/obligation-facts';
import type { ViewSources } from '../domain/obligation-view';
import { tenantFactNames } from '../domain/rule-profile';
import { withClient, withDatabase, type CliContext } from './context';

/** @param ruleId the rule that is asked for; @throws InputProblem when no pack has it */
export async function obligationSources(
  context: CliContext,
  incidentId: string,
  ruleId: string | undefined,
): Promise<ViewSources> {
  const facts = await withClient(context, (firebreak) => firebreak.obligationFacts(incidentId));
  const pack = await loadRulePack(context.config.rulesDirectories);
  refuseUnknownRule(pack, ruleId);
  if (facts.packDigest !== undefined && facts.packDigest !== pack.digest)
    context.note(
      'the rules here are others than those that the incident was assessed by; figures may differ',
    );
  const profiles = await profilesOf(context, facts, pack);
  return { facts, pack, holidays: holidayCalendars(), profiles };
}

function refuseUnknownRule({ rules }: RulePack, ruleId: string | undefined): void {
  if (ruleId === undefined || rules.some(({ id, aliases }) => id === ruleId || aliases.includes(ruleId)))
    return;
  throw new InputProblem(
    `rule ${ruleId} is not in the rule pack; leave --rule out to see those that apply`,
    'rule',
  );
}

async function profilesOf(
  context: CliContext,
  { incidentId, tenantSetVersion }: ObligationFacts,
  pack: RulePack,
): Promise<ViewSources['profiles']> {
  if (tenantSetVersion === undefined) return [];
  return withDatabase(context, (database) =>
    obligationStore(database).profilesOf({ incidentId, tenantSetVersion }, tenantFactNames(pack)),
  );
}
