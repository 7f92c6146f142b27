/**
 * The form of a rule pack: regulations as data. A file says what it asks of whom, when it applies, how its time is
 * counted, and where each of its rules is written. Nothing that this form does not know is accepted.
 */
import { z } from 'zod';
import { ContactKind } from './tenant-import';
import { isCountry, isSubdivision } from './places';
import { Duration, FactDeclaration, RuleFactValue, StartKind } from './rule-facts';

const word = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'must be a word of lower-case letters, digits and hyphens');
const sentence = z.string().min(3).max(600);
const date = z.iso.date('must be a date such as 2026-01-01');

export const RuleId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{2,79}$/, 'must be lower-case letters, digits and hyphens');
export type RuleId = z.infer<typeof RuleId>;

/** The place of what binds by agreement and not by territory. */
export const NO_TERRITORY = 'ZZ';

/** ISO 3166-1, ISO 3166-2, `EU` for its member states, `ZZ` for agreements. There is no "everywhere". */
export const Jurisdiction = z.string().refine((code) => isKnownPlace(code), {
  error: 'is not a code of ISO 3166-1 or 3166-2, EU or ZZ; a rule names its jurisdictions one by one',
});
export type Jurisdiction = z.infer<typeof Jurisdiction>;

/** A question that has three answers: true, false, unknown. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly always: true }
  | { readonly fact: string; readonly is: string | number | boolean }
  | { readonly fact: string; readonly oneOf: readonly (string | number)[] }
  | { readonly fact: string; readonly includesAny: readonly string[] }
  | { readonly fact: string; readonly within: readonly string[] }
  | { readonly fact: string; readonly atLeast: number }
  | { readonly fact: string; readonly over: number };

const fact = z.string().min(1);
const words = z.array(z.string().min(1)).min(1);

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ all: z.array(Condition).min(1) }),
      z.strictObject({ any: z.array(Condition).min(1) }),
      z.strictObject({ not: Condition }),
      z.strictObject({ always: z.literal(true) }),
      z.strictObject({ fact, is: z.union([z.string(), z.number(), z.boolean()]) }),
      z.strictObject({ fact, oneOf: z.array(z.union([z.string(), z.number()])).min(1) }),
      z.strictObject({ fact, includesAny: words }),
      z.strictObject({ fact, within: words }),
      z.strictObject({ fact, atLeast: z.number() }),
      z.strictObject({ fact, over: z.number() }),
    ],
    {
      error:
        'is not a condition: all, any, not, always, or a fact with is, oneOf, includesAny, within, atLeast, over',
    },
  ),
);

export const Counting = z.enum([
  'elapsed-hours',
  'calendar-days',
  'business-days',
  'reg-1182-71',
  'dora-rts-5',
  'sec-form-8k',
  'jp-appi',
]);
export type Counting = z.infer<typeof Counting>;

/** Whose working days are meant; `member-state` and `us-state` are those of the place of whom the rule binds. */
export const CalendarName = z.enum(['us-federal', 'us-state', 'member-state', 'br', 'co', 'jp-ppc']);
export type CalendarName = z.infer<typeof CalendarName>;

const unitsOf: Record<Counting, { readonly pattern: RegExp; readonly words: string }> = {
  'elapsed-hours': { pattern: /^PT/, words: 'hours or minutes' },
  'calendar-days': { pattern: /^P\d/, words: 'days or months' },
  'business-days': { pattern: /D$/, words: 'days' },
  'reg-1182-71': { pattern: /^P/, words: 'hours, days or months' },
  'dora-rts-5': { pattern: /(^PT\d+H|M)$/, words: 'hours or months' },
  'sec-form-8k': { pattern: /D$/, words: 'days' },
  'jp-appi': { pattern: /D$/, words: 'days' },
};

/** A rule by its id (its first stage), or `id/stage`. */
const StepReference = z
  .string()
  .regex(/^[a-z][a-z0-9-]+(\/[a-z][a-z-]*)?$/, 'must be a rule id, or id/stage');

export const Start = z.union([StartKind, z.strictObject({ submissionOf: StepReference })]);
export type Start = z.infer<typeof Start>;

/** One limit. Of several limbs the earliest counts. */
export const Limb = z.strictObject({
  from: Start,
  within: Duration,
  /** The limb falls away when this anchor turns out to lie after its limit. */
  lapsesIfLater: StartKind.optional(),
  /** Counts from the last day of the anchor's calendar year. */
  fromYearEnd: z.literal(true).optional(),
});
export type Limb = z.infer<typeof Limb>;

const counted = {
  counting: Counting,
  calendar: CalendarName.optional(),
  /** IANA name, for laws that fix the clock on the wall; else the zone of the tenant, or of the recipient. */
  zone: z.string().optional(),
};

export const Clock = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('dated'),
      limbs: z.array(Limb).min(1).max(3),
      ...counted,
      /** Who may file at noon of the next working day when the limit falls on a free day. */
      relief: Condition.optional(),
      /** The limit moves to the next working day under the national rule. */
      rolls: z.literal(true).optional(),
    }),
    z.strictObject({
      kind: z.literal('undated'),
      from: Start,
      /** Policy, never law. */
      soft: Duration.refine((duration) => duration.startsWith('PT'), 'a policy limit is in hours or minutes'),
    }),
    z.strictObject({ kind: z.literal('contract') }),
  ])
  .superRefine((clock, context) => {
    if (clock.kind !== 'dated') return;
    clock.limbs.forEach((limb, index) => {
      checkUnit(clock.counting, limb.within, ['limbs', index, 'within'], context);
    });
  });
export type Clock = z.infer<typeof Clock>;
export type DatedClock = Extract<Clock, { kind: 'dated' }>;

export const FollowUp = z.strictObject({
  stage: word,
  when: Condition.optional(),
  clock: Clock,
  /** A cadence: due again after every submission of this stage, with or without news, until this has happened. */
  repeatsUntil: StartKind.optional(),
});
export type FollowUp = z.infer<typeof FollowUp>;

/** Lifts a duty, only when somebody claims it: a decision with a reason, never an absence. */
export const Suppressor = z.strictObject({
  claim: Condition,
  provided: Condition.optional(),
  because: sentence,
});
export type Suppressor = z.infer<typeof Suppressor>;

/** What the law itself, or common practice, puts in the place of a missing fact; recorded with every use. */
export const Assumption = z.strictObject({ fact, value: RuleFactValue, because: sentence });
export type Assumption = z.infer<typeof Assumption>;

const HoldRule = z
  .strictObject({
    by: z.literal('law-enforcement'),
    within: Duration.optional(),
    counting: Counting.optional(),
    calendar: CalendarName.optional(),
  })
  .superRefine((hold, context) => {
    if ((hold.within === undefined) !== (hold.counting === undefined))
      context.addIssue({
        code: 'custom',
        path: ['counting'],
        message: 'within and counting belong together',
      });
    else if (hold.within !== undefined && hold.counting !== undefined)
      checkUnit(hold.counting, hold.within, ['within'], context);
  });

export const Duty = z.enum(['provider-to-tenant', 'tenant-own', 'provider-own']);
export type Duty = z.infer<typeof Duty>;

export const Status = z.enum([
  'in-force',
  'not-yet-in-force',
  'proposed',
  'guidance',
  'no-mandate',
  'contract',
  'policy',
]);
export type Status = z.infer<typeof Status>;

export const Rule = z
  .strictObject({
    id: RuleId,
    /** Other ids under which the same rule is asked for. */
    aliases: z.array(RuleId).default([]),
    regime: z.string().min(2).max(80),
    title: sentence,
    jurisdictions: z.array(Jurisdiction).min(1),
    duties: z.array(Duty).min(1),
    /** Empty: in every sector. */
    sectors: z.array(word),
    /** Empty: whatever data is affected. */
    dataCategories: z.array(word),
    /** Roles, any of which the bound party must have; empty: bound in whatever role. */
    roles: z.array(word),
    recipient: z.enum([
      'supervisory-authority',
      'regulator',
      'csirt',
      'customer',
      'data-subject',
      'media',
      'credit-bureau',
    ]),
    stage: word.default('initial'),
    when: Condition.optional(),
    assumptions: z.array(Assumption).default([]),
    suppressors: z.array(Suppressor).default([]),
    hold: HoldRule.optional(),
    clock: Clock,
    followUps: z.array(FollowUp).default([]),
    channels: z.array(word).min(1),
    contact: ContactKind.optional(),
    requiredContent: z.array(word),
    notes: sentence.optional(),
    status: Status,
    /** Why the rule is only watched and never applied. */
    disabled: sentence.optional(),
    effectiveFrom: date.optional(),
    effectiveTo: date.optional(),
    citation: sentence,
    source: z.url().optional(),
    verifiedAgainst: sentence,
    confidence: z.enum(['high', 'medium', 'low']),
  })
  .superRefine((rule, context) => {
    const isAgreement = rule.status === 'contract' || rule.status === 'policy';
    if (rule.jurisdictions.includes(NO_TERRITORY) && !isAgreement)
      context.addIssue({
        code: 'custom',
        path: ['jurisdictions'],
        message: 'ZZ is for agreements and policies; a law names its places',
      });
    if (!isEnforceable(rule.status) && rule.disabled === undefined)
      context.addIssue({
        code: 'custom',
        path: ['disabled'],
        message: `a rule that is ${rule.status} must say why it is disabled`,
      });
    if (rule.status === 'not-yet-in-force' && rule.effectiveFrom === undefined && rule.disabled === undefined)
      context.addIssue({
        code: 'custom',
        path: ['effectiveFrom'],
        message: 'is needed for a rule that is not yet in force',
      });
  });
export type Rule = z.infer<typeof Rule>;

/** One file of a pack. */
export const RulePackFile = z.strictObject({
  format: z.literal(1),
  pack: word,
  version: z.string().regex(/^[0-9][0-9A-Za-z.]*$/, 'must begin with a digit, such as 2026.11.1'),
  title: sentence,
  /** Last day on which the file may be relied on without being read again against its sources. */
  validUntil: date.optional(),
  facts: z.array(FactDeclaration).default([]),
  /** A sector or a category of data that is also another one: `phi` is `personal-data` too. */
  implies: z.record(word, z.array(word)).default({}),
  /** The zone of a jurisdiction's authorities, where the facts give none. */
  zones: z.record(z.string(), z.string()).default({}),
  rules: z.array(Rule),
});
export type RulePackFile = z.infer<typeof RulePackFile>;

/** All files together, as an evaluation uses and an incident pins them. */
export interface RulePack {
  readonly version: string;
  /** SHA-256 over the canonical JSON of all files in the order of their pack names. */
  readonly digest: string;
  readonly facts: readonly FactDeclaration[];
  readonly implies: Readonly<Record<string, readonly string[]>>;
  readonly zones: Readonly<Record<string, string>>;
  readonly rules: readonly Rule[];
}

function isKnownPlace(code: string): boolean {
  return code === 'EU' || code === NO_TERRITORY || isCountry(code) || isSubdivision(code);
}

function isEnforceable(status: Status): boolean {
  return (
    status === 'in-force' || status === 'not-yet-in-force' || status === 'contract' || status === 'policy'
  );
}

function checkUnit(
  counting: Counting,
  within: string,
  path: (string | number)[],
  context: z.RefinementCtx,
): void {
  const { pattern, words: units } = unitsOf[counting];
  if (pattern.test(within)) return;
  context.addIssue({
    code: 'custom',
    path,
    message: `${within} has the wrong unit: ${counting} counts ${units}`,
  });
}
