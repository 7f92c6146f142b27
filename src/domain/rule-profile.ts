/**
 * From tenants and incident to the facts that rules read. Tenants that agree in all of them share a profile, and a
 * profile is evaluated once: the cost grows with profiles, not with tenants.
 */
import type { AnchorFact, Computation, Hold, RuleFactValue, StartKind } from '../contract/rule-facts';
import type { Rule, RulePack } from '../contract/rule-pack';
import type { FactValues } from './conditions';
import { factNamesIn, listOf } from './conditions';

/** "Tell us within this time of that": `within` is an ISO 8601 duration, `anchor` the word of the contract. */
export interface ContractTerm {
  readonly within: string;
  readonly anchor: string;
}

/** What a rule may read about one party in one incident. What is left out is unknown. */
export interface RuleFacts {
  readonly values: FactValues;
  /** Roles of the provider in the services concerned; undefined when nobody said. */
  readonly providerRoles?: readonly string[] | undefined;
  readonly tenantRoles?: readonly string[] | undefined;
  /** IANA name; wins over the zone of the recipient. */
  readonly zone?: string | undefined;
  readonly anchors: readonly AnchorFact[];
  /** Instants by rule id, or `id/stage` for what follows the first stage. */
  readonly submissions: Readonly<Record<string, string>>;
  readonly contracts: readonly ContractTerm[];
  readonly hold?: Hold | undefined;
  /** A calendar that replaces the one of the rule. */
  readonly calendar?: string | undefined;
  readonly evaluatedAt?: string | undefined;
}

/** The facts of tenants that are alike in everything a rule of the pack reads. */
export interface TenantProfile {
  readonly country: string | null;
  readonly subdivision: string | null;
  readonly sector: string | null;
  readonly timeZone: string;
  readonly facts: Readonly<Record<string, RuleFactValue>>;
  readonly contracts: readonly { readonly hours: number; readonly anchor: string }[];
}

/** Who the provider itself is, as its deployment says; its own duties are judged by it. */
export interface ProviderProfile {
  /** Such as `processor`, `cloud-provider`, `business-associate`, `controller`. */
  readonly roles?: readonly string[];
  readonly country?: string;
  readonly subdivision?: string;
  readonly timeZone?: string;
  readonly sectors?: readonly string[];
  readonly facts?: Readonly<Record<string, RuleFactValue>>;
}

/** What is the same for every tenant of an incident. */
export interface IncidentRuleFacts {
  /** Roles in the services concerned, where they are others than the provider usually has. */
  readonly providerRoles?: readonly string[];
  /** Words of the rule pack such as `personal-data`, `credentials`, `phi`; empty means unknown. */
  readonly dataCategories: readonly string[];
  /** `confidentiality`, `integrity`, `availability`; empty or left out means unknown. */
  readonly impact?: readonly string[];
  /** Facts that people recorded, such as `highRisk` or `incident.individuals`. */
  readonly named: Readonly<Record<string, RuleFactValue>>;
}

/** Anchors, submissions and the moment of evaluation: what an incident adds to its facts. */
export type IncidentMoments = Pick<RuleFacts, 'anchors' | 'submissions' | 'evaluatedAt'>;

/** A tenant has the data it gives to a provider: it is its controller, and the entity that sector laws bind. */
const usualTenantRoles = ['controller', 'entity'] as const;

/** @param provider left out: its roles are unknown */
export function factsOfTenant(
  profile: TenantProfile,
  incident: IncidentRuleFacts,
  moments: IncidentMoments,
  provider?: ProviderProfile,
): RuleFacts {
  const { roles, ...facts } = profile.facts;
  return {
    values: {
      ...prefixed('tenant', facts),
      ...known('tenant.country', profile.country),
      ...known('tenant.subdivision', profile.subdivision),
      ...known('tenant.sector', profile.sector),
      ...incidentValues(incident),
    },
    providerRoles: rolesOf(incident, provider),
    tenantRoles: roles === undefined ? usualTenantRoles : listOf(roles),
    zone: profile.timeZone,
    contracts: profile.contracts.map(({ hours, anchor }) => ({ within: `PT${hours}H`, anchor })),
    ...moments,
  };
}

/** The provider stands in the place of the tenant: the duties are its own. */
export function factsOfProvider(
  provider: ProviderProfile,
  incident: IncidentRuleFacts,
  moments: IncidentMoments,
): RuleFacts {
  return {
    values: {
      ...prefixed('tenant', provider.facts ?? {}),
      ...known('tenant.country', provider.country),
      ...known('tenant.subdivision', provider.subdivision),
      ...known('tenant.sector', provider.sectors),
      ...incidentValues(incident),
    },
    providerRoles: rolesOf(incident, provider),
    zone: provider.timeZone,
    contracts: [],
    ...moments,
  };
}

/** One computation given as a file: whoever has the role is the party that is bound. */
export function factsOfComputation({ facts }: Computation): RuleFacts {
  const { zone, ...tenant } = facts.tenant;
  const roles = facts.role === undefined ? undefined : listOf(facts.role);
  return {
    values: withoutEmptyLists({ ...prefixed('tenant', tenant), ...prefixed('incident', facts.incident) }),
    providerRoles: roles,
    tenantRoles: roles,
    zone: typeof zone === 'string' ? zone : undefined,
    anchors: Object.entries(facts.anchors).flatMap(([kind, moments]) =>
      listOf(moments).map((at): AnchorFact => ({ kind: startKindOf(kind), at })),
    ),
    submissions: facts.submissions,
    contracts:
      facts.contract === undefined
        ? []
        : [{ within: facts.contract.notifyWithin, anchor: facts.contract.anchor }],
    hold: facts.hold,
    calendar: facts.calendar,
    evaluatedAt: facts.evaluatedAt,
  };
}

/** Every party has a sector, and every incident harms something: a list of none is one that nobody has filled in. */
function withoutEmptyLists(values: FactValues): FactValues {
  const filledIn = ['tenant.sector', 'incident.dataCategories', 'incident.impact'];
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => !filledIn.includes(name) || listOf(value).length > 0),
  );
}

/** Contracts and laws say discovery where the incident says detection. */
export function startKindOf(word: string): StartKind {
  return (word === 'discovery' ? 'detection' : word) as StartKind;
}

function rolesOf(
  incident: IncidentRuleFacts,
  provider: ProviderProfile | undefined,
): readonly string[] | undefined {
  return nonEmpty(incident.providerRoles) ?? nonEmpty(provider?.roles);
}

function incidentValues({ dataCategories, impact, named }: IncidentRuleFacts): FactValues {
  return {
    ...known('incident.dataCategories', nonEmpty(dataCategories)),
    ...known('incident.impact', nonEmpty(impact)),
    ...prefixed('incident', named),
  };
}

function prefixed(prefix: 'tenant' | 'incident', facts: FactValues): Record<string, RuleFactValue> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name.startsWith(`${prefix}.`) ? name : `${prefix}.${name}`,
      value,
    ]),
  );
}

function known(
  name: string,
  value: string | readonly string[] | null | undefined,
): Record<string, RuleFactValue> {
  if (value === null || value === undefined) return {};
  return { [name]: typeof value === 'string' ? value : [...value] };
}

function nonEmpty(words: readonly string[] | undefined): readonly string[] | undefined {
  return words === undefined || words.length === 0 ? undefined : words;
}

// What the rules of a pack read

/** Names, without prefix, of the tenant facts that make a difference to some rule; they and no others part profiles. */
export function tenantFactNames(pack: RulePack): string[] {
  const names = pack.rules.flatMap(factNamesOf).filter((name) => name.startsWith('tenant.'));
  const own = names.map((name) => name.slice('tenant.'.length)).filter((name) => !isColumn(name));
  return [...new Set([...own, 'roles'])].sort();
}

function isColumn(name: string): boolean {
  return name === 'country' || name === 'subdivision' || name === 'sector';
}

function factNamesOf(rule: Rule): string[] {
  const conditions = [
    rule.when,
    ...rule.suppressors.flatMap(({ claim, provided }) => [claim, provided]),
    ...[rule.clock, ...rule.followUps.map(({ clock }) => clock)].map((clock) =>
      clock.kind === 'dated' ? clock.relief : undefined,
    ),
    ...rule.followUps.map(({ when }) => when),
  ];
  return conditions.flatMap((condition) => (condition === undefined ? [] : factNamesIn(condition)));
}

/** Facts in which every word brings along the wider ones that a pack says it implies: `phi` is `personal-data` too. */
export function withImpliedWords(values: FactValues, implies: RulePack['implies']): FactValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      hasImplications(name) ? withWider(listOf(value), implies) : value,
    ]),
  );
}

function hasImplications(name: string): boolean {
  return name === 'tenant.sector' || name === 'incident.dataCategories';
}

function withWider(words: readonly string[], implies: RulePack['implies']): string[] {
  const all = new Set(words);
  for (const each of all) for (const wider of implies[each] ?? []) all.add(wider);
  return [...all];
}
