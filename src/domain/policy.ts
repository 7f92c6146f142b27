/** What holds when a provider has written no policy of its own; why, is said beside each field in the contract. */
import type { Policy } from '../contract/policy';

export const defaultPolicy: Policy = {
  provider: { roles: ['processor', 'cloud-provider', 'business-associate'] },
  containmentAlarmMinutes: { low: 1440, moderate: 480, high: 120, critical: 60 },
  approvalNotNecessaryWhen: [],
  supporterRequired: true,
  emergencyReviewHours: 24,
  watchDays: { low: 7, moderate: 14, high: 30, critical: 30 },
  leastWatchDays: { low: 0, moderate: 0, high: 0, critical: 0 },
  entryGraceHours: 24,
  reminderHours: 24,
  escalateAfterReminders: 3,
  deadlineMarginMinutes: 240,
  approvalsNeeded: { eradication: 1, notice: 1 },
  missingTranslation: 'block',
  pageDrills: false,
  deferralSeconds: [60, 300, 600, 1200, 2400, 3600],
  deliveryShardSize: 2000,
  relayRetryWindowMinutes: 120,
  fallbackLadderMinutes: 60,
  relayPauseSeconds: 60,
};
