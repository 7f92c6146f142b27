import fc from 'fast-check';
import type { Condition } from '../../src/contract/rule-pack';
import { answer, type FactValues } from '../../src/domain/conditions';

const small: Condition = { fact: 'incident.highRisk', is: true };
const many: Condition = { fact: 'incident.individuals', atLeast: 500 };

test.each<[string, Condition, FactValues, string]>([
  ['a fact that is not there is unknown', small, {}, 'unknown'],
  ['a fact that is there answers', small, { 'incident.highRisk': false }, 'false'],
  ['one no settles all', { all: [small, many] }, { 'incident.highRisk': false }, 'false'],
  ['one yes does not settle all', { all: [small, many] }, { 'incident.highRisk': true }, 'unknown'],
  ['one yes settles any', { any: [small, many] }, { 'incident.individuals': 500 }, 'true'],
  ['one no does not settle any', { any: [small, many] }, { 'incident.individuals': 499 }, 'unknown'],
  ['not of unknown is unknown', { not: small }, {}, 'unknown'],
  ['not of no is yes', { not: small }, { 'incident.highRisk': false }, 'true'],
  ['over excludes the number itself', { fact: 'n', over: 500 }, { n: 500 }, 'false'],
  ['a word is a list of one', { fact: 's', includesAny: ['finance'] }, { s: 'finance' }, 'true'],
  ['within needs every word', { fact: 's', within: ['a'] }, { s: ['a', 'b'] }, 'false'],
  ['within needs a word', { fact: 's', within: ['a'] }, { s: [] }, 'false'],
])('%s', (_rule, condition, facts, truth) => {
  expect(answer(condition, facts).truth).toBe(truth);
});

test('unknown names every fact that is missing, once', () => {
  expect(answer({ all: [small, many, small] }, {})).toEqual({
    truth: 'unknown',
    missing: ['incident.highRisk', 'incident.individuals'],
  });
});

test('a no gives the fact that decided', () => {
  expect(answer(small, { 'incident.highRisk': false })).toEqual({
    truth: 'false',
    because: 'incident.highRisk is no',
  });
});

const names = ['a', 'b', 'c', 'd'];
const { condition: anyCondition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ fact: fc.constantFrom(...names), is: fc.boolean() }),
    fc.record({ not: tie('condition') }),
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
  ),
}));
const anyFacts = fc.dictionary(fc.constantFrom(...names), fc.boolean());

test('learning a fact never changes an answer that was already yes or no', () => {
  fc.assert(
    fc.property(anyCondition, anyFacts, anyFacts, (condition, known, learned) => {
      const before = answer(condition, known).truth;
      fc.pre(before !== 'unknown');
      expect(answer(condition, { ...learned, ...known }).truth).toBe(before);
    }),
  );
});

test('with every fact known there is always an answer', () => {
  const everything = fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean(), d: fc.boolean() });
  fc.assert(
    fc.property(anyCondition, everything, (condition, facts) => {
      expect(answer(condition, facts).truth).not.toBe('unknown');
    }),
  );
});
