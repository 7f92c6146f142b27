/** Find who is affected, what the law asks, bind the notice to both, and send it once it is approved. */
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { nextNotificationStep, type NotificationStep } from '../domain/next-steps';
import type { DeliveryTotals } from '../domain/events';
import { anchorsInForce, decisionSinceAssessment, type Incident } from '../domain/incident';
import { currentTenantSet, filedMoment, type Filing } from '../domain/notification';
import { addMs, instantFromEpochMs } from '../domain/instant';
import { anchorFactOf, providerOf, ruleFactsOf, submissionsAsWritten } from '../domain/obligation-facts';
import { heldKinds, retryWindowMs } from '../domain/retry-window';
import { submissionsToTenants } from '../domain/submissions';
import {
  countDeliveries,
  identifyAffectedTenants,
  judgeFiling,
  lookUpObligations,
  planDeliveries,
  prepareNotice,
  settleByHand,
} from './activity-proxies';
import { deliverNotices } from './deliver-notices';
import { finalProblem } from './final-problem';
import type { LiveIncident } from './live-incident';
import { deliveryTaskQueue, deliveryWorkflowId } from './names';

export async function notificationTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => nextNotificationStep(state) !== undefined);
    const step = nextNotificationStep(incident.state);
    if (step !== undefined) await take(incident, step);
  }
}

/** A step that an activity refuses for good is noted and left; people mend its cause with a new message. */
async function take(incident: LiveIncident, step: NotificationStep): Promise<void> {
  try {
    await carryOut(incident, step);
  } catch (error) {
    const problem = finalProblem(error);
    if (problem === undefined) throw error;
    incident.record({ type: 'step-failed', step: step.key, problem });
  }
}

function carryOut(incident: LiveIncident, step: NotificationStep): Promise<void> {
  switch (step.kind) {
    case 'identify':
      return identify(incident, step);
    case 'judge-filing':
      return judge(incident, step);
    case 'assess':
      return assess(incident, step);
    case 'prepare':
      return prepare(incident, step);
    case 'send':
      return send(incident, step);
    case 'repeat':
      return repeat(incident, step);
    case 'start-shards':
      return startShards(incident, step);
    case 'count':
      return count(incident, step);
    case 'settle-by-hand':
      return settle(incident, step);
  }
}

type Step<Kind extends NotificationStep['kind']> = Extract<NotificationStep, { kind: Kind }>;

async function identify(incident: LiveIncident, { version, request }: Step<'identify'>): Promise<void> {
  const { incidentId } = incident.state.declaration;
  const result = await identifyAffectedTenants.executeWithOptions({ summary: `version ${String(version)}` }, [
    { incidentId, version, ...request },
  ]);
  incident.record({ type: 'affected-tenants-identified', ...result });
}

async function assess(incident: LiveIncident, { tenantSetVersion }: Step<'assess'>): Promise<void> {
  const { state } = incident;
  const decision = decisionSinceAssessment(state);
  const assessment = await lookUpObligations.executeWithOptions(
    { summary: `for tenant version ${String(tenantSetVersion)}` },
    [
      {
        incidentId: state.declaration.incidentId,
        tenantSetVersion,
        facts: ruleFactsOf(state),
        provider: providerOf(state),
        anchors: anchorsInForce(state).map(anchorFactOf),
        submissions: submissionsAsWritten(state.notification.filings),
        told: submissionsToTenants(state.notification),
        decisions: [...state.notification.undecidedDecisions],
        evaluatedAt: incident.now(),
        mode: 'conservative' as const,
        ...(decision !== undefined && { decision }),
      },
    ],
  );
  incident.record({
    type: 'obligations-assessed',
    assessment,
    factsRevision: state.factsRevision,
    ...(decision !== undefined && { decision }),
  });
}

/** Under the anchors that were in force when it was recorded, whatever came since. */
async function judge(incident: LiveIncident, { filing }: Step<'judge-filing'>): Promise<void> {
  const { state } = incident;
  const { ruleId, stage, submittedAt, countsFrom = [] } = filing;
  const { anchors, notification } = state;
  const judgement = await judgeFiling.executeWithOptions({ summary: `${ruleId}, ${stage}` }, [
    {
      incidentId: state.declaration.incidentId,
      ruleId,
      stage,
      filed: filedMoment(filing),
      facts: ruleFactsOf(state),
      provider: providerOf(state),
      anchors: anchors.filter(({ anchorId }) => countsFrom.includes(anchorId)).map(anchorFactOf),
      submissions: submissionsAsWritten(filingsBefore(notification.filings, filing)),
      decisions: [...notification.undecidedDecisions],
      evaluatedAt: incident.now(),
      mode: 'conservative' as const,
    },
  ]);
  incident.record({ type: 'filing-judged', ruleId, stage, submittedAt, judgement });
}

function filingsBefore(filings: readonly Filing[], filing: Filing): readonly Filing[] {
  return filings.slice(0, filings.indexOf(filing));
}

async function prepare(incident: LiveIncident, { notice }: Step<'prepare'>): Promise<void> {
  const { notification, declaration, policy } = incident.state;
  const tenantSet = currentTenantSet(notification);
  if (tenantSet === undefined || notification.assessment.kind === 'awaited') return;
  const { packDigest, requiredContent } = notification.assessment.result;
  const { noticeId, revision, contentHash } = notice;
  const binding = { tenantSetVersion: tenantSet.version, tenantSetDigest: tenantSet.digest, packDigest };
  const prepared = await prepareNotice.executeWithOptions(
    { summary: `${noticeId}, revision ${String(revision)}` },
    [
      {
        incidentId: declaration.incidentId,
        noticeId,
        revision,
        contentHash,
        ...binding,
        requiredContent: [...requiredContent],
        missingTranslation: policy.missingTranslation,
        ...(notice.standing !== undefined && { standing: true as const }),
      },
    ],
  );
  const { tenantSetVersion } = binding;
  incident.record({ type: 'notice-prepared', noticeId, revision, tenantSetVersion, packDigest, ...prepared });
}

async function send(incident: LiveIncident, { notice, prepared }: Step<'send'>): Promise<void> {
  const { noticeId, revision } = notice;
  const campaignId = `${noticeId}.${String(revision)}`;
  const plan = await planCampaign(incident, { notice, prepared, campaignId });
  incident.record({ type: 'campaign-started', noticeId, campaignId, ...plan });
}

async function repeat(incident: LiveIncident, step: Step<'repeat'>): Promise<void> {
  const { noticeId } = step.notice;
  const { campaignId } = step;
  const plan = await planCampaign(incident, step);
  incident.record({ type: 'notice-repeated', noticeId, campaignId, ...plan });
}

type ToPlan = Pick<Step<'repeat'>, 'notice' | 'prepared' | 'campaignId'> &
  Partial<Pick<Step<'repeat'>, 'repetition'>>;

async function planCampaign(
  incident: LiveIncident,
  { notice, prepared, campaignId, repetition }: ToPlan,
): Promise<{ readonly shards: number; readonly totals: DeliveryTotals }> {
  const { declaration, policy, notification } = incident.state;
  const { incidentId, mode } = declaration;
  const { noticeId, revision, stage } = notice;
  const shards = shardsFor(currentTenantSet(notification)?.tenants ?? 0, policy.deliveryShardSize);
  const { totals } = await planDeliveries.executeWithOptions({ summary: campaignId }, [
    {
      incidentId,
      campaignId,
      noticeId,
      revision,
      kind: stage,
      templateHash: prepared.templateHash,
      tenantSetVersion: prepared.tenantSetVersion,
      shards,
      mode,
      giveUpAt: addMs(instantFromEpochMs(Date.now()), retryWindowMs(incident.state, incident.now())),
      contactWindowMinutes: Math.ceil(policy.fallbackLadderMinutes),
      fallbacks: [...policy.fallbacks],
      channelsCountAs: policy.channelsCountAs,
      policy: delaysOf(incident.state),
      ...(repetition !== undefined && { repetition }),
    },
  ]);
  return { shards, totals };
}

async function startShards(incident: LiveIncident, { campaign }: Step<'start-shards'>): Promise<void> {
  const { campaignId, shards } = campaign;
  await Promise.all(shards.map((_, shard) => startShard(incident, campaignId, shard)));
  incident.record({ type: 'shards-started', campaignId });
}

async function count(incident: LiveIncident, { campaign }: Step<'count'>): Promise<void> {
  const { declaration, notification } = incident.state;
  const { incidentId } = declaration;
  const { campaignId, shards, news } = campaign;
  const tenantSetVersion = currentTenantSet(notification)?.version ?? 0;
  const counted = await countDeliveries.executeWithOptions({ summary: campaignId }, [
    { incidentId, campaignId, shards: shards.length, tenantSetVersion },
  ]);
  incident.record({ type: 'deliveries-counted', campaignId, news, ...counted });
}

async function settle(incident: LiveIncident, { settlement }: Step<'settle-by-hand'>): Promise<void> {
  const { incidentId } = incident.state.declaration;
  const { settlementId, tenantId } = settlement;
  const written = await settleByHand.executeWithOptions({ summary: tenantId }, [
    { incidentId, ...settlement },
  ]);
  incident.record({ type: 'hand-settlement-written', settlementId, ...written });
}

const mostShards = 8;

function shardsFor(tenants: number, shardSize: number): number {
  return Math.min(mostShards, Math.max(1, Math.ceil(tenants / shardSize)));
}

function delaysOf({ policy: { deferralSeconds, relayPauseSeconds, deliveriesInDoubt } }: Incident) {
  return {
    deferralSeconds: [...deferralSeconds],
    relayPauseSeconds,
    heldInDoubt: heldKinds(deliveriesInDoubt),
  };
}

/** Abandoned on close: a shard goes on until its last row is settled, whatever becomes of its incident. */
async function startShard(incident: LiveIncident, campaignId: string, shard: number): Promise<void> {
  const { incidentId } = incident.state.declaration;
  const args = { incidentId, campaignId, shard, incidentWorkflowId: workflowInfo().workflowId };
  try {
    await startChild(deliverNotices, {
      workflowId: deliveryWorkflowId(incidentId, campaignId, shard),
      taskQueue: deliveryTaskQueue,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `deliveries of ${campaignId}, shard ${String(shard)}`,
      args: [{ ...args, ...delaysOf(incident.state) }],
    });
  } catch (error) {
    // A former run of this incident started it, just before it continued as new.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
