/** Who speaks: roles of process people (S01–S08) and the sender that every message names. */
import { z } from 'zod';

export const Role = z.enum([
  'security-response',
  'service-team',
  'executive-incident-manager',
  'communications',
  'legal',
  'participant',
]);
export type Role = z.infer<typeof Role>;

/** How the name of a sender was established; decisions prove theirs by signature. */
export const Binding = z.enum(['signature', 'http-token', 'cli-identity', 'stated', 'system']);
export type Binding = z.infer<typeof Binding>;

const opaqueId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\w.@:/+-]+$/, 'use letters, digits and . _ @ : / + - only');

/** The fields with which every message of a person begins. Flat, because people type them in the Temporal UI. */
export const Sender = z.strictObject({
  by: opaqueId,
  role: Role,
  team: z.string().min(1).max(200).optional(),
  capacity: z.string().min(1).max(200).optional(),
  boundBy: Binding.optional(),
  messageId: z.string().min(1).max(200).optional(),
  happenedAt: z.iso.datetime({ offset: true }).optional(),
});
export type Sender = z.infer<typeof Sender>;
