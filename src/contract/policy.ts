/** The provider's own rules about how incidents are run: data, pinned to an incident when it is declared. */
import { z } from 'zod';

const bySeverity = z.strictObject({
  low: z.number().positive(),
  moderate: z.number().positive(),
  high: z.number().positive(),
  critical: z.number().positive(),
});

/** What the provider is: its own duties and its role towards tenants are judged by it. */
export const Provider = z.strictObject({
  roles: z.array(z.string().min(1).max(100)).min(1).max(20),
  country: z.string().length(2).optional(),
  subdivision: z.string().max(10).optional(),
  timeZone: z.string().max(60).optional(),
  sectors: z.array(z.string().min(1).max(100)).max(20).optional(),
});
export type Provider = z.infer<typeof Provider>;

export const Policy = z.strictObject({
  provider: Provider,
  containmentAlarmMinutes: bySeverity,
  executiveApproval: z.enum(['always', 'unless-low']),
  emergencyReviewHours: z.number().positive(),
  entryGraceHours: z.number().positive(),
  reminderHours: z.number().positive(),
  deadlineMarginMinutes: z.number().positive(),
  approvalsNeeded: z.strictObject({ eradication: z.int().min(1), notice: z.int().min(1) }),
  deferralSeconds: z.array(z.number().positive()).min(1),
  deliveryShardSize: z.int().min(1),
});
export type Policy = z.infer<typeof Policy>;
