/** All activities, by the worker role that runs them. A worker passes the ports; the workflows know only the types. */
import { countDeliveries, type LedgerCounts } from './count-deliveries';
import { identifyAffectedTenants, type AffectedTenantSets } from './identify-affected-tenants';
import { lookUpObligations, type LookUpObligationsPorts } from './look-up-obligations';
import { planDeliveries, type DeliveryPlan } from './plan-deliveries';
import { prepareNotice, type PrepareNoticePorts } from './prepare-notice';
import { sendPage, type SendPagePorts } from './send-page';
import { verifyDecision, type DecisionPorts } from './verify-decision';

export interface IncidentPorts {
  readonly decisions: DecisionPorts;
  readonly affectedTenants: AffectedTenantSets;
  readonly obligations: LookUpObligationsPorts;
  readonly notices: PrepareNoticePorts;
  readonly deliveryPlan: DeliveryPlan;
  readonly ledgerCounts: LedgerCounts;
}

/** Needs the database and no credentials of the mail relay. */
export function incidentActivities(ports: IncidentPorts) {
  return {
    verifyDecision: verifyDecision(ports.decisions),
    identifyAffectedTenants: identifyAffectedTenants(ports.affectedTenants),
    lookUpObligations: lookUpObligations(ports.obligations),
    prepareNotice: prepareNotice(ports.notices),
    planDeliveries: planDeliveries(ports.deliveryPlan),
    countDeliveries: countDeliveries(ports.ledgerCounts),
  };
}

/** The only ones that reach the mail relay. */
export function deliveryActivities(ports: SendPagePorts) {
  return { sendPage: sendPage(ports) };
}

export type Activities = ReturnType<typeof incidentActivities> & ReturnType<typeof deliveryActivities>;
