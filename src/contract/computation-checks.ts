/**
 * Whether one computation that a person wrote can be computed at all: its rule, facts, kinds and places are known, its
 * moments exist, mean one instant and lie behind the moment of evaluation. Nothing that is wrong is read as something
 * else.
 */
import { readMoment, isZone, type ReadMoment } from '../domain/clocks-moments';
import { compareInstants } from '../domain/instant';
import { nearestNames, suggestion } from '../domain/nearest-names';
import { InputProblem } from './input-problem';
import { parseInput } from './parse-input';
import { isCountry, isSubdivision } from './places';
import { builtInFacts, Computation, StartKind, type FactDeclaration, type RuleFactValue } from './rule-facts';
import { CalendarName, type RulePack } from './rule-pack';

/** The word by which a computation asks for every rule. */
export const EVERY_RULE = 'merge';

/**
 * @param where such as the file, and the id of the computation in it
 * @throws InputProblem that begins with `where` and names path and problem
 */
export function computationFrom(input: unknown, pack: RulePack, where: string): Computation {
  const computation = parseInput(Computation, input, where);
  for (const [path, problem] of problemsOf(computation, pack))
    throw new InputProblem(`${where}: ${path}: ${problem}`, path);
  return computation;
}

type Problem = readonly [path: string, problem: string];

function* problemsOf(computation: Computation, pack: RulePack): Iterable<Problem> {
  const { rule, facts } = computation;
  const { tenant, incident, role, contract, hold } = facts;
  const known = knownWords(pack);
  if (rule !== EVERY_RULE && !known.rules.includes(rule)) yield ['rule', unknownName(rule, known.rules)];
  yield* zoneProblems(tenant['zone']);
  yield* factProblems('tenant', tenant, known.facts);
  yield* factProblems('incident', incident, known.facts);
  yield* placeProblems(facts);
  yield* wordProblems('facts.role', role ?? [], known.roles);
  yield* wordProblems('facts.tenant.sector', wordsOf(tenant['sector']), known.sectors);
  yield* wordProblems('facts.incident.dataCategories', wordsOf(incident['dataCategories']), known.categories);
  if (contract !== undefined) yield* kindProblems('facts.contract.anchor', contract.anchor);
  if (hold !== undefined) yield* wordProblems('facts.hold.by', hold.by, ['law-enforcement']);
  yield* calendarProblems(facts.calendar);
  yield* momentProblems(computation, known.steps);
}

function knownWords({ rules, facts, implies }: RulePack) {
  const implied = Object.entries(implies).flatMap(([word, wider]) => [word, ...wider]);
  return {
    rules: rules.flatMap(({ id, aliases }) => [id, ...aliases]),
    steps: rules.flatMap(({ id, aliases, stage, followUps }) => [
      id,
      ...aliases,
      `${id}/${stage}`,
      ...followUps.map((followUp) => `${id}/${followUp.stage}`),
    ]),
    facts: new Map([...builtInFacts, ...facts].map((fact) => [fact.name, fact])),
    roles: rules.flatMap(({ roles }) => roles),
    sectors: rules.flatMap(({ sectors }) => sectors),
    categories: [...rules.flatMap(({ dataCategories }) => dataCategories), ...implied],
  };
}

function unknownName(name: string, known: readonly string[]): string {
  return `${name} is not in the rule pack${suggestion(name, known)}`;
}

// Facts

function* factProblems(
  party: 'tenant' | 'incident',
  facts: Readonly<Record<string, RuleFactValue>>,
  known: ReadonlyMap<string, FactDeclaration>,
): Iterable<Problem> {
  for (const [word, value] of Object.entries(facts)) {
    const name = word.startsWith(`${party}.`) ? word : `${party}.${word}`;
    if (name === 'tenant.zone') continue;
    const path = `facts.${name}`;
    const fact = known.get(name);
    if (fact === undefined) yield [path, unknownFact(name, known)];
    else if (!isOfType(value, fact.type))
      yield [path, `must be ${typeInWords[fact.type]}; it is ${JSON.stringify(value)}`];
  }
}

function unknownFact(name: string, known: ReadonlyMap<string, FactDeclaration>): string {
  const [, word = ''] = name.split('.');
  const elsewhere = [`tenant.${word}`, `incident.${word}`].find((each) => known.has(each));
  if (elsewhere !== undefined) return `is not a fact here; it is facts.${elsewhere}`;
  const party = name.slice(0, name.length - word.length);
  const words = [...known.keys()].filter((each) => each.startsWith(party));
  const meant = suggestion(
    word,
    words.map((each) => each.slice(party.length)),
  );
  return `is not a fact that a rule asks for${meant === '' ? '; firebreak rules show <id> says which are' : meant}`;
}

function isOfType(value: RuleFactValue, type: FactDeclaration['type']): boolean {
  if (type === 'truth') return typeof value === 'boolean';
  if (type === 'number') return typeof value === 'number' && value >= 0;
  return typeof value === 'string' || (type === 'words' && Array.isArray(value));
}

const typeInWords: Readonly<Record<FactDeclaration['type'], string>> = {
  truth: 'true or false',
  number: 'a number that is not negative',
  word: 'one word',
  words: 'a word or a list of words',
};

/** A word that no rule asks for is a word like any other, unless it looks like one that rules ask for. */
function* wordProblems(
  path: string,
  words: string | readonly string[],
  known: readonly string[],
): Iterable<Problem> {
  for (const word of typeof words === 'string' ? [words] : words) {
    if (known.includes(word) || nearestNames(word, known).length === 0) continue;
    yield [path, `no rule asks for ${word}${suggestion(word, known)}`];
  }
}

function wordsOf(value: RuleFactValue | undefined): readonly string[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' ? [value] : [];
}

// Places, zones, calendars

function* placeProblems({ tenant, incident }: Computation['facts']): Iterable<Problem> {
  const { country, subdivision } = tenant;
  if (typeof country === 'string' && !isCountry(country))
    yield ['facts.tenant.country', `${country} is not a country of ISO 3166-1; write two letters such as DE`];
  if (typeof subdivision === 'string' && !isSubdivision(subdivision))
    yield ['facts.tenant.subdivision', `${subdivision} is not a code of ISO 3166-2 such as US-CA`];
  if (
    typeof subdivision === 'string' &&
    typeof country === 'string' &&
    !subdivision.startsWith(`${country}-`)
  )
    yield ['facts.tenant.subdivision', `${subdivision} is not in ${country}`];
  for (const place of wordsOf(incident['residence']))
    if (place !== 'EU' && !isCountry(place) && !isSubdivision(place))
      yield ['facts.incident.residence', `${place} is not a code of ISO 3166-1 or 3166-2, nor EU`];
}

function* zoneProblems(zone: RuleFactValue | undefined): Iterable<Problem> {
  if (zone === undefined || (typeof zone === 'string' && isZone(zone))) return;
  yield [
    'facts.tenant.zone',
    `${JSON.stringify(zone)} is not a time zone; use an IANA name such as Europe/Berlin`,
  ];
}

function* calendarProblems(calendar: string | undefined): Iterable<Problem> {
  if (calendar === undefined || CalendarName.safeParse(calendar).success) return;
  if (isCountry(calendar) || isSubdivision(calendar)) return;
  const names = CalendarName.options.join(', ');
  yield ['facts.calendar', `${calendar} is not a calendar: use ${names}, or the code of a place`];
}

// Moments

const startWords: readonly string[] = [...StartKind.options, 'discovery'];

function* kindProblems(path: string, kind: string): Iterable<Problem> {
  if (startWords.includes(kind)) return;
  const meant = suggestion(kind, startWords) || `; it is one of ${startWords.join(', ')}`;
  yield [path, `${kind} is not a kind of anchor${meant}`];
}

function* momentProblems({ facts }: Computation, steps: readonly string[]): Iterable<Problem> {
  const zone = typeof facts.tenant['zone'] === 'string' ? facts.tenant['zone'] : 'UTC';
  const reader = momentReader(zone, facts.evaluatedAt);
  if (facts.evaluatedAt !== undefined) yield* reader.readable('facts.evaluatedAt', facts.evaluatedAt);
  for (const [kind, at] of Object.entries(facts.anchors)) {
    const path = `facts.anchors.${kind}`;
    yield* kindProblems(path, kind);
    if (typeof at === 'string') yield* reader.past(path, at);
    else yield [path, `${at.length} moments of one kind are given; keep the one that the clock counts from`];
  }
  for (const [step, at] of Object.entries(facts.submissions)) {
    if (!steps.includes(step)) yield [`facts.submissions.${step}`, unknownName(step, steps)];
    yield* reader.past(`facts.submissions.${step}`, at);
  }
  if (facts.hold?.releasedAt !== undefined)
    yield* reader.readable('facts.hold.releasedAt', facts.hold.releasedAt);
  if (facts.hold?.expiresAt !== undefined)
    yield* reader.readable('facts.hold.expiresAt', facts.hold.expiresAt);
}

function momentReader(zone: string, evaluatedAt: string | undefined) {
  const now = evaluatedAt === undefined ? undefined : read(evaluatedAt, zone);
  return {
    *readable(path: string, text: string): Iterable<Problem> {
      const moment = readMoment(text, zone);
      if (moment.kind === 'refused') yield [path, problemOf(text, moment.because)];
    },
    *past(path: string, text: string): Iterable<Problem> {
      yield* this.readable(path, text);
      const moment = read(text, zone);
      if (moment !== undefined && now !== undefined && compareInstants(moment.earliest, now.latest) > 0)
        yield [
          path,
          `${text} lies after evaluatedAt ${evaluatedAt ?? ''}; what has not happened starts no clock`,
        ];
    },
  };
}

function read(text: string, zone: string): ReadMoment | undefined {
  const moment = readMoment(text, zone);
  return moment.kind === 'read' ? moment : undefined;
}

function problemOf(text: string, because: string): string {
  return because.startsWith(text) ? because : `${text}: ${because}`;
}
