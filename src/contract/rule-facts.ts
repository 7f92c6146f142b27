/**
 * What rules may ask about: named facts, moments and terms. Also the shape of one computation given as a file, the
 * same for a person at the command line and for the project's own tables of expected instants.
 */
import { z } from 'zod';
import { AnchorKind, Precision } from './anchor';

/** A fact that is not there is unknown, which is never the same as no. */
export const RuleFactValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
export type RuleFactValue = z.infer<typeof RuleFactValue>;

/** Things that happen once and start a clock, beside the anchors of the incident itself. */
export const EventKind = z.enum([
  'payment',
  'recovery',
  'incident-closed',
  'corrective-measure',
  'new-information',
  'oral-report',
]);
export type EventKind = z.infer<typeof EventKind>;

/** Where a clock may start. `discovery` is another word for detection and is read as such. */
export const StartKind = z.enum([...AnchorKind.options, ...EventKind.options]);
export type StartKind = z.infer<typeof StartKind>;

const isoDuration = z.string().regex(/^(PT[1-9]\d{0,5}[HM]|P[1-9]\d{0,4}[DM])$/, {
  error: ({ input }) => `${String(input)} is not one of PT72H, PT15M, P3D, P1M: one number, one unit`,
});

/** `PT72H` hours, `PT15M` minutes, `P3D` days, `P1M` months. Units are never converted into one another. */
export const Duration = isoDuration;
export type Duration = z.infer<typeof Duration>;

export const CountingMode = z.enum(['conservative', 'legal-max']);
export type CountingMode = z.infer<typeof CountingMode>;

export const FactDeclaration = z.strictObject({
  /** `incident.…` is the same for everybody, `tenant.…` is a fact of the tenant (or of the provider for its own duties). */
  name: z
    .string()
    .regex(/^(incident|tenant)\.[A-Za-z][A-Za-z0-9]*$/, 'must be incident.<name> or tenant.<name>'),
  type: z.enum(['truth', 'number', 'word', 'words']),
  /** What a person is asked when the fact is missing. */
  question: z.string().min(10).max(300),
});
export type FactDeclaration = z.infer<typeof FactDeclaration>;

/** Facts that every rule may read without declaring them. */
export const builtInFacts: readonly FactDeclaration[] = [
  { name: 'tenant.country', type: 'word', question: 'In which country is the tenant established?' },
  {
    name: 'tenant.subdivision',
    type: 'word',
    question: 'In which state or province is the tenant established?',
  },
  { name: 'tenant.sector', type: 'words', question: 'In which sectors does the tenant work?' },
  { name: 'incident.dataCategories', type: 'words', question: 'Which kinds of data are affected?' },
  {
    name: 'incident.impact',
    type: 'words',
    question: 'Confidentiality, integrity, availability: what was harmed?',
  },
  { name: 'incident.residence', type: 'words', question: 'In which places do the affected persons live?' },
];

const oneOrSeveral = z.union([z.string(), z.array(z.string()).min(1)], { error: 'must be a text' });

/** Who writes null or "unknown" says that it is not known, which is the same as saying nothing. */
const namedFacts = z
  .record(z.string(), RuleFactValue.nullable(), { error: 'must be an object of facts by their names' })
  .transform(
    (facts) =>
      Object.fromEntries(
        Object.entries(facts).filter(([, value]) => value !== null && value !== 'unknown'),
      ) as Record<string, RuleFactValue>,
  );

/**
 * A law-enforcement hold. Without `releasedAt` it is in force until it expires; with a `jurisdiction` it holds the law
 * of that place alone.
 */
export const Hold = z.strictObject({
  by: z.string(),
  jurisdiction: z.string().optional(),
  expiresAt: z.string().optional(),
  releasedAt: z.string().optional(),
});
export type Hold = z.infer<typeof Hold>;

/**
 * One computation: `rule` is an id or `merge` for all rules. Moments are instants (`2026-11-21T03:10:00Z`) or local
 * times with their zone (`2026-11-20T16:20[Europe/Berlin]`); a date alone stands for the whole day. What else a file
 * says beside the facts, such as where a case comes from, is left alone.
 */
export const Computation = z.object({
  id: z.string().optional(),
  rule: z.string(),
  mode: CountingMode.default('conservative'),
  facts: z.strictObject({
    tenant: namedFacts.prefault({}),
    role: oneOrSeveral.optional(),
    incident: namedFacts.prefault({}),
    anchors: z.record(z.string(), oneOrSeveral).default({}),
    submissions: z.record(z.string(), z.string()).default({}),
    contract: z.strictObject({ notifyWithin: Duration, anchor: z.string() }).optional(),
    hold: Hold.optional(),
    calendar: z.string().optional(),
    evaluatedAt: z.string().optional(),
  }),
  expect: z.unknown().optional(),
  why: z.string().optional(),
});
export type Computation = z.infer<typeof Computation>;

/** An anchor as evaluation takes it: written with exactly the precision that is known. */
export const AnchorFact = z.strictObject({
  kind: StartKind,
  at: z.string(),
  precision: Precision.optional(),
  zone: z.string().optional(),
});
export type AnchorFact = z.infer<typeof AnchorFact>;
