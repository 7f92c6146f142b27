/**
 * Facts for a rule, derived from the rule itself: those that make it apply, and for every question it asks those that
 * make it not. They show that each part of each rule is read; that the parts say what the law says is shown by the
 * cases written by hand beside this file.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import type { RuleFactValue } from '../../src/contract/rule-facts';
import type { Clock, Condition, Rule, RulePack, Start } from '../../src/contract/rule-pack';
import { RulePackFile } from '../../src/contract/rule-pack';
import type { RuleEvaluation } from '../../src/domain/obligations';
import { evaluateRules } from '../../src/domain/obligations';
import type { RuleFacts } from '../../src/domain/rule-profile';

export const rulesDirectory = join(__dirname, '../../rules');

/** The bundled rules, read at once so that tests can be made of them. */
export function bundledPack(): RulePack {
  const files = readdirSync(rulesDirectory)
    .filter((name) => name.endsWith('.json') && name !== 'not-encoded.json')
    .map((name) => RulePackFile.parse(JSON.parse(readFileSync(join(rulesDirectory, name), 'utf8'))));
  return {
    version: 'bundled',
    digest: '',
    facts: files.flatMap(({ facts }) => facts),
    implies: Object.assign({}, ...files.map(({ implies }) => implies)) as RulePack['implies'],
    zones: Object.assign({}, ...files.map(({ zones }) => zones)) as RulePack['zones'],
    rules: files.flatMap(({ rules }) => rules),
  };
}

const holidays = holidayCalendars();

/** The outcome of one rule, for the party that its first duty is about. */
export function evaluateRule(pack: RulePack, rule: Rule, facts: RuleFacts): RuleEvaluation {
  const party = rule.duties[0] === 'provider-own' ? 'provider' : 'tenant';
  const alone = { ...pack, rules: [rule] };
  const [evaluation] = evaluateRules(alone, facts, { mode: 'conservative', holidays, party });
  if (evaluation === undefined) throw new Error(`${rule.id} is a duty of nobody`);
  return evaluation;
}

type Values = Readonly<Record<string, RuleFactValue>>;

/** A Friday on which all rules of today are law, or the last day before a rule was replaced. */
function dayOfLaw({ effectiveFrom, effectiveTo }: Rule): string {
  if (effectiveTo !== undefined) return dayBefore(effectiveTo);
  return effectiveFrom !== undefined && effectiveFrom > '2026-11-20' ? effectiveFrom : '2026-11-20';
}

export function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}

/** Everything that the rule asks for in place, sector, data and role, and the moment at which its clock starts. */
export function factsInScope(rule: Rule, conditions: Values, day = dayOfLaw(rule)): RuleFacts {
  const roles = rule.roles.length === 0 ? ['processor'] : rule.roles.slice(0, 1);
  const moment = `${day}T10:00:00Z`;
  return {
    values: {
      ...placeValues(rule),
      'tenant.sector': rule.sectors.slice(0, 1).concat(rule.sectors.length === 0 ? ['software'] : []),
      'incident.dataCategories': rule.dataCategories
        .slice(0, 1)
        .concat(rule.dataCategories.length === 0 ? ['personal-data'] : []),
      ...conditions,
    },
    providerRoles: roles,
    tenantRoles: roles,
    zone: 'UTC',
    anchors: anchorsOf(rule.clock).map((kind) => ({ kind, at: moment })),
    submissions: Object.fromEntries(submissionsOf(rule.clock).map((step) => [step, moment])),
    contracts: [{ within: 'PT72H', anchor: 'awareness' }],
    evaluatedAt: moment,
  };
}

function placeValues({ jurisdictions: [place = 'ZZ'] }: Rule): Values {
  if (place === 'ZZ') return { 'tenant.country': 'DE' };
  if (place === 'EU') return { 'tenant.country': 'FR' };
  return place.includes('-')
    ? { 'tenant.country': place.slice(0, 2), 'tenant.subdivision': place }
    : { 'tenant.country': place };
}

export function startsOf(clock: Clock): Start[] {
  if (clock.kind === 'contract') return ['awareness'];
  return clock.kind === 'undated' ? [clock.from] : clock.limbs.map(({ from }) => from);
}

export function anchorsOf(clock: Clock) {
  return startsOf(clock).flatMap((start) => (typeof start === 'object' ? [] : [start]));
}

export function submissionsOf(clock: Clock): string[] {
  return startsOf(clock).flatMap((start) => (typeof start === 'object' ? [start.submissionOf] : []));
}

// Conditions

type Leaf = Extract<Condition, { fact: string }>;

/** Values under which the condition hangs on one question alone: answered one way it is met, the other way it is not. */
export interface Decisive {
  readonly leaf: Leaf;
  readonly met: Values;
  readonly unmet: Values;
}

export function decisiveFor(condition: Condition): Decisive[] {
  if ('all' in condition) return amongOthers(condition.all, meeting);
  if ('any' in condition) return amongOthers(condition.any, failing);
  if ('not' in condition)
    return decisiveFor(condition.not).map(({ leaf, met, unmet }) => ({ leaf, met: unmet, unmet: met }));
  if ('always' in condition) return [];
  return [{ leaf: condition, met: meeting(condition), unmet: failing(condition) }];
}

function amongOthers(parts: readonly Condition[], valuesOf: (condition: Condition) => Values): Decisive[] {
  return parts.flatMap((part, index) => {
    const others = joined(parts.filter((_, other) => other !== index).map(valuesOf));
    return decisiveFor(part).map(({ leaf, met, unmet }) => ({
      leaf,
      met: { ...others, ...met },
      unmet: { ...others, ...unmet },
    }));
  });
}

export function meeting(condition: Condition): Values {
  if ('all' in condition) return joined(condition.all.map(meeting));
  if ('any' in condition) return condition.any[0] === undefined ? {} : meeting(condition.any[0]);
  if ('not' in condition) return failing(condition.not);
  return 'always' in condition ? {} : { [condition.fact]: answerYes(condition) };
}

export function failing(condition: Condition): Values {
  if ('all' in condition) return condition.all[0] === undefined ? {} : failing(condition.all[0]);
  if ('any' in condition) return joined(condition.any.map(failing));
  if ('not' in condition) return meeting(condition.not);
  return 'always' in condition ? {} : { [condition.fact]: answerNo(condition) };
}

function joined(parts: readonly Values[]): Values {
  return Object.assign({}, ...parts) as Values;
}

function answerYes(leaf: Leaf): RuleFactValue {
  if ('is' in leaf) return leaf.is;
  if ('oneOf' in leaf) return leaf.oneOf[0] ?? '';
  if ('includesAny' in leaf) return leaf.includesAny.slice(0, 1);
  if ('within' in leaf) return leaf.within.slice(0, 1);
  return 'atLeast' in leaf ? leaf.atLeast : leaf.over + 1;
}

/** Numbers fail by one: a limit that is off by one is the likeliest mistake. */
function answerNo(leaf: Leaf): RuleFactValue {
  if ('is' in leaf) {
    if (typeof leaf.is === 'boolean') return !leaf.is;
    return typeof leaf.is === 'number' ? leaf.is + 1 : 'something-else';
  }
  if ('oneOf' in leaf) {
    const numbers = leaf.oneOf.filter((option) => typeof option === 'number');
    return numbers.length > 0 ? Math.max(...numbers) + 1 : 'something-else';
  }
  if ('includesAny' in leaf || 'within' in leaf) return ['something-else'];
  return 'atLeast' in leaf ? leaf.atLeast - 1 : leaf.over;
}

export function without(facts: RuleFacts, name: string): RuleFacts {
  const { [name]: _left, ...values } = facts.values;
  return { ...facts, values };
}

export function withValues(facts: RuleFacts, values: Values): RuleFacts {
  return { ...facts, values: { ...facts.values, ...values } };
}
