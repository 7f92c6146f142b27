/** Whom a rule binds: place, sector, kind of data, role, and whether it was law at the time. Three answers each. */
import type { Rule } from '../contract/rule-pack';
import type { Answer, FactValues } from './conditions';
import { anyOf, everyOf, listOf } from './conditions';

const memberStates = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(
  ' ',
);

const yes: Answer = { truth: 'true' };

/** Facts whose absence leaves open which law applies at all. */
export const scopeFacts: ReadonlySet<string> = new Set([
  'tenant.country',
  'tenant.subdivision',
  'tenant.sector',
]);

/** @param roles of the party that the rule would bind; undefined when nobody said */
export function scopeOf(rule: Rule, values: FactValues, roles: readonly string[] | undefined): Answer {
  return everyOf([
    territory(rule, values),
    overlap('tenant.sector', rule.sectors, values),
    overlap('incident.dataCategories', rule.dataCategories, values),
    role(rule, roles),
  ]);
}

/** A union: where the party is established, or where the affected persons live. */
function territory(rule: Rule, values: FactValues): Answer {
  if (rule.jurisdictions.includes('ZZ')) return yes;
  const codes = placesOf(rule);
  const seat = placeAnswer(codes, textOf(values['tenant.country']), textOf(values['tenant.subdivision']));
  const residences = listOf(values['incident.residence']).map((code) =>
    code === 'EU'
      ? euAnswer(codes)
      : placeAnswer(codes, code.slice(0, 2), code.length > 2 ? code : undefined),
  );
  return anyOf([seat, ...residences]);
}

/** @param code of a country, which includes its states, of a state, or `EU` for its member states */
export function bindsIn(rule: Rule, code: string): boolean {
  const places = placesOf(rule);
  if (code === 'EU') return rule.jurisdictions.includes('EU');
  return [...places].some(
    (place) => place === code || place.startsWith(`${code}-`) || code.startsWith(`${place}-`),
  );
}

const knownPlaces = new WeakMap<Rule, ReadonlySet<string>>();

function placesOf(rule: Rule): ReadonlySet<string> {
  const known = knownPlaces.get(rule);
  if (known !== undefined) return known;
  const places = new Set(rule.jurisdictions.flatMap((code) => (code === 'EU' ? memberStates : [code])));
  knownPlaces.set(rule, places);
  return places;
}

function placeAnswer(
  codes: ReadonlySet<string>,
  country: string | undefined,
  subdivision: string | undefined,
): Answer {
  const own = subdivision ?? country;
  if (own === undefined) return { truth: 'unknown', missing: ['tenant.country'] };
  const seat = country ?? own.slice(0, 2);
  if (codes.has(seat) || codes.has(own)) return yes;
  const isFiner = [...codes].some((code) => code.startsWith(`${seat}-`));
  if (isFiner && subdivision === undefined) return { truth: 'unknown', missing: ['tenant.subdivision'] };
  return {
    truth: 'false',
    because: `binds in ${[...codes].slice(0, 4).join(', ')}${codes.size > 4 ? ', …' : ''}, not in ${own}`,
  };
}

/**
 * The place whose law a rule is under these facts: the seat of the party where the rule binds there, else where persons
 * live whom it protects, else the only place that it names. Its zone and its working days count.
 */
export function governingPlace(rule: Rule, values: FactValues): string | undefined {
  const codes = placesOf(rule);
  const candidates = [
    ...listOf(values['tenant.subdivision']),
    ...listOf(values['tenant.country']),
    ...listOf(values['incident.residence']).flatMap((code) => [code, code.slice(0, 2)]),
  ];
  const only = rule.jurisdictions.length === 1 ? rule.jurisdictions[0] : undefined;
  return candidates.find((code) => codes.has(code)) ?? (only === 'ZZ' ? undefined : only);
}

function euAnswer(codes: ReadonlySet<string>): Answer {
  return memberStates.some((code) => codes.has(code))
    ? yes
    : { truth: 'false', because: 'binds outside the EU' };
}

function overlap(fact: string, wanted: readonly string[], values: FactValues): Answer {
  if (wanted.length === 0) return yes;
  const value = values[fact];
  if (value === undefined) return { truth: 'unknown', missing: [fact] };
  if (wanted.some((word) => listOf(value).includes(word))) return yes;
  return {
    truth: 'false',
    because: `${fact} is ${listOf(value).join(', ')}, the rule asks for ${wanted.join(' or ')}`,
  };
}

function role(rule: Rule, roles: readonly string[] | undefined): Answer {
  if (rule.roles.length === 0) return yes;
  if (roles === undefined) return { truth: 'unknown', missing: ['role'] };
  if (rule.roles.some((wanted) => roles.includes(wanted))) return yes;
  return {
    truth: 'false',
    because: `binds a party that is ${rule.roles.join(' or ')}; the role is ${roles.join(', ')}`,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export interface DatesOfLaw {
  /** Day of the anchor from which the rule counts, in the zone of the rule. */
  readonly anchorDay?: string | undefined;
  readonly anchorKinds: readonly string[];
  /** Days of every other anchor on record. */
  readonly otherDays: readonly string[];
  readonly evaluatedDay?: string | undefined;
}

/** The law at the anchor, not the law of today. */
export function wasInForce({ effectiveFrom, effectiveTo }: Rule, dates: DatesOfLaw): Answer {
  return everyOf([
    effectiveFrom === undefined ? yes : begun(effectiveFrom, dates),
    effectiveTo === undefined ? yes : notEnded(effectiveTo, dates),
  ]);
}

function begun(from: string, { anchorDay, anchorKinds, otherDays, evaluatedDay }: DatesOfLaw): Answer {
  if (anchorDay !== undefined)
    return anchorDay >= from ? yes : { truth: 'false', because: `in force from ${from}, after the anchor` };
  if (evaluatedDay !== undefined && evaluatedDay < from)
    return { truth: 'false', because: `in force from ${from}, after the evaluation` };
  const isOlder = otherDays.length > 0 && otherDays.every((day) => day < from);
  return isOlder ? { truth: 'unknown', missing: anchorKinds.map((kind) => `anchors.${kind}`) } : yes;
}

function notEnded(to: string, { anchorDay, evaluatedDay }: DatesOfLaw): Answer {
  const day = anchorDay ?? evaluatedDay;
  return day === undefined || day < to ? yes : { truth: 'false', because: `no longer in force since ${to}` };
}
