/** What the message about a failed step becomes: once its cause is mended, it is taken again. */
import type { RetryStep } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { refuse, refuseIf } from './refusal';

export function acceptRetryStep({ failedSteps }: Incident, message: RetryStep): EventBody[] {
  refuseIf(refusalOfRole('retry-step', message));
  const { step, reason } = message;
  if (step.startsWith('identify/'))
    refuse('NotNow', 'a refused request for tenants is gone; send setAffectedTenants again, corrected');
  if (!failedSteps.includes(step))
    refuse(
      'NotKnown',
      `step ${step} is not among those that failed (${failedSteps.join(', ') || 'none did'})`,
    );
  return [{ type: 'step-retried', step, reason }];
}
