import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputProblem } from '../../src/contract/input-problem';
import { readCase } from '../../scripts/cases/read-case';

type Item = Record<string, unknown>;

interface Draft {
  inputs: [Item, Item, Item, Item, Item, Item];
  expect: [Item, Item, Item];
  facts: [Item];
  zone?: unknown;
  fixture?: unknown;
  notes?: unknown;
}

const booking = JSON.parse(readFileSync(join(__dirname, 'booking-2019.json'), 'utf8')) as Draft;

function problemWith(change: (draft: Draft) => void): InputProblem {
  const draft = structuredClone(booking);
  change(draft);
  try {
    readCase(draft);
  } catch (error) {
    if (error instanceof InputProblem) return error;
    throw error;
  }
  throw new Error('it was taken');
}

test.each([
  ['an action that is none', 'inputs.2.action', (draft: Draft) => (draft.inputs[2].action = 'dance')],
  ['a day that does not exist', 'inputs.2.at', (draft: Draft) => (draft.inputs[2].at = '2019-02-30')],
  [
    'a time without offset',
    'inputs.2.anchorAt',
    (draft: Draft) => (draft.inputs[2].anchorAt = '2019-01-20T10:00'),
  ],
  [
    'a precision that was not written',
    'facts.0.precision',
    (draft: Draft) => (draft.facts[0].precision = 'day'),
  ],
  ['a kind that is none', 'expect.2.kind', (draft: Draft) => (draft.expect[2].kind = 'mood')],
  ['an input that is not there', 'expect.2.after', (draft: Draft) => (draft.expect[2].after = 'i99')],
  ['a group that is not there', 'inputs.5', (draft: Draft) => (draft.inputs[5].groups = ['Q'])],
  ['a zone that is none', 'zone', (draft: Draft) => (draft.zone = 'Mars/North')],
  ['no fixture', 'fixture', (draft: Draft) => delete draft.fixture],
  ['no declaration', 'inputs', (draft: Draft) => draft.inputs.shift()],
  ['two of a name', 'inputs.1', (draft: Draft) => (draft.inputs[1].id = 'i01')],
])('%s is refused by its field, in a sentence', (_name, field, change) => {
  const problem = problemWith(change);

  expect(problem.field).toBe(field);
  expect(problem.message).toMatch(/^the case: \S+ .+/);
});

test.each([[null], [[]], ['text'], [7]])('%j is no case', (value) => {
  expect(() => readCase(value)).toThrow('it is not a JSON object');
});

test('fields that the format does not name are let through', () => {
  const draft = structuredClone(booking);
  draft.inputs[0].mood = 'calm';
  draft.notes = ['of the author'];

  expect(readCase(draft).id).toBe('booking-2019');
});
