/**
 * Writes one numbered version of the tenants that an incident affects (S39). The set itself stays in the database;
 * counts, a digest, and whom of them there is something to tell come back.
 */
import { ApplicationFailure } from '@temporalio/activity';
import type { AffectedTenantsRequest, TenantCoverage, TenantSetResult } from '../domain/events';
import { compareInstants } from '../domain/instant';
import type { TenantCoverages } from './count-deliveries';

/**
 * Affected is who used one of the services in one of its regions (all when it names none) at any time of
 * [from, to), or until now when `to` is absent, and who is in `include`. Without services `include` is the whole set.
 */
export interface IdentifyAffectedTenantsInput extends AffectedTenantsRequest {
  readonly incidentId: string;
  /** 1 for the first; each further version follows the one before it, so that the difference is defined. */
  readonly version: number;
}

/** Why a version could not be written; nothing was. */
export type VersionRefusal =
  | { readonly kind: 'version-conflict' }
  | { readonly kind: 'previous-version-missing' }
  | { readonly kind: 'unknown-tenants'; readonly tenantIds: readonly string[] };

export interface AffectedTenantSets {
  /**
   * All or nothing. The same input again gives the stored result of the first time, whatever became of the directory;
   * another input for a version that is there is a `version-conflict`.
   */
  writeVersion(
    input: IdentifyAffectedTenantsInput,
  ): Promise<{ readonly kind: 'written'; readonly result: TenantSetResult } | VersionRefusal>;
}

export interface IdentifiedTenants extends TenantSetResult {
  readonly coverage: TenantCoverage;
}

/** Ids that one request may name in each of its lists; longer ones would fill the history of the workflow. */
export const maxNamedTenants = 1000;

/**
 * Safe to run again. Final failures, by `type`: `InvalidTenantSet` (the request contradicts itself),
 * `TenantListTooLong`, `UnknownTenants`, `PreviousVersionMissing`, `VersionConflict`.
 */
export const identifyAffectedTenants =
  (sets: AffectedTenantSets, coverages: TenantCoverages) =>
  async (input: IdentifyAffectedTenantsInput): Promise<IdentifiedTenants> => {
    refuseLongLists(input);
    refuseContradictions(input);
    const outcome = await sets.writeVersion(input);
    if (outcome.kind !== 'written') throw refusalOf(outcome, input);
    const { incidentId, version: tenantSetVersion } = input;
    return { ...outcome.result, coverage: await coverages.coverageOf({ incidentId, tenantSetVersion }) };
  };

function refuseLongLists(input: IdentifyAffectedTenantsInput): void {
  for (const list of ['include', 'exclude', 'changed'] as const) {
    if (input[list].length > maxNamedTenants)
      throw ApplicationFailure.nonRetryable(
        `${list} names ${input[list].length} tenants, at most ${maxNamedTenants} can be listed. ` +
          'Pass a longer list by reference: record the use of a service for them with "firebreak tenants import" and name that service.',
        'TenantListTooLong',
      );
  }
}

function refuseContradictions(input: IdentifyAffectedTenantsInput): void {
  const problem = contradictionIn(input);
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'InvalidTenantSet');
}

function contradictionIn(input: IdentifyAffectedTenantsInput): string | undefined {
  const { services, include, from, to, version } = input;
  if (!Number.isInteger(version) || version < 1)
    return 'The version of a tenant set is a whole number from 1 on.';
  if (services.length === 0 && include.length === 0) return 'Name at least one service or one tenant.';
  if (namesIn(input).some((name) => /[\p{Cc}\p{Cs}]/u.test(name)))
    return 'The name of a service, a region or a tenant contains a control character or half of a character pair.';
  if (Number.isNaN(Date.parse(from))) return '"from" is not an instant.';
  if (to === undefined) return undefined;
  if (Number.isNaN(Date.parse(to))) return '"to" is not an instant.';
  return compareInstants(to, from) > 0 ? undefined : '"to" must be later than "from".';
}

function namesIn({ services, include, exclude, changed }: IdentifyAffectedTenantsInput): string[] {
  return [
    ...services.flatMap(({ service, regions }) => [service, ...regions]),
    ...include,
    ...exclude,
    ...changed,
  ];
}

function refusalOf(
  refusal: VersionRefusal,
  { incidentId, version }: IdentifyAffectedTenantsInput,
): ApplicationFailure {
  switch (refusal.kind) {
    case 'version-conflict':
      return ApplicationFailure.nonRetryable(
        `Version ${version} of the tenants affected by ${incidentId} exists and came from another request; use the next number.`,
        'VersionConflict',
      );
    case 'previous-version-missing':
      return ApplicationFailure.nonRetryable(
        `Version ${version} of the tenants affected by ${incidentId} cannot be written before version ${version - 1}.`,
        'PreviousVersionMissing',
      );
    case 'unknown-tenants':
      return ApplicationFailure.nonRetryable(unknownTenants(refusal.tenantIds), 'UnknownTenants');
  }
}

function unknownTenants(tenantIds: readonly string[]): string {
  const named = tenantIds.slice(0, 10).join(', ');
  const more = tenantIds.length > 10 ? ` and ${tenantIds.length - 10} more` : '';
  return `Not in the tenant directory: ${named}${more}. Correct the ids, or import these tenants first.`;
}
