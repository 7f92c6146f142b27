/**
 * Puts approved posts on the service health dashboard. A track of its own: neither do tenants wait until its files can
 * be written, nor the dashboard until a million tenants are looked up.
 */
import { nextStatusPostStep, type StatusPostStep } from '../domain/next-steps';
import { publishStatusPost } from './activity-proxies';
import { finalProblem } from './final-problem';
import type { LiveIncident } from './live-incident';

export async function statusPostTrack(incident: LiveIncident): Promise<void> {
  for (;;) {
    await incident.until((state) => nextStatusPostStep(state) !== undefined);
    const step = nextStatusPostStep(incident.state);
    if (step !== undefined) await take(incident, step);
  }
}

/** What is refused for good is noted and left; people mend its cause with a new revision. */
async function take(incident: LiveIncident, step: StatusPostStep): Promise<void> {
  try {
    await publish(incident, step);
  } catch (error) {
    const problem = finalProblem(error);
    if (problem === undefined) throw error;
    incident.record({ type: 'step-failed', step: step.key, problem });
  }
}

async function publish(incident: LiveIncident, { post }: StatusPostStep): Promise<void> {
  const { incidentId, mode } = incident.state.declaration;
  const { postId, revision, contentHash } = post;
  const published = await publishStatusPost.executeWithOptions(
    { summary: `${postId}, revision ${String(revision)}` },
    [{ incidentId, postId, revision, contentHash, mode, publishedAt: incident.now() }],
  );
  incident.record({ type: 'status-post-published', postId, revision, ...published });
}
