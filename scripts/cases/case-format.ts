/**
 * The file of a case: what was published, what people would have entered, what must then be true. Fields that the
 * format does not name are let through. That what refers to something finds it is seen to in read-case.ts.
 */
import { z } from 'zod';
import { AnchorKind } from '../../src/contract/anchor';
import { NoticeLanguage } from '../../src/contract/notice';
import { isZone } from '../../src/domain/clocks-moments';
import { precisionOf } from './moments';

const word = z.string().min(1).max(300);
const text = z.string().min(1).max(10_000);
const words = z.array(word).max(1000);

const Moment = z.string().refine((written) => precisionOf(written) !== undefined, {
  error: 'is not a date or time; write 2023-01-04T16:35Z, 2023-01-04 or 2023-01, a time with Z or its offset',
});

const Zone = z.string().refine(isZone, { error: 'is not an IANA time zone, such as Asia/Tokyo' });

const Country = z.string().regex(/^[A-Z]{2}$/, 'is not a country code of ISO 3166-1, such as JP');

const Mark = z.enum(['V', 'R']);

/** Rests on facts, is verified or not, and may be a choice of whoever wrote the case. */
const resting = { facts: words.default([]), mark: Mark.default('V'), assumed: z.boolean().optional() };

// Facts

const Fact = z
  .looseObject({
    id: word,
    at: Moment,
    until: Moment.optional(),
    precision: z.enum(['second', 'minute', 'day', 'month']).optional(),
    zone: Zone.optional(),
    mark: Mark.default('V'),
  })
  .refine(({ at, precision }) => precision === undefined || precisionOf(at) === precision, {
    path: ['precision'],
    error: 'is not the precision with which at is written',
  });
export type Fact = z.infer<typeof Fact>;

// What is assumed around the incident

const Contract = z.looseObject({
  hours: z.int().min(1).max(87_600),
  from: z.enum([...AnchorKind.options, 'discovery']),
});

const TenantGroup = z.looseObject({
  group: word,
  size: z.int().min(1).max(100_000),
  country: Country.nullish(),
  subdivision: word.nullish(),
  sector: word.nullish(),
  language: NoticeLanguage.nullish(),
  zone: Zone.nullish(),
  contract: Contract.nullish(),
});
export type TenantGroup = z.infer<typeof TenantGroup>;

const oneOrSeveral = z.union([word.transform((one) => [one]), words.min(1)]);

const Provider = z.looseObject({
  role: oneOrSeveral,
  country: Country.nullish(),
  subdivision: word.nullish(),
  sectors: oneOrSeveral.nullish(),
  zone: Zone.nullish(),
});

const Fixture = z.looseObject({
  provider: Provider,
  tenantGroups: z.array(TenantGroup).max(1000).default([]),
});

// Inputs

const common = { id: word, at: Moment, ...resting };
const input = <Action extends string, Shape extends z.ZodRawShape>(action: Action, shape: Shape) =>
  z.looseObject({ ...common, action: z.literal(action), ...shape });

const Anchor = z.looseObject({ kind: AnchorKind, anchorAt: Moment, basis: text.default('as published') });
const TaskTrack = z.enum(['containment', 'eradication', 'recovery']);

const Declare = input('declare', {
  title: text,
  summary: text.default('no summary was published'),
  severity: z.enum(['low', 'moderate', 'high', 'critical']),
  detectedAt: Moment,
  services: words.min(1),
  dataClasses: words.default([]),
  anchors: z.array(Anchor).max(50).default([]),
});

const SetAffectedTenants = input('setAffectedTenants', {
  version: z.int().min(1),
  count: z.int().min(0).nullish(),
  unit: z.enum(['tenants', 'persons', 'items']).default('tenants'),
  groups: words.default([]),
  changed: words.default([]),
  excluded: z.array(z.looseObject({ group: word, reason: text })).default([]),
  reason: text.default('as published'),
});

const ApproveNotice = input('approveNotice', {
  notice: word,
  stage: z.enum(['first', 'supplementary', 'corrected', 'withdrawn', 'final', 'by-difference']),
  audience: z.enum(['tenants', 'people', 'authority', 'market', 'public']),
  sentAt: Moment.nullish(),
  basedOnVersion: z.int().min(1).nullish(),
  groups: words.nullish(),
  languages: z.array(NoticeLanguage).min(1).nullish(),
  suggestedActions: z.array(text).nullish(),
  rule: word.nullish(),
  delayReasons: text.nullish(),
  promise: z.looseObject({ hours: z.int().min(1).max(87_600), groups: words.min(1) }).nullish(),
  by: word.optional(),
});

const by = word.optional();
const reason = text.default('as published');

const Input = z.discriminatedUnion(
  'action',
  [
    Declare,
    input('recordFact', { text }),
    input('recordAnchor', { ...Anchor.shape, by, supersedes: Moment.nullish() }),
    input('addService', { services: words.min(1), outside: z.union([z.boolean(), word]).optional() }),
    input('proposePlan', {
      track: TaskTrack,
      version: z.int().min(1).optional(),
      text: text.default('as published'),
      tasks: z.array(z.looseObject({ service: word, what: text })).min(1),
    }),
    input('completeTask', {
      service: word,
      track: TaskTrack,
      what: text,
      evidence: z.union([text.transform((one) => [one]), z.array(text)]).default(['as published']),
    }),
    input('emergencyContainment', { service: word, what: text, by }),
    input('decide', {
      gate: z.enum(['determination', 'eradication', 'root-cause']),
      verdict: z.enum(['yes', 'no', 'undetermined', 'approve', 'reject', 'removed', 'not-proven']),
      by,
      reason,
    }),
    SetAffectedTenants,
    ApproveNotice,
    input('logFinding', { class: word, text }),
    input('fileBug', { ref: word, title: text, owner: word.nullish() }),
    input('closeBug', { ref: word, resolution: text.default('resolved') }),
    input('reopen', { what: z.enum(['response', 'entry']), ref: word.optional(), reason }),
    input('holdNotice', { reason, until: Moment }),
  ],
  { error: 'is not an action of this format; see docs/guides/cases.md' },
);
export type Input = z.infer<typeof Input>;
export type Action = Input['action'];
export type InputOf<Of extends Action> = Extract<Input, { readonly action: Of }>;

// Expectations

const due = {
  dueAt: Moment.nullish(),
  dueDay: Moment.nullish(),
  duePrecision: word.nullish(),
  dueFrom: Moment.nullish(),
  dueTo: Moment.nullish(),
  dueLocal: word.nullish(),
};
export type ExpectedDue = z.infer<z.ZodObject<typeof due>>;

const owed = {
  rule: word,
  stage: word.nullish(),
  owedBy: word.nullish(),
  group: word.nullish(),
  with: z.record(word, z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).nullish(),
};
const AnchorName = z.looseObject({ kind: word, at: Moment, precision: word.nullish() });
const Duration = z.string().regex(/^-?P/, 'is not a duration of ISO 8601, such as P3DT2H30M');

const Rival = z.looseObject({
  anchor: AnchorName,
  mark: Mark.default('V'),
  ...due,
  filedAt: Moment.nullish(),
  filedPrecision: word.nullish(),
  verdict: z.enum(['late', 'in-time', 'undecidable']).nullish(),
  lateBy: Duration.nullish(),
  lateMin: Duration.nullish(),
  lateMax: Duration.nullish(),
  earlyMin: Duration.nullish(),
  earlyMax: Duration.nullish(),
});
export type ExpectedRival = z.infer<typeof Rival>;

const service = z.looseObject({
  service: word,
  track: TaskTrack,
  state: z.enum(['none', 'open', 'complete']),
});

const checks = {
  phase: z.looseObject({
    services: z.array(service).optional(),
    response: word.optional(),
    round: z.int().min(1).optional(),
  }),
  gate: z.looseObject({
    gate: z.enum(['eradication', 'recovery', 'stable', 'notice', 'postmortem', 'closing']),
    notice: word.optional(),
    open: z.boolean().optional(),
    lacks: words.optional(),
    lacksNot: words.optional(),
  }),
  obligation: z.looseObject({
    ...owed,
    outcome: z.enum(['applies', 'does-not-apply', 'undecided']).optional(),
    because: word.optional(),
    clock: z.enum(['running', 'not-started', 'undated', 'met', 'overdue']).optional(),
    anchor: AnchorName.nullish(),
    ...due,
  }),
  lateness: z.looseObject({
    ...owed,
    filing: word.nullish(),
    default: Moment.nullish(),
    frozen: Moment.nullish(),
    rivals: z.array(Rival).default([]),
  }),
  notices: z.looseObject({
    notice: word,
    receive: z.record(word, word).default({}),
    unchanged: words.default([]),
  }),
  followup: z.looseObject({
    ref: word,
    state: z.enum(['open', 'resolved', 'waived']).optional(),
    owned: z.boolean().optional(),
  }),
  timeline: z.looseObject({
    instants: z.array(z.looseObject({ ref: word, utc: Moment })).optional(),
    intervals: z.array(z.looseObject({ ref: word, from: Moment, to: Moment })).optional(),
    durations: z
      .array(
        z.looseObject({
          from: word,
          to: word,
          is: Duration.nullish(),
          atLeast: Duration.nullish(),
          atMost: Duration.nullish(),
        }),
      )
      .optional(),
    order: words.optional(),
    anchors: z
      .array(
        z.looseObject({
          kind: word,
          values: z.array(Moment).optional(),
          chosen: Moment.nullish(),
          superseded: z.array(Moment).optional(),
        }),
      )
      .optional(),
    versions: z
      .array(
        z.looseObject({ version: z.int().min(1), count: z.int().min(0).nullish(), unit: word.optional() }),
      )
      .optional(),
    metrics: z
      .array(
        z.looseObject({
          metric: word,
          service: word.optional(),
          is: Duration.nullish(),
          atLeast: Duration.nullish(),
          atMost: Duration.nullish(),
        }),
      )
      .optional(),
  }),
};
export type Check<Kind extends keyof typeof checks> = z.infer<(typeof checks)[Kind]>;

const expectation = <Kind extends keyof typeof checks>(kind: Kind) =>
  z.looseObject({
    id: word,
    kind: z.literal(kind),
    after: word,
    given: z.string().optional(),
    then: z.string().default(''),
    why: z.string().default(''),
    check: checks[kind],
    ...resting,
  });

const Expectation = z.discriminatedUnion(
  'kind',
  [
    expectation('phase'),
    expectation('gate'),
    expectation('obligation'),
    expectation('lateness'),
    expectation('notices'),
    expectation('followup'),
    expectation('timeline'),
  ],
  { error: 'is not a kind of expectation; see docs/guides/cases.md' },
);
export type Expectation = z.infer<typeof Expectation>;

/** What a check of this kind may say; anything else in it is not understood and must not pass. */
export function fieldsOf(kind: Expectation['kind']): readonly string[] {
  return Object.keys(checks[kind].shape);
}

export const fieldsOfRival: readonly string[] = [...Object.keys(Rival.shape), 'heldBy'];

export const CaseFile = z.looseObject({
  id: word,
  title: text,
  summary: z.string().default(''),
  zone: Zone,
  fixture: Fixture,
  facts: z.array(Fact).max(10_000).default([]),
  inputs: z.array(Input).min(1).max(10_000),
  expect: z.array(Expectation).max(10_000).default([]),
});
export type CaseFile = z.infer<typeof CaseFile>;
