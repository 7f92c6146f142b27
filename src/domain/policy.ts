/** What holds when a provider has written no policy of its own. */
import type { Policy } from '../contract/policy';

export const defaultPolicy: Policy = {
  provider: { roles: ['processor', 'cloud-provider', 'business-associate'] },
  // From detection; after this a service that is not contained is an alarm (S13).
  containmentAlarmMinutes: { low: 1440, moderate: 480, high: 120, critical: 60 },
  // S23 leaves "where necessary" open: necessary unless a policy can show that it is not.
  executiveApproval: 'always',
  emergencyReviewHours: 24,
  entryGraceHours: 24,
  reminderHours: 24,
  deadlineMarginMinutes: 240,
  approvalsNeeded: { eradication: 1, notice: 1 },
  deferralSeconds: [60, 300, 600, 1200, 2400, 3600],
  deliveryShardSize: 2000,
};
