/**
 * Looks up what the regulations ask for the affected tenants of a version, and of the provider itself. Evaluates once
 * per profile; the obligations go to the database, and only counts, rule ids and instants come back.
 */
import type { AnchorFact, CountingMode } from '../contract/rule-facts';
import type { RulePack } from '../contract/rule-pack';
import type { HolidaySource } from '../domain/clocks-calendars';
import type { Fingerprint } from '../domain/fingerprint';
import { fingerprintOf } from '../domain/fingerprint';
import type { Instant } from '../domain/instant';
import type { CountedObligation } from '../domain/obligation-groups';
import { foldUnsettledScope, groupObligations, union } from '../domain/obligation-groups';
import type {
  EvaluationOptions,
  Obligation,
  ObligationAssessment,
  OutcomeDecision,
} from '../domain/obligations';
import { evaluateRules, obligationsOf } from '../domain/obligations';
import type {
  IncidentMoments,
  IncidentRuleFacts,
  ProviderProfile,
  TenantProfile,
} from '../domain/rule-profile';
import { factsOfProvider, factsOfTenant, tenantFactNames } from '../domain/rule-profile';

export interface RulePackSource {
  load(): Promise<RulePack>;
}

export interface TenantSetRef {
  readonly incidentId: string;
  readonly tenantSetVersion: number;
}

export interface CountedProfile {
  readonly profile: TenantProfile;
  readonly tenants: number;
}

export interface TenantProfiles {
  /** @param factNames tenant facts that tell profiles apart; all others are left out */
  profilesOf(set: TenantSetRef, factNames: readonly string[]): Promise<CountedProfile[]>;
  /** First languages of the tenants, the commonest first. */
  languagesOf(set: TenantSetRef): Promise<string[]>;
}

export interface ObligationsToWrite extends TenantSetRef {
  readonly factNames: readonly string[];
  readonly profiles: readonly {
    readonly profile: TenantProfile;
    readonly obligations: readonly Obligation[];
  }[];
  /** Those of the provider itself. */
  readonly own: readonly Obligation[];
  /** Duties of the provider that are filed: they stay as they were when they were. */
  readonly filed: readonly FiledDuty[];
  readonly packVersion: string;
  readonly packDigest: Fingerprint;
  /** Same inputs, same digest: a retry writes the same rows again. */
  readonly evaluation: Fingerprint;
  readonly evaluatedAt: Instant;
  readonly decision?: string;
}

export interface FiledDuty {
  readonly ruleId: string;
  readonly stage: string;
  readonly at: Instant;
}

export interface ObligationWriter {
  /** Writes in place and sets aside what no longer holds. @returns obligations of the incident that are in force */
  write(obligations: ObligationsToWrite): Promise<number>;
}

export interface LookUpObligationsPorts {
  readonly rulePack: RulePackSource;
  readonly holidays: HolidaySource;
  readonly tenants: TenantProfiles;
  readonly obligations: ObligationWriter;
}

export interface ObligationsToLookUp extends TenantSetRef {
  readonly facts: IncidentRuleFacts;
  /** Left out: nothing is said about the provider's own duties, and its roles are unknown. */
  readonly provider?: ProviderProfile;
  readonly anchors: readonly AnchorFact[];
  /** Instants by rule id, or `id/stage` for what follows the first stage. */
  readonly submissions: Readonly<Record<string, Instant>>;
  /** The same of what went to the tenants; theirs alone. */
  readonly told?: Readonly<Record<string, Instant>>;
  readonly decisions?: readonly OutcomeDecision[];
  readonly evaluatedAt: Instant;
  readonly mode: CountingMode;
  /** What people said since the last look-up; without it nothing becomes due later than it was (invariant C7). */
  readonly decision?: string;
}

export const lookUpObligations =
  (ports: LookUpObligationsPorts) =>
  async (input: ObligationsToLookUp): Promise<ObligationAssessment> => {
    const pack = await ports.rulePack.load();
    const factNames = tenantFactNames(pack);
    const counted = await ports.tenants.profilesOf(input, factNames);
    const profiles = counted.map((each) => ({
      ...each,
      obligations: obligationsForTenant(each.profile, pack, input, ports),
    }));
    const own = obligationsOfProvider(pack, input, ports);
    const { tenantSetVersion } = input;
    const digest = fingerprintOf({
      pack: pack.digest,
      calendars: ports.holidays.version,
      tenantSetVersion,
      profiles,
      own,
    });
    const rows = await ports.obligations.write({
      ...pick(input),
      factNames,
      profiles,
      own,
      filed: filedDuties(own, input.submissions),
      packVersion: pack.version,
      packDigest: pack.digest,
      evaluation: digest,
    });
    const { groups, unlisted } = groupObligations([
      ...profiles.flatMap(countedObligations),
      ...own.map(asOne),
    ]);
    return {
      packVersion: pack.version,
      packDigest: pack.digest,
      calendarVersion: ports.holidays.version,
      tenantSetVersion,
      profiles: profiles.length,
      rows,
      digest,
      groups,
      unlistedGroups: unlisted,
      requiredContent: requiredContent(profiles.flatMap(({ obligations }) => obligations)),
      languages: await ports.tenants.languagesOf(input),
    };
  };

function pick({ incidentId, tenantSetVersion, evaluatedAt, decision }: ObligationsToLookUp) {
  return { incidentId, tenantSetVersion, evaluatedAt, ...(decision !== undefined && { decision }) };
}

/** The first stage is also known by the id of its rule alone. */
function filedDuties(
  own: readonly Obligation[],
  submissions: ObligationsToLookUp['submissions'],
): readonly FiledDuty[] {
  return own.flatMap(({ ruleId, stage }) => {
    const at = submissions[`${ruleId}/${stage}`] ?? (stage === 'initial' ? submissions[ruleId] : undefined);
    return at === undefined ? [] : [{ ruleId, stage, at }];
  });
}

function obligationsForTenant(
  profile: TenantProfile,
  pack: RulePack,
  input: ObligationsToLookUp,
  ports: LookUpObligationsPorts,
): Obligation[] {
  const submissions = { ...input.submissions, ...input.told };
  const facts = factsOfTenant(profile, input.facts, { ...momentsOf(input), submissions }, input.provider);
  return foldUnsettledScope(
    obligationsOf(evaluateRules(pack, facts, optionsFor('tenant', input, ports))),
    input.decisions,
  );
}

function obligationsOfProvider(
  pack: RulePack,
  input: ObligationsToLookUp,
  ports: LookUpObligationsPorts,
): Obligation[] {
  if (input.provider === undefined) return [];
  const facts = factsOfProvider(input.provider, input.facts, momentsOf(input));
  return foldUnsettledScope(
    obligationsOf(evaluateRules(pack, facts, optionsFor('provider', input, ports))),
    input.decisions,
  );
}

function momentsOf({ anchors, submissions, evaluatedAt }: ObligationsToLookUp): IncidentMoments {
  return { anchors, submissions, evaluatedAt };
}

function optionsFor(
  party: EvaluationOptions['party'],
  { mode, decisions = [] }: ObligationsToLookUp,
  { holidays }: LookUpObligationsPorts,
): EvaluationOptions {
  return { party, mode, holidays, decisions };
}

function countedObligations({
  obligations,
  tenants,
}: {
  readonly obligations: readonly Obligation[];
  readonly tenants: number;
}): CountedObligation[] {
  return obligations.map((obligation) => ({ obligation, tenants }));
}

function asOne(obligation: Obligation): CountedObligation {
  return { obligation, tenants: 0 };
}

/** What a notice to these tenants must say; a duty that is undecided asks for it too. */
function requiredContent(obligations: readonly Obligation[]): string[] {
  const asking = obligations.filter(
    ({ duty, outcome }) => duty === 'provider-to-tenant' && outcome !== 'suppressed',
  );
  return union(asking.map((obligation) => obligation.requiredContent));
}
