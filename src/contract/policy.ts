/**
 * The provider's own rules about how incidents are run: data, pinned to an incident when it is declared. Every field
 * says what it is, why its default is what it is, and the requirement behind it: `firebreak policy show` and
 * docs/guides/policy.md are made of that.
 */
import { z } from 'zod';
import { Severity } from './declaration';
import { NoticeKind } from './messages';
import { ContactKind } from './tenant-import';

const bySeverity = (value: z.ZodNumber) =>
  z.strictObject({ low: value, moderate: value, high: value, critical: value });

/** What the provider is: its own duties and its role towards tenants are judged by it. */
export const Provider = z.strictObject({
  roles: z.array(z.string().min(1).max(100)).min(1).max(20),
  country: z.string().length(2).optional(),
  subdivision: z.string().max(10).optional(),
  timeZone: z.string().max(60).optional(),
  sectors: z.array(z.string().min(1).max(100)).max(20).optional(),
});
export type Provider = z.infer<typeof Provider>;

/** Something about an incident that must be known and so before a policy does without the executive (S23). */
export const ApprovalCondition = z.discriminatedUnion('condition', [
  z.strictObject({ condition: z.literal('severity-at-most'), severity: Severity }),
  z.strictObject({ condition: z.literal('tenants-at-most'), tenants: z.int().min(0) }),
  z.strictObject({ condition: z.literal('fact-is'), fact: z.string().min(1).max(500), value: z.boolean() }),
]);
export type ApprovalCondition = z.infer<typeof ApprovalCondition>;

/** One rung of the ladder that a notice climbs when a contact refuses. */
export const FallbackStep = z.discriminatedUnion('channel', [
  z.strictObject({
    channel: z.literal('email'),
    /** `rule`: of the kinds that the tenant's rules name, the most urgent rule first; security, then privacy, where they name none. */
    contacts: z.enum(['rule', ...ContactKind.options, 'any']),
  }),
  z.strictObject({ channel: z.literal('webhook') }),
  z.strictObject({ channel: z.literal('dashboard') }),
]);
export type FallbackStep = z.infer<typeof FallbackStep>;

const channelWords = z.array(z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be the word of a rule')).max(20);

/** In the words that rules have for channels. */
export const ChannelsCountAs = z.strictObject({
  email: channelWords,
  webhook: channelWords,
  dashboard: channelWords,
});
export type ChannelsCountAs = z.infer<typeof ChannelsCountAs>;

export const Policy = z.strictObject({
  provider: Provider.meta({
    description:
      'What you are in the eyes of the law: roles, country, time zone, sectors. Rules judge your own duties and your role towards tenants by it. The default is a cloud provider that processes data for others, in no country: write yours (S38).',
  }),
  containmentAlarmMinutes: bySeverity(z.number().positive()).meta({
    unit: 'minutes since detection',
    description:
      'A service that is not contained by then is an alarm: an event, a highlighted line, a page to whoever is on call. The defaults leave a critical incident an hour and a low one a day (S13).',
  }),
  approvalNotNecessaryWhen: z.array(ApprovalCondition).max(20).meta({
    description:
      'When eradication needs no executive: every condition of the list must be known to hold. What is not known makes the approval necessary, and so does a service that declines. The list is empty by default: an approval is always necessary, because only you can say when it is not (S23).',
  }),
  supporterRequired: z.boolean().meta({
    description:
      'Whether a plan must name, for each service of yours, somebody of the security response who supports its team. On by default: a team that nobody supports is found out too late (S12).',
  }),
  emergencyReviewHours: z.number().positive().meta({
    unit: 'hours since it was recorded',
    description:
      'An emergency action is reviewed by an executive within this time. The action itself never waits; a day lets the review be made by daylight (S23).',
  }),
  watchDays: bySeverity(z.number().positive()).meta({
    unit: 'days',
    description:
      'How long the watch lasts when startWatch names no end. A month for what was serious: intruders come back within weeks (S33).',
  }),
  leastWatchDays: bySeverity(z.number().min(0)).meta({
    unit: 'days',
    description:
      'A watch that is shorter is refused, when it starts and when it ends. None by default: the two exit checks decide, not the calendar (S33–S35).',
  }),
  entryGraceHours: z.number().positive().meta({
    unit: 'hours',
    description:
      'So long an entry may be without an owner before it is raised: a day, in which somebody can be asked (S65).',
  }),
  reminderHours: z.number().positive().meta({
    unit: 'hours',
    description:
      'What is still open is raised again and again, this far apart. Daily by default: rarer is forgotten, more often is ignored (S65, S66).',
  }),
  askTrackerEveryHours: z.number().positive().nullable().meta({
    unit: 'hours',
    description:
      'How often your issue tracker is asked how the entries of an incident stand; a new entry is given an issue there at once, with its priority. `null`, the default, is no tracker: name yours with FIREBREAK_TRACKER first. Drills never reach it (S56, S59).',
  }),
  escalateAfterReminders: z.int().min(1).meta({
    unit: 'reminders',
    description:
      'So many reminders without a change, and an entry is raised above its owner. Three, because the first may be missed and the second may be put off (S59).',
  }),
  deadlineMarginMinutes: z.number().positive().meta({
    unit: 'minutes',
    description:
      'So long before a deadline it is announced. Four hours leave time for a text, an approval and the mails (S37).',
  }),
  approvalsNeeded: z.strictObject({ eradication: z.int().min(1), notice: z.int().min(1) }).meta({
    unit: 'approvers',
    description:
      'So many different people have to approve the same version. One by default; whoever proposed it never counts (S04, S23, S46).',
  }),
  missingTranslation: z.enum(['block', 'fallback']).meta({
    description:
      'When a notice lacks a language that recipients need: `block`, it cannot leave; `fallback`, they get its English. The default blocks, because an unread notice is none (S45).',
  }),
  fallbacks: z.array(FallbackStep).min(1).max(20).meta({
    description:
      'To whom a notice goes, and how: when one step refuses, the next. An address that bounced comes behind all others, and in the end always a person. A channel that no rule of the tenant allows is left out. `contacts` is a kind, `any`, or `rule`: the kinds that the rules of the tenant name, the most urgent first; security, then privacy, where they name none. The default is mail to these, to administrators, to anybody, then the webhook; the dashboard tells only those who read it, and only what everybody may know (S41, S42, S48, S49).',
  }),
  channelsCountAs: ChannelsCountAs.meta({
    description:
      'What each of our channels is in the words that rules have for channels. A rule is met by a channel that counts as one of those it lists; what it lists beyond that is a task for a person. Mail is `email` and nothing more by default: whether it is `written` is for your counsel to say. A webhook delivers into a system of the customer, as a `portal` does; the dashboard is a `public-notice` (S41).',
  }),
  pageDrills: z.boolean().meta({
    description:
      'Whether alarms of drills page whoever is on call, marked as a drill. Off by default: nobody is woken for an exercise unless that is what you exercise (S13).',
  }),
  deferralSeconds: z.array(z.number().positive()).min(1).meta({
    unit: 'seconds',
    description:
      'Pauses before a mail that a relay deferred is tried again, one after the other; the last one repeats. From a minute to an hour, as relays expect (S47).',
  }),
  deliveryShardSize: z.int().min(1).meta({
    unit: 'mails',
    description:
      'So many mails go to one delivery workflow; at most eight share a campaign. Small campaigns stay one workflow, large ones leave by several lines (S47).',
  }),
  relayRetryWindowMinutes: z.number().positive().meta({
    unit: 'minutes',
    description:
      'How long a relay may defer a mail before it takes it. Part of the latest safe start of a notice. Two hours cover greylisting and its first few retries (S47).',
  }),
  fallbackLadderMinutes: z.number().positive().meta({
    unit: 'minutes',
    description:
      'How long it takes to go on to the further contacts of a tenant. The other part of the latest safe start. An hour by default (S47).',
  }),
  relayPauseSeconds: z.number().positive().meta({
    unit: 'seconds',
    description:
      'How long deliveries pause after the relay could not be reached. A minute by default: short enough to be there when it is back (S47).',
  }),
  deliveriesInDoubt: z.record(NoticeKind, z.enum(['resend', 'hold'])).meta({
    description:
      'What happens, by kind of notice, to a message that may have gone out and of which nothing can be learnt: `resend`, the same bytes go out once more; `hold`, it waits for somebody who decides. `resend` by default, because a breach notice that is lost is worse than one that comes twice (S47).',
  }),
});
export type Policy = z.infer<typeof Policy>;
