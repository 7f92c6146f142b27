/** What a service says when it declares an incident (process: declaring; S13, S14). */
import { z } from 'zod';
import { AnchorKind, Moment } from './anchor';
import { Sender } from './principal';

export const Severity = z.enum(['low', 'moderate', 'high', 'critical']);
export type Severity = z.infer<typeof Severity>;

export const Tlp = z.enum(['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED']);
export type Tlp = z.infer<typeof Tlp>;

const name = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\w.:/-]+$/, 'use letters, digits and . _ : / - only');

export const IncidentId = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9][\w.-]*$/, 'begin with a letter or digit, then letters, digits and . _ - only');

/** A service that the incident concerns; `outside` names the company that owns it when it is not ours. */
export const ConcernedService = z.strictObject({
  service: name,
  team: name,
  regions: z.array(name).max(100).default([]),
  outside: z.string().min(1).max(200).optional(),
});
export type ConcernedService = z.infer<typeof ConcernedService>;

/** The first impact aim of the process, in its three classes (S14). */
export const Impact = z.strictObject({
  customers: z.array(z.string().min(1).max(500)).max(100).default([]),
  customerData: z.array(z.string().min(1).max(500)).max(100).default([]),
  ownSystems: z.array(z.string().min(1).max(500)).max(100).default([]),
});
export type Impact = z.infer<typeof Impact>;

export const DeclaredAnchor = Moment.safeExtend({ kind: AnchorKind, basis: z.string().min(1).max(2000) });
export type DeclaredAnchor = z.infer<typeof DeclaredAnchor>;

export const Declaration = z.strictObject({
  incidentId: IncidentId,
  title: z.string().min(1).max(300),
  summary: z.string().min(1).max(10_000),
  severity: Severity,
  services: z.array(ConcernedService).min(1, 'name at least one concerned service').max(100),
  dataClasses: z.array(name).max(50).default([]),
  tlp: Tlp.default('AMBER'),
  detection: Moment.safeExtend({ basis: z.string().min(1).max(2000) }),
  anchors: z.array(DeclaredAnchor).max(50).default([]),
  impact: Impact.default({ customers: [], customerData: [], ownSystems: [] }),
  reporter: Sender,
  mode: z.enum(['live', 'drill']).default('live'),
  startsAt: z.iso.datetime({ offset: true }).optional(),
  relatedTo: IncidentId.optional(),
});
export type Declaration = z.infer<typeof Declaration>;
/** What a caller writes: defaults may be left out. */
export type DeclarationInput = z.input<typeof Declaration>;
