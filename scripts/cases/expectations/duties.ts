/** The facts by which a duty is judged at an instant of a case: who is bound, what is on record, what the check adds. */
import type { RuleFactValue } from '../../../src/contract/rule-facts';
import type { Rule } from '../../../src/contract/rule-pack';
import { anchorsInForce } from '../../../src/domain/incident';
import {
  anchorFactOf,
  obligationFactsOf,
  providerOf,
  ruleFactsOf,
} from '../../../src/domain/obligation-facts';
import type { EvaluationOptions } from '../../../src/domain/obligations';
import { coversTenant, type PublicPromise } from '../../../src/domain/promises';
import {
  factsOfProvider,
  factsOfTenant,
  type IncidentMoments,
  type IncidentRuleFacts,
  type ProviderProfile,
  type RuleFacts,
  type TenantProfile,
} from '../../../src/domain/rule-profile';
import type { Check, TenantGroup } from '../case-format';
import { contractsOf } from '../filler';
import { ruleOf } from '../words';
import type { Situation } from './situation';

type Owed = Pick<Check<'obligation'>, 'rule' | 'stage' | 'owedBy' | 'group' | 'with'>;

export interface Duty {
  readonly rule: Rule;
  readonly stage: string;
  readonly facts: RuleFacts;
  readonly options: EvaluationOptions;
}

/** The group that it is owed to; nothing when it is the provider's own. */
export function groupOwed({ file }: Situation, { owedBy, group }: Owed): TenantGroup | undefined {
  const name = group ?? (owedBy === 'provider' ? undefined : owedBy);
  return file.fixture.tenantGroups.find((each) => each.group === name);
}

export function dutyOf(situation: Situation, owed: Owed): Duty | undefined {
  const { stage, state } = situation;
  const rule = ruleOf(stage.pack.rules, owed.rule);
  if (rule === undefined) return undefined;
  const group = groupOwed(situation, owed);
  const given = givenFacts(situation, owed.with ?? {});
  const moments = momentsOf(situation);
  const facts =
    group === undefined
      ? factsOfProvider({ ...given.provider, facts: given.party }, given.incident, moments)
      : factsOfTenant(profileOf(situation, group, given.party), given.incident, moments, given.provider);
  return {
    rule,
    stage: owed.stage ?? rule.stage,
    facts,
    options: {
      mode: 'conservative',
      holidays: stage.holidays,
      party: partyOf(rule, group),
      decisions: state.notification.undecidedDecisions,
      ruleId: rule.id,
    },
  };
}

/** A rule that binds only towards tenants is looked at as it is when the case says that the provider owes it. */
function partyOf({ duties }: Rule, group: TenantGroup | undefined): EvaluationOptions['party'] {
  if (group !== undefined) return 'tenant';
  return duties.every((duty) => duty === 'provider-to-tenant') ? 'either' : 'provider';
}

interface GivenFacts {
  readonly incident: IncidentRuleFacts;
  readonly provider: ProviderProfile;
  /** Of whoever is bound. */
  readonly party: Readonly<Record<string, RuleFactValue>>;
}

/** What the incident knows, and what the check adds to it. */
function givenFacts({ state, stage }: Situation, added: Readonly<Record<string, RuleFactValue>>): GivenFacts {
  const [known, provider] = [ruleFactsOf(state), providerOf(state)];
  const declared = new Set(stage.pack.facts.map(({ name }) => name));
  const isOfParty = (name: string) => declared.has(`tenant.${name.replace(/^tenant\./, '')}`);
  const { dataCategories, dataClasses, impact, role, ...named } = added;
  return {
    incident: {
      dataCategories: listOf(dataCategories ?? dataClasses) ?? known.dataCategories,
      impact: listOf(impact) ?? known.impact ?? [],
      named: { ...known.named, ...pick(named, (name) => !isOfParty(name)) },
    },
    provider: role === undefined ? provider : { ...provider, roles: listOf(role) ?? [] },
    party: pick(named, isOfParty),
  };
}

function listOf(value: RuleFactValue | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [String(value)];
}

function pick(
  values: Readonly<Record<string, RuleFactValue>>,
  isWanted: (name: string) => boolean,
): Record<string, RuleFactValue> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)));
}

function profileOf(
  { file }: Situation,
  group: TenantGroup,
  facts: Readonly<Record<string, RuleFactValue>>,
): TenantProfile {
  return {
    country: group.country ?? null,
    subdivision: group.subdivision ?? null,
    sector: group.sector ?? null,
    timeZone: group.zone ?? file.zone,
    facts,
    contracts: contractsOf(group).map(({ hours, anchor }) => ({ hours, anchor })),
  };
}

function momentsOf({ state, now }: Situation): IncidentMoments {
  const { submissions, told, at } = obligationFactsOf(state, now);
  return {
    anchors: anchorsInForce(state).map(anchorFactOf),
    submissions: { ...told, ...submissions },
    evaluatedAt: at,
  };
}

// Promises

/** The promise that covers every tenant of the group; nothing when none does. */
export function promiseTo(situation: Situation, owed: Owed): PublicPromise | undefined {
  const group = groupOwed(situation, owed);
  const ids = group === undefined ? [] : situation.tenants.idsOf(group.group);
  return situation.state.notification.promises.find((promise) =>
    ids.every((id) => coversTenant(promise, id)),
  );
}
