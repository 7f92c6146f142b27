import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rule } from '../../src/contract/rule-pack';
import { factNamesIn } from '../../src/domain/conditions';
import type { RuleEvaluation } from '../../src/domain/obligations';
import type { RuleFacts } from '../../src/domain/rule-profile';
import {
  anchorsOf,
  bundledPack,
  dayBefore,
  decisiveFor,
  evaluateRule,
  factsInScope,
  failing,
  meeting,
  rulesDirectory,
  startsOf,
  submissionsOf,
  without,
  withValues,
} from './exercise';

const pack = bundledPack();
const enforced = pack.rules.filter(({ disabled }) => disabled === undefined);
const watched = pack.rules.filter(({ disabled }) => disabled !== undefined);

const metBy = ({ when }: Rule) => (when === undefined ? {} : meeting(when));
const applying = (rule: Rule, day?: string): RuleFacts => factsInScope(rule, metBy(rule), day);
const evaluate = (rule: Rule, facts: RuleFacts): RuleEvaluation => evaluateRule(pack, rule, facts);

/** What was asked about each rule and did not come out as expected; an empty list is what every test wants. */
function deviations<Part>(
  rules: readonly Rule[],
  partsOf: (rule: Rule) => readonly (readonly [string, Part])[],
  look: (rule: Rule, part: Part) => { readonly got: unknown; readonly wanted: unknown },
): string[] {
  return rules.flatMap((rule) =>
    partsOf(rule).flatMap(([name, part]) => {
      const { got, wanted } = look(rule, part);
      return JSON.stringify(got) === JSON.stringify(wanted)
        ? []
        : [`${rule.id}: ${name}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`];
    }),
  );
}

const outcomes = (
  partsOf: (rule: Rule) => readonly (readonly [string, RuleFacts])[],
  wanted: string,
  rules: readonly Rule[] = enforced,
) => deviations(rules, partsOf, (rule, facts: RuleFacts) => ({ got: evaluate(rule, facts).outcome, wanted }));

/** The name of a part is the fact that is missing in it. */
const undecidedBy = (partsOf: (rule: Rule) => readonly (readonly [string, RuleFacts])[]) =>
  deviations(
    enforced,
    (rule) => partsOf(rule).map(([fact, facts]) => [fact, { fact, facts }] as const),
    (rule, { fact, facts }: { readonly fact: string; readonly facts: RuleFacts }) => {
      const { outcome, missingFacts } = evaluate(rule, facts);
      return { got: [outcome, missingFacts], wanted: ['undecided', [fact]] };
    },
  );

test('there are rules to look at, and watched ones among them', () => {
  expect(enforced.length).toBeGreaterThan(280);
  expect(watched.length).toBeGreaterThanOrEqual(8);
});

test('every rule applies where its own scope and condition are met, by each of its questions', () => {
  expect(outcomes((rule) => [['scope', applying(rule)]], 'applies')).toEqual([]);
  expect(outcomes(byEachQuestion('met'), 'applies')).toEqual([]);
});

test('no rule applies once any of its questions is answered the other way', () => {
  expect(outcomes(byEachQuestion('unmet'), 'does-not-apply')).toEqual([]);
});

function byEachQuestion(answer: 'met' | 'unmet') {
  return (rule: Rule): [string, RuleFacts][] =>
    (rule.when === undefined ? [] : decisiveFor(rule.when)).map((decisive) => [
      `${decisive.leaf.fact} ${answer}`,
      factsInScope(rule, decisive[answer]),
    ]);
}

test('a rule whose question nobody answered is undecided and names the fact', () => {
  const questions = (rule: Rule): [string, string][] => {
    const assumed = rule.assumptions.map(({ fact }) => fact);
    return (rule.when === undefined ? [] : decisiveFor(rule.when))
      .filter(({ leaf }) => !assumed.includes(leaf.fact))
      .map(({ leaf }) => [leaf.fact, leaf.fact]);
  };
  const failed = deviations(enforced, questions, (rule, fact) => {
    const decisive = decisiveFor(rule.when ?? { always: true }).find(({ leaf }) => leaf.fact === fact);
    const { outcome, missingFacts } = evaluate(rule, without(factsInScope(rule, decisive?.met ?? {}), fact));
    return { got: [outcome, missingFacts.includes(fact)], wanted: ['undecided', true] };
  });
  expect(failed).toEqual([]);
});

// Scope

const elsewhere = (rule: Rule): [string, RuleFacts][] => {
  const facts = applying(rule);
  const abroad = withValues(without(facts, 'tenant.subdivision'), { 'tenant.country': 'AQ' });
  const [place = 'ZZ'] = rule.jurisdictions;
  if (place === 'ZZ') return [];
  const next = withValues(facts, { 'tenant.subdivision': `${place.slice(0, 2)}-00` });
  return [['abroad', abroad], ...(place.includes('-') ? [['next door', next] as [string, RuleFacts]] : [])];
};

test('no rule reaches beyond its place, and every agreement does', () => {
  expect(outcomes(elsewhere, 'does-not-apply')).toEqual([]);
});

test('no rule binds another sector, other data or another role than it names', () => {
  const strangers = (rule: Rule): [string, RuleFacts][] => {
    const facts = applying(rule);
    return [
      ...named(rule.sectors, 'sector', withValues(facts, { 'tenant.sector': ['fishing'] })),
      ...named(rule.dataCategories, 'data', withValues(facts, { 'incident.dataCategories': ['weather'] })),
      ...named(rule.roles, 'role', { ...facts, providerRoles: ['onlooker'], tenantRoles: ['onlooker'] }),
    ];
  };
  expect(outcomes(strangers, 'does-not-apply')).toEqual([]);
});

function named(words: readonly string[], what: string, facts: RuleFacts): [string, RuleFacts][] {
  return words.length === 0 ? [] : [[what, facts]];
}

test('a rule is undecided, by the name of the fact, while place, sector, data or role are unknown', () => {
  const gaps = (rule: Rule): [string, RuleFacts][] => {
    const facts = applying(rule);
    const [place = 'ZZ'] = rule.jurisdictions;
    const { providerRoles: _ours, tenantRoles: _theirs, ...roleless } = facts;
    return [
      ...named(
        place === 'ZZ' ? [] : [place],
        'tenant.country',
        without(without(facts, 'tenant.country'), 'tenant.subdivision'),
      ),
      ...named(
        place.includes('-') ? [place] : [],
        'tenant.subdivision',
        without(facts, 'tenant.subdivision'),
      ),
      ...named(rule.sectors, 'tenant.sector', without(facts, 'tenant.sector')),
      ...named(rule.dataCategories, 'incident.dataCategories', without(facts, 'incident.dataCategories')),
      ...named(rule.roles, 'role', roleless),
    ];
  };
  expect(undecidedBy(gaps)).toEqual([]);
});

test('the law is that of the anchor: a day before it began, or on the day it ended, no rule applies', () => {
  const early = (rule: Rule): [string, RuleFacts][] =>
    rule.effectiveFrom === undefined ? [] : [['early', applying(rule, dayBefore(rule.effectiveFrom))]];
  const late = (rule: Rule): [string, RuleFacts][] =>
    rule.effectiveTo === undefined ? [] : [['late', applying(rule, rule.effectiveTo)]];

  expect(outcomes(early, 'does-not-apply')).toEqual([]);
  expect(outcomes(late, 'does-not-apply')).toEqual([]);
});

// What lifts a duty

type Claimed = readonly [string, RuleFacts];

test('a suppressor lifts a duty only when it is claimed and its proviso is met', () => {
  const claimed =
    (proviso: (rule: Rule, index: number) => object) =>
    (rule: Rule): Claimed[] =>
      rule.suppressors.map(({ claim }, index) => [
        `suppressor ${index}`,
        withValues(applying(rule), { ...meeting(claim), ...proviso(rule, index) }),
      ]);
  const provisoOf = (rule: Rule, index: number) => rule.suppressors[index]?.provided;
  const met = claimed((rule, index) => meeting(provisoOf(rule, index) ?? { always: true }));
  const unmet = claimed((rule, index) => failing(provisoOf(rule, index) ?? { always: true }));
  const withProviso = (rule: Rule) => rule.suppressors.every(({ provided }) => provided !== undefined);

  expect(outcomes(met, 'suppressed')).toEqual([]);
  expect(outcomes(unmet, 'applies', enforced.filter(withProviso))).toEqual([]);
  expect(undecidedBy(claimedWithoutProviso)).toEqual([]);
});

function claimedWithoutProviso(rule: Rule): Claimed[] {
  return rule.suppressors.flatMap(({ claim, provided }) =>
    (provided === undefined ? [] : factNamesIn(provided)).map((fact): Claimed => [
      fact,
      withValues(applying(rule), meeting(claim)),
    ]),
  );
}

test('a claim that is denied leaves the duty as it was', () => {
  const denied = (rule: Rule): Claimed[] =>
    rule.suppressors.map(({ claim }, index) => [
      `suppressor ${index}`,
      withValues(applying(rule), failing(claim)),
    ]);
  expect(outcomes(denied, 'applies')).toEqual([]);
});

test('a hold of law enforcement suspends what provides for one, and nothing else', () => {
  const held = (rule: Rule): Claimed[] => [['held', { ...applying(rule), hold: { by: 'law-enforcement' } }]];
  const provides = (rule: Rule) => rule.hold !== undefined;

  expect(outcomes(held, 'suppressed', enforced.filter(provides))).toEqual([]);
  expect(
    outcomes(
      held,
      'applies',
      enforced.filter((rule) => !provides(rule)),
    ),
  ).toEqual([]);
});

// Clocks

test('a duty with a number has a due instant after its anchor, one without has a policy limit and no due instant', () => {
  const failed = enforced.filter((rule) => {
    const [first] = evaluate(rule, applying(rule)).steps;
    const { clock } = rule;
    const anchor = applying(rule).evaluatedAt ?? '';
    if (clock.kind === 'undated')
      return first?.clock !== 'undated' || first.dueAt !== undefined || !first.words.includes('policy');
    return first?.clock !== 'running' || Date.parse(first.dueAt ?? '') <= Date.parse(anchor);
  });
  expect(failed.map(({ id }) => id)).toEqual([]);
});

test('without its anchor a clock has not started, while the duty stands', () => {
  const failed = enforced
    .filter(({ clock }) => clock.kind === 'dated')
    .filter((rule) => {
      const facts = applying(rule);
      const other = { kind: 'oral-report', at: facts.evaluatedAt ?? '' } as const;
      const { outcome, because, steps } = evaluate(rule, { ...facts, anchors: [other], submissions: {} });
      const what = [...anchorsOf(rule.clock), ...submissionsOf(rule.clock)][0] ?? '';
      return outcome !== 'applies' || steps[0]?.clock !== 'not-started' || !because.includes(what);
    });
  expect(failed.map(({ id }) => id)).toEqual([]);
});

test('every step that follows runs from what it counts from, and ends its repetition as it says', () => {
  const followed = (rule: Rule): [string, Rule['followUps'][number]][] =>
    rule.followUps.map((followUp) => [followUp.stage, followUp]);
  const failed = deviations(enforced, followed, (rule, { stage, when, clock, repeatsUntil }) => {
    const facts = factsFor(rule, clock, { ...metBy(rule), ...(when === undefined ? {} : meeting(when)) });
    const step = evaluate(rule, facts).steps.find((each) => each.stage === stage);
    const ended = {
      ...facts,
      anchors: [...facts.anchors, ...(repeatsUntil === undefined ? [] : [over(repeatsUntil)])],
    };
    const last = evaluate(rule, ended).steps.find((each) => each.stage === stage);
    return {
      got: [step?.outcome, step?.clock, last?.outcome],
      wanted: [
        'applies',
        clock.kind === 'undated' ? 'undated' : 'running',
        repeatsUntil === undefined ? 'applies' : 'does-not-apply',
      ],
    };
  });
  expect(failed).toEqual([]);
});

type StartKind = ReturnType<typeof anchorsOf>[number];
const over = (kind: StartKind) => ({ kind, at: '2026-12-20T10:00:00Z' });

function factsFor(rule: Rule, clock: Rule['clock'], values: ReturnType<typeof meeting>): RuleFacts {
  const facts = factsInScope(rule, values);
  const submitted = Object.fromEntries(
    [rule.id, ...submissionsOf(clock)].map((step) => [step, '2026-11-20T11:00:00Z']),
  );
  const moments = startsOf(clock).flatMap((start) =>
    typeof start === 'object' ? [] : [{ kind: start, at: '2026-11-20T10:00:00Z' }],
  );
  return {
    ...facts,
    anchors: [...facts.anchors, ...moments],
    submissions: { ...facts.submissions, ...submitted },
  };
}

// What is only watched, and what is not there

test('what is only watched never applies, even where everything it asks for is met', () => {
  const failed = watched.filter((rule) => {
    const { outcome, because } = evaluate(rule, applying(rule));
    return outcome !== 'does-not-apply' || !because.includes(rule.disabled ?? '?');
  });
  expect(failed.map(({ id }) => id)).toEqual([]);
});

test('policy limits are an hour, four, a day, or the expectation of a commissioner', () => {
  const soft = pack.rules.flatMap(({ clock }) => (clock.kind === 'undated' ? [clock.soft] : []));
  expect([...new Set(soft)].sort()).toEqual(['PT1H', 'PT24H', 'PT4H', 'PT72H']);
});

test('what could not be stated as data has its reason, and is not a rule as well', () => {
  const listed = JSON.parse(readFileSync(join(rulesDirectory, 'not-encoded.json'), 'utf8')) as Record<
    string,
    string
  >[];
  const ids = listed.map(({ id }) => id ?? '');

  expect(new Set(ids).size).toBe(ids.length);
  expect(pack.rules.filter(({ id }) => ids.includes(id))).toEqual([]);
  for (const entry of listed) {
    expect(Object.keys(entry).sort()).toEqual(['id', 'jurisdiction', 'reason', 'regime']);
    expect(entry['reason']?.length).toBeGreaterThan(40);
  }
});

test('no declared fact is left unread', () => {
  const read = new Set(
    pack.rules.flatMap(({ when, suppressors, clock, followUps }) =>
      [
        when,
        ...suppressors.flatMap(({ claim, provided }) => [claim, provided]),
        ...[clock, ...followUps.map((followUp) => followUp.clock)].map((each) =>
          each.kind === 'dated' ? each.relief : undefined,
        ),
        ...followUps.map((followUp) => followUp.when),
      ].flatMap((condition) => (condition === undefined ? [] : factNamesIn(condition))),
    ),
  );
  expect(pack.facts.map(({ name }) => name).filter((name) => !read.has(name))).toEqual([]);
});
