/**
 * Every message of an incident: its name, its payload, and the description that the Temporal UI shows in its dialogs.
 * This is the public interface; a name once published does not change.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type * as contract from '../contract/messages';
import type { DeliveryTotals, EventBody } from '../domain/events';
import type { Gate } from '../domain/gates';
import type { IncidentStatus } from '../domain/operator-view';
import type { Plan } from '../domain/response';
import type { TimelineLine } from '../domain/timeline';

/** What a caller of an update learns: what was recorded under which number, and how what it made is called. */
export interface Receipt {
  readonly recorded: readonly { readonly seq: number; readonly type: EventBody['type'] }[];
  /** The id of the analysis, the plan version, the anchor … that the message made. */
  readonly id?: string;
  /** What a decision on it has to be bound to. */
  readonly hash?: string;
}

export interface DecisionReceipt {
  readonly gate: string;
  readonly verdict: 'approve' | 'reject';
  readonly approver: string;
  readonly isOpen: boolean;
  /** What the gate still lacks, in sentences. */
  readonly lacks: readonly string[];
}

// Signals

export const approve = defineSignal<[contract.DecisionMessage]>('approve');
export const reject = defineSignal<[contract.DecisionMessage]>('reject');
export const openBug = defineSignal<[contract.OpenEntry]>('openBug');
export const closeBug = defineSignal<[contract.CloseEntry]>('closeBug');
export const reopenBug = defineSignal<[contract.ReopenEntry]>('reopenBug');

/** From a delivery shard to its incident; the numbers are absolute, the last report stands. */
export interface DeliveryReport {
  readonly campaignId: string;
  readonly shard: number;
  readonly totals: DeliveryTotals;
  readonly settled: boolean;
  readonly stopped?: string;
}
export const deliveryProgressed = defineSignal<[DeliveryReport]>('deliveryProgressed');

/** To a delivery shard whose line was stopped: go on. */
export const resumeDelivery = defineSignal('resumeDelivery');

// Updates

const update = <Message>(name: string) => defineUpdate<Receipt, [Message]>(name);

export const decide = defineUpdate<DecisionReceipt, [contract.DecisionMessage]>('decide');
export const recordEntry = update<contract.RecordEntry>('recordEntry');
export const assignEntry = update<contract.AssignEntry>('assignEntry');
export const waiveEntry = update<contract.WaiveEntry>('waiveEntry');
export const recordFact = update<contract.RecordFact>('recordFact');
export const recordAnchor = update<contract.RecordAnchor>('recordAnchor');
export const chooseAnchor = update<contract.ChooseAnchor>('chooseAnchor');
export const addServices = update<contract.AddServices>('addServices');
export const recordAnalysis = update<contract.RecordAnalysis>('recordAnalysis');
export const recordEmergencyAction = update<contract.RecordEmergencyAction>('recordEmergencyAction');
export const reviewEmergencyAction = update<contract.ReviewEmergencyAction>('reviewEmergencyAction');
export const reportSignOfBreach = update<contract.ReportSignOfBreach>('reportSignOfBreach');
export const proposePlan = update<contract.ProposePlan>('proposePlan');
export const agree = update<contract.Agree>('agree');
export const completeTask = update<contract.CompleteTask>('completeTask');
export const markUnaffected = update<contract.MarkUnaffected>('markUnaffected');
export const recordOutsideStatement = update<contract.RecordOutsideStatement>('recordOutsideStatement');
export const recordEviction = update<contract.RecordEviction>('recordEviction');
export const recordVulnerability = update<contract.RecordVulnerability>('recordVulnerability');
export const stateRootCause = update<contract.StateRootCause>('stateRootCause');
export const confirmRecovery = update<contract.ConfirmRecovery>('confirmRecovery');
export const recordRecovery = update<contract.RecordRecovery>('recordRecovery');
export const startWatch = update<contract.StartWatch>('startWatch');
export const endWatch = update<contract.EndWatch>('endWatch');
export const determine = update<contract.Determine>('determine');
export const setAffectedTenants = update<contract.SetAffectedTenants>('setAffectedTenants');
export const decideUndecided = update<contract.DecideUndecided>('decideUndecided');
export const proposeNotice = update<contract.ProposeNotice>('proposeNotice');
export const recordFiling = update<contract.RecordFiling>('recordFiling');
export const postmortem = update<contract.Postmortem>('postmortem');
export const declareTriageDone = update<contract.DeclareTriageDone>('declareTriageDone');

// Queries

export const status = defineQuery<IncidentStatus>('status');
export const timeline = defineQuery<readonly TimelineLine[]>('timeline');
export const gates = defineQuery<readonly Gate[]>('gates');

/** The plans in full: what approvers read before they sign. */
export const plans = defineQuery<readonly Plan[]>('plans');

/** The postmortem as it stands, in Markdown. */
export const postmortemReport = defineQuery<string>('postmortemReport');
