/**
 * Whether an executive has to approve a plan (S23): necessary, unless the policy can show from what is known of the
 * incident that it is not.
 */
import type { Severity } from '../contract/declaration';
import type { ApprovalCondition } from '../contract/policy';
import type { Incident } from './incident';
import { currentTenantSet } from './notification';
import type { Plan } from './response';
import { decidingParties } from './response-questions';

/** `because` holds what stands against doing without, a clause each; it is empty where the policy always asks. */
export type ExecutiveApproval =
  { readonly kind: 'not-necessary' } | { readonly kind: 'necessary'; readonly because: readonly string[] };

/** A service that declines goes to the executive, whatever the policy says. */
export function executiveApprovalOf(incident: Incident, plan: Plan): ExecutiveApproval {
  const conditions = incident.policy.approvalNotNecessaryWhen;
  const objections = [
    ...declinedBy(incident, plan).map((party) => `${party} declines it`),
    ...conditions.flatMap((condition) => objectionTo(incident, condition) ?? []),
  ];
  return conditions.length > 0 && objections.length === 0
    ? { kind: 'not-necessary' }
    : { kind: 'necessary', because: objections };
}

function declinedBy({ response }: Incident, plan: Plan): readonly string[] {
  const parties = decidingParties(response, plan);
  return plan.agreements
    .filter(({ party, verdict }) => verdict === 'decline' && parties.includes(party))
    .map(({ party }) => party);
}

/** What is not known stands against it as much as what is known to be otherwise. */
function objectionTo(incident: Incident, condition: ApprovalCondition): string | undefined {
  switch (condition.condition) {
    case 'severity-at-most':
      return objectionToSeverity(incident.declaration.severity, condition.severity);
    case 'tenants-at-most':
      return objectionToTenants(currentTenantSet(incident.notification)?.tenants, condition.tenants);
    case 'fact-is':
      return objectionToFact(incident.facts[condition.fact], condition);
  }
}

const severities: readonly Severity[] = ['low', 'moderate', 'high', 'critical'];

function objectionToSeverity(severity: Severity, most: Severity): string | undefined {
  return severities.indexOf(severity) <= severities.indexOf(most) ? undefined : `the severity is ${severity}`;
}

function objectionToTenants(tenants: number | undefined, most: number): string | undefined {
  if (tenants === undefined) return 'nobody has said which tenants are affected (setAffectedTenants)';
  return tenants <= most ? undefined : `${String(tenants)} tenants are affected, more than ${String(most)}`;
}

function objectionToFact(
  known: unknown,
  { fact, value }: Extract<ApprovalCondition, { condition: 'fact-is' }>,
): string | undefined {
  if (known === undefined) return `the fact ${fact} is not recorded (recordFact)`;
  return known === value ? undefined : `${fact} is ${JSON.stringify(known)}`;
}
