/** Find who is affected, what the law asks, bind the notice to both, and send it once it is approved. */
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { nextNotificationStep, type NotificationStep } from '../domain/agenda';
import { anchorsInForce, type Incident } from '../domain/incident';
import type { Instant } from '../domain/instant';
import { optional } from '../domain/intake/optional';
import { currentTenantSet } from '../domain/notification';
import type { IncidentRuleFacts, ProviderProfile } from '../domain/rule-profile';
import {
  countDeliveries,
  identifyAffectedTenants,
  lookUpObligations,
  planDeliveries,
  prepareNotice,
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
    case 'assess':
      return assess(incident, step);
    case 'prepare':
      return prepare(incident, step);
    case 'send':
      return send(incident, step);
    case 'start-shards':
      return startShards(incident, step);
    case 'count':
      return count(incident, step);
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
  const assessment = await lookUpObligations.executeWithOptions(
    { summary: `for tenant version ${String(tenantSetVersion)}` },
    [
      {
        incidentId: state.declaration.incidentId,
        tenantSetVersion,
        facts: ruleFactsOf(state),
        provider: providerOf(state),
        anchors: anchorsInForce(state).map(({ kind, at, precision, zone }) => ({
          kind,
          at,
          precision,
          ...(zone !== undefined && { zone }),
        })),
        submissions: submissionsOf(state),
        decisions: [...state.notification.undecidedDecisions],
        evaluatedAt: incident.now(),
        mode: 'conservative' as const,
      },
    ],
  );
  incident.record({ type: 'obligations-assessed', assessment, factsRevision: state.factsRevision });
}

function ruleFactsOf({ declaration, facts }: Incident): IncidentRuleFacts {
  return {
    dataCategories: declaration.dataClasses,
    impact: Array.isArray(facts['impact']) ? facts['impact'] : [],
    named: facts,
  };
}

function providerOf({ policy }: Incident): ProviderProfile {
  const { roles, country, subdivision, timeZone, sectors } = policy.provider;
  return { roles, ...optional({ country, subdivision, timeZone, sectors }) };
}

/** By rule, and by step for what is chained on an earlier submission. */
function submissionsOf({ notification }: Incident): Record<string, Instant> {
  const submissions: Record<string, Instant> = {};
  for (const { ruleId, stage, submittedAt } of notification.filings) {
    if (stage === 'initial') submissions[ruleId] = submittedAt;
    submissions[`${ruleId}/${stage}`] = submittedAt;
  }
  return submissions;
}

async function prepare(incident: LiveIncident, { notice }: Step<'prepare'>): Promise<void> {
  const { notification, declaration } = incident.state;
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
      },
    ],
  );
  const { tenantSetVersion } = binding;
  incident.record({ type: 'notice-prepared', noticeId, revision, tenantSetVersion, packDigest, ...prepared });
}

async function send(incident: LiveIncident, { notice, prepared }: Step<'send'>): Promise<void> {
  const { declaration, policy, notification } = incident.state;
  const { incidentId, mode } = declaration;
  const { noticeId, revision, stage } = notice;
  const campaignId = `${noticeId}.${String(revision)}`;
  const shards = shardsFor(currentTenantSet(notification)?.tenants ?? 0, policy.deliveryShardSize);
  const plan = await planDeliveries.executeWithOptions({ summary: campaignId }, [
    {
      incidentId,
      campaignId,
      noticeId,
      revision,
      kind: stage,
      templateHash: prepared.templateHash,
      tenantSetVersion: prepared.tenantSetVersion,
      shards,
      audience: audienceOf[stage],
      mode,
    },
  ]);
  incident.record({ type: 'campaign-started', noticeId, campaignId, shards, totals: plan.totals });
}

async function startShards(incident: LiveIncident, { campaign }: Step<'start-shards'>): Promise<void> {
  const { campaignId, shards } = campaign;
  await Promise.all(shards.map((_, shard) => startShard(incident, campaignId, shard)));
  incident.record({ type: 'shards-started', campaignId });
}

async function count(incident: LiveIncident, { campaign }: Step<'count'>): Promise<void> {
  const { incidentId } = incident.state.declaration;
  const { campaignId, shards } = campaign;
  const counted = await countDeliveries.executeWithOptions({ summary: campaignId }, [
    { incidentId, campaignId, shards: shards.length },
  ]);
  incident.record({ type: 'deliveries-counted', campaignId, ...counted });
}

/** Whom a notice of each stage is for, of the tenant version it is bound to. */
const audienceOf = {
  first: 'all',
  supplementary: 'changed',
  correction: 'changed',
  withdrawal: 'removed',
  update: 'all',
} as const;

const mostShards = 8;

function shardsFor(tenants: number, shardSize: number): number {
  return Math.min(mostShards, Math.max(1, Math.ceil(tenants / shardSize)));
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
      args: [{ ...args, deferralSeconds: [...incident.state.policy.deferralSeconds] }],
    });
  } catch (error) {
    // A former run of this incident started it, just before it continued as new.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
