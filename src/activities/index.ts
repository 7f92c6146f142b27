/** All activities, by the worker role that runs them. A worker passes the ports; the workflows know only the types. */
import { askTracker, type IssueTracker } from './ask-tracker';
import { countDeliveries, type LedgerCounts, type TenantCoverages } from './count-deliveries';
import { holdDeliveries, type DeliveryBrakes } from './hold-deliveries';
import { identifyAffectedTenants, type AffectedTenantSets } from './identify-affected-tenants';
import { judgeFiling } from './judge-filing';
import { keepProcessRegister, type ProcessRegister } from './keep-process-register';
import { lookUpObligations, type LookUpObligationsPorts } from './look-up-obligations';
import { pageOnCall, type OnCallPager } from './page-on-call';
import { planDeliveries, type DeliveryPlan } from './plan-deliveries';
import { prepareNotice, type PrepareNoticePorts } from './prepare-notice';
import { publishStatusPost, type PublishStatusPostPorts } from './publish-status-post';
import { sendPage, type SendPagePorts } from './send-page';
import { settleByHand, type HandLedger } from './settle-by-hand';
import { settleDoubts, type HeldDoubts } from './settle-doubts';
import { verifyDecision, type DecisionPorts } from './verify-decision';

export interface IncidentPorts {
  readonly decisions: DecisionPorts;
  readonly affectedTenants: AffectedTenantSets;
  readonly obligations: LookUpObligationsPorts;
  readonly notices: PrepareNoticePorts;
  readonly deliveryPlan: DeliveryPlan;
  readonly ledgerCounts: LedgerCounts;
  readonly coverages: TenantCoverages;
  readonly handLedger: HandLedger;
  readonly brakes: Pick<DeliveryBrakes, 'set'>;
  readonly heldDoubts: HeldDoubts;
  readonly statusPosts: PublishStatusPostPorts;
  readonly pager: OnCallPager;
  readonly processRegister: ProcessRegister;
  readonly tracker: IssueTracker;
}

/** Needs the database and no credentials of the mail relay. */
export function incidentActivities(ports: IncidentPorts) {
  return {
    verifyDecision: verifyDecision(ports.decisions),
    identifyAffectedTenants: identifyAffectedTenants(ports.affectedTenants, ports.coverages),
    lookUpObligations: lookUpObligations(ports.obligations),
    judgeFiling: judgeFiling(ports.obligations),
    prepareNotice: prepareNotice(ports.notices),
    planDeliveries: planDeliveries(ports.deliveryPlan),
    countDeliveries: countDeliveries(ports.ledgerCounts, ports.coverages),
    settleByHand: settleByHand(ports.handLedger),
    holdDeliveries: holdDeliveries(ports.brakes),
    settleDoubts: settleDoubts(ports.heldDoubts),
    publishStatusPost: publishStatusPost(ports.statusPosts),
    pageOnCall: pageOnCall(ports.pager),
    keepProcessRegister: keepProcessRegister(ports.processRegister),
    askTracker: askTracker(ports.tracker),
  };
}

/** The only ones that reach the mail relay. */
export function deliveryActivities(ports: SendPagePorts) {
  return { sendPage: sendPage(ports) };
}

export type Activities = ReturnType<typeof incidentActivities> & ReturnType<typeof deliveryActivities>;
