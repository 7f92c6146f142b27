/**
 * What an incident knows of its obligations, for those who evaluate rules outside the workflow: activities that look up
 * and judge, and the command that shows every clock under every anchor. Counts and references; no tenant is named but
 * in the promises that name them.
 */
import type { AnchorFact } from '../contract/rule-facts';
import { anchorsInForce, type AnchorRecord, type Incident } from './incident';
import type { Instant } from './instant';
import { optional } from './intake/optional';
import type { WrittenMoment } from './moment';
import {
  currentTenantSet,
  filedMoment,
  isDutyToTellMet,
  sentNotices,
  type Filing,
  type NotificationTrack,
} from './notification';
import type { OutcomeDecision } from './obligations';
import type { PublicPromise } from './promises';
import type { IncidentRuleFacts, ProviderProfile } from './rule-profile';
import { submissionsToTenants } from './submissions';

export interface ObligationFacts {
  readonly incidentId: string;
  /** The incident's own now; in a drill, the time it is supposed to be. */
  readonly at: Instant;
  readonly facts: IncidentRuleFacts;
  readonly provider: ProviderProfile;
  /** Every anchor on record, superseded ones included. */
  readonly anchors: readonly AnchorRecord[];
  /** The ids of those that clocks count from, one of a kind. */
  readonly inForce: readonly string[];
  /** By rule id for a first stage, by `id/stage` for each; as precise as it was written. */
  readonly submissions: Readonly<Record<string, string>>;
  /** The same of what went to the tenants, where a duty repeats. */
  readonly told: Readonly<Record<string, Instant>>;
  readonly decisions: readonly OutcomeDecision[];
  readonly filings: readonly Filing[];
  readonly promises: readonly PublicPromise[];
  readonly campaigns: readonly StartedCampaign[];
  /** Everybody affected has been told; what is owed to tenants is met, but for what repeats. */
  readonly areTenantsTold: boolean;
  /** The newest version of the affected tenants; absent before there is one. */
  readonly tenantSetVersion?: number;
  /** Of the rules that the incident was last assessed by. */
  readonly packDigest?: string;
}

/** A notice that began to leave. */
export interface StartedCampaign {
  readonly campaignId: string;
  readonly stage: string;
  readonly startedAt: Instant;
  readonly tenantSetVersion: number;
  /** The ledger says that every recipient is settled. */
  readonly isConfirmed: boolean;
}

export function obligationFactsOf(incident: Incident, now: Instant): ObligationFacts {
  const { declaration, anchors, notification } = incident;
  const tenantSetVersion = currentTenantSet(notification)?.version;
  return {
    incidentId: declaration.incidentId,
    at: now,
    facts: ruleFactsOf(incident),
    provider: providerOf(incident),
    anchors,
    inForce: anchorsInForce(incident).map(({ anchorId }) => anchorId),
    submissions: submissionsAsWritten(notification.filings),
    told: submissionsToTenants(notification),
    decisions: notification.undecidedDecisions,
    filings: notification.filings,
    promises: notification.promises,
    campaigns: campaignsOf(notification),
    areTenantsTold: isDutyToTellMet(notification),
    ...optional({ tenantSetVersion, packDigest: packDigestOf(notification) }),
  };
}

export function ruleFactsOf({ declaration, facts }: Incident): IncidentRuleFacts {
  return {
    dataCategories: declaration.dataClasses,
    impact: Array.isArray(facts['impact']) ? facts['impact'] : [],
    named: facts,
  };
}

export function providerOf({ policy }: Incident): ProviderProfile {
  const { roles, country, subdivision, timeZone, sectors } = policy.provider;
  return { roles, ...optional({ country, subdivision, timeZone, sectors }) };
}

export function anchorFactOf({ kind, at, precision, zone }: AnchorRecord): AnchorFact {
  return { kind, at, precision, ...optional({ zone }) };
}

/** What a rule takes as submitted: the newest of every step, a day as a day. */
export function submissionsAsWritten(filings: readonly Filing[]): Record<string, string> {
  const inOrder = [...filings].sort((left, right) => left.submittedAt.localeCompare(right.submittedAt));
  return Object.fromEntries(
    inOrder.flatMap((filing) => {
      const written = spellingOf(filedMoment(filing));
      const ofStep: [string, string] = [`${filing.ruleId}/${filing.stage}`, written];
      return filing.stage === 'initial' ? [[filing.ruleId, written], ofStep] : [ofStep];
    }),
  );
}

/** A time says its offset; a day or month is read in its zone. */
function spellingOf({ at, precision, zone }: WrittenMoment): string {
  const isInterval = precision === 'day' || precision === 'month';
  return isInterval ? `${at}[${zone ?? 'UTC'}]` : at;
}

function packDigestOf({ assessment }: NotificationTrack): string | undefined {
  return assessment.kind === 'made' ? assessment.result.packDigest : undefined;
}

function campaignsOf(track: NotificationTrack): readonly StartedCampaign[] {
  return sentNotices(track).map(({ stage, state: { campaign, prepared } }) => ({
    campaignId: campaign.campaignId,
    stage,
    startedAt: campaign.startedAt,
    tenantSetVersion: prepared.tenantSetVersion,
    isConfirmed: campaign.isConfirmed,
  }));
}
