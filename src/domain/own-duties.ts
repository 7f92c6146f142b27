/**
 * What tenants have to do themselves once our notice has told them: which of their own periods begin with its receipt,
 * and how long they are. Made for the text of a notice, from the rules and the profiles of those who get it; evaluates
 * rules, so the workflow never imports it.
 */
import type { Rule, RulePack } from '../contract/rule-pack';
import type { HolidaySource } from './clocks-calendars';
import { durationInWords, readDuration } from './clocks-duration';
import type { Instant } from './instant';
import { evaluateRules, type RuleEvaluation } from './obligations';
import type { IncidentRuleFacts, ProviderProfile, TenantProfile } from './rule-profile';
import { factsOfTenant } from './rule-profile';
import { scopeFacts } from './rule-scope';

/** The key under which a notice carries them as content. */
export const OWN_DUTIES_KEY = 'your-own-duties';

export interface OwnDutySources {
  readonly pack: RulePack;
  readonly holidays: HolidaySource;
  /** When the notice is received. */
  readonly receivedAt: Instant;
  readonly facts: IncidentRuleFacts;
  readonly provider: ProviderProfile;
  readonly profiles: readonly { readonly profile: TenantProfile; readonly tenants: number }[];
}

/** One duty of tenants' own whose period begins when they learn of the incident. */
export interface OwnDuty {
  readonly ruleId: string;
  readonly regime: string;
  readonly title: string;
  readonly citation: string;
  /** From the receipt, such as `72 h`; absent when the law has no number. */
  readonly within?: string;
  /** The same as an instant of the first who would be late, were the notice received at `receivedAt`. */
  readonly dueAt?: Instant;
  /** What decides whether it is owed, in the words in which a person is asked; empty when it is owed. */
  readonly dependsOn: readonly string[];
  /** Where the tenants are that owe it, sorted. */
  readonly places: readonly string[];
  readonly tenants: number;
}

/** The most urgent first; those without a number last. What waits for the place or sector of a tenant is left out. */
export function ownDutiesOf(sources: OwnDutySources): OwnDuty[] {
  const found = sources.profiles.flatMap(({ profile, tenants }) =>
    evaluateOwn(profile, sources).flatMap((evaluation) => dutyOf(evaluation, profile, tenants, sources.pack)),
  );
  const byRule = new Map<string, OwnDuty>();
  for (const duty of found) {
    const known = byRule.get(duty.ruleId);
    byRule.set(duty.ruleId, known === undefined ? duty : together(known, duty));
  }
  return [...byRule.values()].sort(
    (left, right) => urgency(left).localeCompare(urgency(right)) || left.ruleId.localeCompare(right.ruleId),
  );
}

/** Receipt is when a tenant becomes aware, and when it discovers: no other moment of its own is known to us. */
function evaluateOwn(profile: TenantProfile, sources: OwnDutySources): RuleEvaluation[] {
  const { receivedAt, facts, provider, pack, holidays } = sources;
  const anchors = (['awareness', 'detection'] as const).map((kind) => ({ kind, at: receivedAt }));
  const moments = { anchors, submissions: {}, evaluatedAt: receivedAt };
  return evaluateRules(pack, factsOfTenant(profile, facts, moments, provider), {
    mode: 'conservative',
    holidays,
    party: 'tenant',
  });
}

function dutyOf(
  { rule, duty, outcome, missingFacts, steps }: RuleEvaluation,
  { country, subdivision }: TenantProfile,
  tenants: number,
  pack: RulePack,
): OwnDuty[] {
  const isOwed = outcome === 'applies' || outcome === 'undecided';
  const isUnsettled = missingFacts.some((fact) => scopeFacts.has(fact));
  if (duty !== 'tenant-own' || !isOwed || isUnsettled || !beginsWithKnowledge(rule)) return [];
  const within = periodOf(rule);
  const dueAt = steps[0]?.dueAt;
  return [
    {
      ruleId: rule.id,
      regime: rule.regime,
      title: rule.title,
      citation: rule.citation,
      ...(within !== undefined && { within }),
      ...(dueAt !== undefined && { dueAt }),
      dependsOn: missingFacts.map((fact) => pack.facts.find(({ name }) => name === fact)?.question ?? fact),
      places: [subdivision ?? country].filter((place) => place !== null),
      tenants,
    },
  ];
}

function beginsWithKnowledge({ clock }: Rule): boolean {
  if (clock.kind === 'undated') return isKnowledge(clock.from);
  return clock.kind === 'dated' && clock.limbs.some(({ from }) => isKnowledge(from));
}

function isKnowledge(start: unknown): boolean {
  return start === 'awareness' || start === 'detection';
}

function periodOf({ clock }: Rule): string | undefined {
  if (clock.kind !== 'dated') return undefined;
  const limb = clock.limbs.find(({ from }) => isKnowledge(from));
  if (limb === undefined) return undefined;
  const period = durationInWords(readDuration(limb.within));
  const businessDays = clock.counting === 'business-days' ? period.replace('day', 'business day') : period;
  return limb.fromYearEnd === true ? `${businessDays} from the end of the year` : businessDays;
}

/** The strictest stands for all; what is owed by one is not in doubt for the reader. */
function together(left: OwnDuty, right: OwnDuty): OwnDuty {
  const [dueAt] = [left.dueAt, right.dueAt].filter((instant) => instant !== undefined).sort();
  return {
    ...left,
    ...(dueAt !== undefined && { dueAt }),
    dependsOn: left.dependsOn.length < right.dependsOn.length ? left.dependsOn : right.dependsOn,
    places: [...new Set([...left.places, ...right.places])].sort(),
    tenants: left.tenants + right.tenants,
  };
}

function urgency({ dueAt }: OwnDuty): string {
  return dueAt ?? '9999';
}

// For the text of a notice

const SHOWN_PLACES = 6;
const MAXIMUM_LENGTH = 4000;

const opening =
  'Receiving this notice may start periods of your own. These are the ones we know of; the list is no legal advice and may not be complete.';

/** Markdown of a section of a notice; never longer than `maximum` characters: what is urgent stays, the rest is counted. */
export function ownDutiesText(duties: readonly OwnDuty[], maximum = MAXIMUM_LENGTH): string {
  const lines = duties.map(lineOf);
  const textOf = (shown: number) =>
    [[opening, ''].join('\n'), ...lines.slice(0, shown), ...remainder(lines.length - shown)].join('\n');
  let shown = lines.length;
  while (shown > 0 && textOf(shown).length > maximum) shown -= 1;
  return textOf(shown);
}

function remainder(hidden: number): string[] {
  return hidden === 0 ? [] : [`- … and ${hidden} more that are less urgent; ask us for the whole list.`];
}

function lineOf({ regime, title, citation, within, dependsOn, places }: OwnDuty): string {
  const more = places.length - SHOWN_PLACES;
  const where = [...places.slice(0, SHOWN_PLACES), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const when = within === undefined ? 'without a number in the law' : `within ${within} of receiving this`;
  const doubt = dependsOn.length === 0 ? '' : ` It depends on: ${dependsOn.join(' ')}`;
  return `- **${regime}**${where === '' ? '' : ` (${where})`}, ${when}: ${title}. ${citation}.${doubt}`;
}
