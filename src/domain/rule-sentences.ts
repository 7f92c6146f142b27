/** Rules for people who read no data: their clock, their conditions and whom they bind, in plain sentences. */
import type { Clock, Condition, Limb, Rule, Start } from '../contract/rule-pack';
import { durationInWords, readDuration } from './clocks-duration';
import { inWords } from './conditions';

const countedAs: Readonly<Record<Extract<Clock, { kind: 'dated' }>['counting'], string>> = {
  'elapsed-hours': '',
  'calendar-days': 'calendar days of which the first is not counted',
  'business-days': 'business days',
  'reg-1182-71': 'counted as Regulation 1182/71 says',
  'dora-rts-5': 'counted as DORA says',
  'sec-form-8k': 'business days, until 17:30',
  'jp-appi': 'of which the day itself is the first',
};

/** `72 h from awareness, counted as Regulation 1182/71 says`. */
export function clockSentence(clock: Clock): string {
  if (clock.kind === 'contract') return 'as the contract of the tenant says';
  if (clock.kind === 'undated')
    return `no number in the law, from ${startInWords(clock.from)}; policy: ${spoken(clock.soft)}`;
  const limits = clock.limbs.map(limbInWords).join(', or if that is earlier ');
  const notes = [
    countedAs[clock.counting],
    clock.calendar === undefined || clock.counting === 'elapsed-hours' ? '' : `calendar ${clock.calendar}`,
    clock.zone === undefined ? '' : `on the clocks of ${clock.zone}`,
    clock.relief === undefined
      ? ''
      : `noon of the next working day when it ends on a free one${onlyIf(clock.relief)}`,
    clock.rolls === true ? 'moved off free days in the longest reading' : '',
  ];
  return [limits, ...notes.filter((note) => note !== '')].join('; ');
}

function limbInWords({ from, within, lapsesIfLater, fromYearEnd }: Limb): string {
  const start = fromYearEnd === true ? `the end of the year of ${startInWords(from)}` : startInWords(from);
  const lapse = lapsesIfLater === undefined ? '' : ` (not when ${lapsesIfLater} comes later than that)`;
  return `${spoken(within)} from ${start}${lapse}`;
}

function spoken(duration: string): string {
  return durationInWords(readDuration(duration));
}

function startInWords(start: Start): string {
  return typeof start === 'string' ? start : `the submission of ${start.submissionOf}`;
}

function onlyIf(condition: Condition): string {
  return 'always' in condition ? '' : `, if ${conditionSentence(condition)}`;
}

/** `(incident.significantHarm is yes or incident.individuals at least 500)`. */
export function conditionSentence(condition: Condition): string {
  if ('all' in condition) return joined(condition.all, ' and ');
  if ('any' in condition) return joined(condition.any, ' or ');
  if ('not' in condition) return `not ${conditionSentence(condition.not)}`;
  if ('always' in condition) return 'always';
  return `${condition.fact} ${testInWords(condition)}`;
}

function joined(conditions: readonly Condition[], word: string): string {
  const sentences = conditions.map(conditionSentence);
  return sentences.length === 1 ? (sentences[0] ?? '') : `(${sentences.join(word)})`;
}

function testInWords(test: Extract<Condition, { fact: string }>): string {
  if ('is' in test) return `is ${inWords(test.is)}`;
  if ('oneOf' in test) return `is ${test.oneOf.join(' or ')}`;
  if ('includesAny' in test) return `includes ${test.includesAny.join(' or ')}`;
  if ('within' in test) return `is nothing but ${test.within.join(' or ')}`;
  return 'atLeast' in test ? `is at least ${test.atLeast}` : `is over ${test.over}`;
}

/** All of a rule, one thing a line. */
export function ruleSentences(rule: Rule): readonly string[] {
  const either = (words: readonly string[], none: string) => (words.length === 0 ? none : words.join(', '));
  return [
    `${rule.id}${rule.aliases.length === 0 ? '' : ` (also ${rule.aliases.join(', ')})`}`,
    `${rule.regime}: ${rule.title}`,
    `status: ${rule.status}${datesOf(rule)}`,
    ...(rule.disabled === undefined ? [] : [`not applied: ${rule.disabled}`]),
    `binds in: ${rule.jurisdictions.join(', ')}`,
    `duty: ${rule.duties.join(', ')}; role: ${either(rule.roles, 'any')}`,
    `sectors: ${either(rule.sectors, 'any')}; data: ${either(rule.dataCategories, 'any')}`,
    `tell: ${rule.recipient}, by ${rule.channels.join(' or ')}`,
    ...(rule.when === undefined ? [] : [`when: ${conditionSentence(rule.when)}`]),
    ...rule.assumptions.map(
      ({ fact, value, because }) => `unless known, ${fact} is taken to be ${inWords(value)}: ${because}`,
    ),
    ...rule.suppressors.map(suppressorInWords),
    ...(rule.hold === undefined ? [] : [holdInWords(rule.hold)]),
    `${rule.stage}: ${clockSentence(rule.clock)}`,
    ...rule.followUps.map(followUpInWords),
    `must say: ${either(rule.requiredContent, 'what the form asks')}`,
    ...(rule.notes === undefined ? [] : [`note: ${rule.notes}`]),
    `written in: ${rule.citation}`,
    ...(rule.source === undefined ? [] : [`source: ${rule.source}`]),
    `checked against: ${rule.verifiedAgainst}; confidence ${rule.confidence}`,
  ];
}

function datesOf({ effectiveFrom, effectiveTo }: Rule): string {
  const from = effectiveFrom === undefined ? '' : `, from ${effectiveFrom}`;
  return effectiveTo === undefined ? from : `${from} until ${effectiveTo}`;
}

function suppressorInWords({ claim, provided, because }: Rule['suppressors'][number]): string {
  const proviso = provided === undefined ? '' : ` and ${conditionSentence(provided)}`;
  return `lifted when somebody claims that ${conditionSentence(claim)}${proviso}: ${because}`;
}

function holdInWords({ by, within }: NonNullable<Rule['hold']>): string {
  const fresh = within === undefined ? 'its period again' : spoken(within);
  return `may be held by ${by}; after the release: ${fresh}`;
}

function followUpInWords({ stage, when, clock, repeatsUntil }: Rule['followUps'][number]): string {
  const condition = when === undefined ? '' : `, when ${conditionSentence(when)}`;
  const cadence = repeatsUntil === undefined ? '' : `; again after each, until ${repeatsUntil}`;
  return `${stage}: ${clockSentence(clock)}${cadence}${condition}`;
}
