/** What only shows when all rules are seen together: clashes, doubles, loose ends, cycles, facts nobody declared. */
import type { FactDeclaration } from './rule-facts';
import { builtInFacts } from './rule-facts';
import type { Clock, Condition, Rule, RulePackFile, Start } from './rule-pack';

/** `path` is within the file, such as `rules[3].followUps[0].clock`. */
export interface RulePackProblem {
  readonly file: string;
  readonly path: string;
  readonly reason: string;
}

export interface NamedPackFile {
  readonly file: string;
  readonly content: RulePackFile;
}

interface PlacedRule {
  readonly file: string;
  readonly path: string;
  readonly rule: Rule;
}

/** Empty when the files make a sound pack together. */
export function problemsAcross(files: readonly NamedPackFile[]): RulePackProblem[] {
  const placed = files.flatMap(({ file, content }) =>
    content.rules.map((rule, index): PlacedRule => ({ file, path: `rules[${index}] (${rule.id})`, rule })),
  );
  const declared = new Map(
    [...builtInFacts, ...files.flatMap(({ content }) => content.facts)].map((fact) => [fact.name, fact]),
  );
  return [
    ...clashes(files),
    ...doubles(placed),
    ...placed.flatMap((entry) => factProblems(entry, declared)),
    ...placed.flatMap((entry) => looseEnds(entry, placed)),
    ...cycles(placed),
  ];
}

/** Two files may say the same of a fact, a zone or a word, never two things: which one holds would be chance. */
function clashes(files: readonly NamedPackFile[]): RulePackProblem[] {
  const said = new Map<string, { readonly file: string; readonly value: string }>();
  return files.flatMap(({ file, content }) =>
    statementsOf(file, content).flatMap(([path, value]) => {
      const earlier = said.get(path);
      if (earlier === undefined) said.set(path, { file, value });
      if (earlier === undefined || earlier.value === value) return [];
      return [{ file, path, reason: `is ${value} here and ${earlier.value} in ${earlier.file}` }];
    }),
  );
}

/** A pack name belongs to one file, so each file says of its name that it is its own. */
function statementsOf(file: string, { pack, facts, zones, implies }: RulePackFile): [string, string][] {
  return [
    [`pack (${pack})`, `the name of ${file}`],
    ...facts.map(({ name, type }): [string, string] => [`facts (${name})`, type]),
    ...Object.entries(zones).map(([place, zone]): [string, string] => [`zones.${place}`, zone]),
    ...Object.entries(implies).map(([word, wider]): [string, string] => [
      `implies.${word}`,
      [...wider].sort().join(' and '),
    ]),
  ];
}

function doubles(placed: readonly PlacedRule[]): RulePackProblem[] {
  const first = new Map<string, PlacedRule>();
  return placed.flatMap((entry) =>
    [entry.rule.id, ...entry.rule.aliases].flatMap((name, index) => {
      const earlier = first.get(name);
      first.set(name, earlier ?? entry);
      if (earlier === undefined) return [];
      const field = index === 0 ? 'id' : `aliases[${index - 1}]`;
      return [problem(entry, field, `is already the id of a rule in ${earlier.file}`)];
    }),
  );
}

function factProblems(entry: PlacedRule, declared: ReadonlyMap<string, FactDeclaration>): RulePackProblem[] {
  return [...conditionsOf(entry.rule)].flatMap(([path, condition]) =>
    leavesOf(condition).flatMap((leaf) => {
      const reason = leafProblem(leaf, declared);
      return reason === undefined ? [] : [problem(entry, path, reason)];
    }),
  );
}

type Leaf = Extract<Condition, { fact: string }>;

function leafProblem(leaf: Leaf, declared: ReadonlyMap<string, FactDeclaration>): string | undefined {
  const fact = declared.get(leaf.fact);
  if (fact === undefined) return `${leaf.fact} is not declared under facts of any file`;
  if (!isFitting(leaf, fact.type))
    return `${leaf.fact} is declared as ${fact.type} and cannot be asked this way`;
  return undefined;
}

function isFitting(leaf: Leaf, type: FactDeclaration['type']): boolean {
  if ('includesAny' in leaf || 'within' in leaf) return type === 'words' || type === 'word';
  if ('atLeast' in leaf || 'over' in leaf) return type === 'number';
  if ('oneOf' in leaf) return type === 'word' || type === 'number';
  return { truth: 'boolean', number: 'number', word: 'string', words: '' }[type] === typeof leaf.is;
}

/** Every condition of a rule with the path where it stands. */
function* conditionsOf(rule: Rule): Iterable<[string, Condition]> {
  if (rule.when !== undefined) yield ['when', rule.when];
  for (const [index, { claim, provided }] of rule.suppressors.entries()) {
    yield [`suppressors[${index}].claim`, claim];
    if (provided !== undefined) yield [`suppressors[${index}].provided`, provided];
  }
  for (const [path, clock] of clocksOf(rule))
    if (clock.kind === 'dated' && clock.relief !== undefined) yield [`${path}.relief`, clock.relief];
  for (const [index, { when }] of rule.followUps.entries())
    if (when !== undefined) yield [`followUps[${index}].when`, when];
}

/** The questions about facts that a condition is made of. */
function leavesOf(condition: Condition): Leaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf);
  if ('any' in condition) return condition.any.flatMap(leavesOf);
  if ('not' in condition) return leavesOf(condition.not);
  return 'fact' in condition ? [condition] : [];
}

function* clocksOf(rule: Rule): Iterable<[string, Clock]> {
  yield ['clock', rule.clock];
  for (const [index, followUp] of rule.followUps.entries())
    yield [`followUps[${index}].clock`, followUp.clock];
}

function looseEnds(entry: PlacedRule, placed: readonly PlacedRule[]): RulePackProblem[] {
  const known = new Set(placed.flatMap(({ rule }) => stepsOf(rule)));
  return [...clocksOf(entry.rule)].flatMap(([path, clock]) =>
    submissionsIn(clock)
      .filter((reference) => !known.has(reference))
      .map((reference) =>
        problem(entry, path, `counts from the submission of ${reference}, which no rule is`),
      ),
  );
}

/** A step that waits for the submission of a step that waits for it would never start. */
function cycles(placed: readonly PlacedRule[]): RulePackProblem[] {
  const waitsFor = new Map<string, string[]>();
  for (const { rule } of placed) {
    waitsFor.set(rule.id, [...submissionsIn(rule.clock)]);
    for (const { stage, clock } of rule.followUps)
      waitsFor.set(`${rule.id}/${stage}`, [
        ...(waitsFor.get(`${rule.id}/${stage}`) ?? []),
        ...submissionsIn(clock),
      ]);
  }
  return placed.flatMap((entry) => {
    const cycle = stepsOf(entry.rule)
      .map((step) => cycleFrom(step, waitsFor))
      .find((found) => found !== undefined);
    return cycle === undefined ? [] : [problem(entry, 'clock', `waits for itself: ${cycle.join(' → ')}`)];
  });
}

function cycleFrom(step: string, waitsFor: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const visit = (current: string, path: readonly string[]): string[] | undefined => {
    if (current === step && path.length > 0) return [...path, current];
    if (path.includes(current)) return undefined;
    for (const next of waitsFor.get(current) ?? []) {
      const found = visit(next, [...path, current]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(step, []);
}

function stepsOf(rule: Rule): string[] {
  return [rule.id, ...rule.followUps.map(({ stage }) => `${rule.id}/${stage}`)];
}

function submissionsIn(clock: Clock): string[] {
  const starts: Start[] =
    clock.kind === 'dated'
      ? clock.limbs.map(({ from }) => from)
      : clock.kind === 'undated'
        ? [clock.from]
        : [];
  return starts.flatMap((start) => (typeof start === 'object' ? [start.submissionOf] : []));
}

function problem({ file, path }: PlacedRule, field: string, reason: string): RulePackProblem {
  return { file, path: `${path}.${field}`, reason };
}
