/** How workflows and task queues are called; shared by everything that finds an incident. */

export const incidentTaskQueue = 'firebreak-incident';
export const deliveryTaskQueue = 'firebreak-delivery';

export function incidentWorkflowId(incidentId: string): string {
  return `incident/${incidentId}`;
}

export function incidentIdOf(workflowId: string): string {
  return workflowId.replace(/^incident\//, '');
}

export function deliveryWorkflowId(incidentId: string, campaignId: string, shard: number): string {
  return `${incidentWorkflowId(incidentId)}/delivery/${campaignId}/${String(shard).padStart(2, '0')}`;
}
