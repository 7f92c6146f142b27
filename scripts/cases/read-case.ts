/** Reads a case and sees to it that everything in it that refers to something finds it. */
import { InputProblem } from '../../src/contract/input-problem';
import { parseInput } from '../../src/contract/parse-input';
import { CaseFile, type Expectation, type Input } from './case-format';

/** @throws InputProblem that names the field and what is wrong with it */
export function readCase(value: unknown): CaseFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputProblem('the case: it is not a JSON object; see docs/guides/cases.md', 'file');
  const file = parseInput(CaseFile, value, 'the case');
  for (const { field, problem } of brokenReferences(file))
    throw new InputProblem(`the case: ${field} ${problem}`, field);
  return file;
}

interface Broken {
  readonly field: string;
  readonly problem: string;
}

function brokenReferences(file: CaseFile): readonly Broken[] {
  return [
    ...repeated('facts', idsOf(file.facts)),
    ...repeated('inputs', idsOf(file.inputs)),
    ...repeated('expect', idsOf(file.expect)),
    ...repeated(
      'fixture.tenantGroups',
      file.fixture.tenantGroups.map(({ group }) => group),
    ),
    ...declarations(file),
    ...unknownGroups(file),
    ...unknownInputs(file),
  ];
}

function idsOf(items: readonly { readonly id: string }[]): readonly string[] {
  return items.map(({ id }) => id);
}

function repeated(list: string, ids: readonly string[]): readonly Broken[] {
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index
      ? []
      : [{ field: `${list}.${String(index)}`, problem: `is there twice under the name ${id}; rename one` }],
  );
}

function declarations({ inputs }: CaseFile): readonly Broken[] {
  const count = inputs.filter(({ action }) => action === 'declare').length;
  return count === 1
    ? []
    : [{ field: 'inputs', problem: `must hold exactly one declare, and there are ${String(count)}` }];
}

function unknownGroups({ fixture, inputs, expect }: CaseFile): readonly Broken[] {
  const known = new Set(fixture.tenantGroups.map(({ group }) => group));
  const named = [
    ...inputs.flatMap((each, index) =>
      groupsNamedBy(each).map((group) => ({ group, field: `inputs.${String(index)}` })),
    ),
    ...expect.flatMap((each, index) =>
      groupsAskedBy(each).map((group) => ({ group, field: `expect.${String(index)}.check` })),
    ),
  ];
  return named
    .filter(({ group }) => !known.has(group))
    .map(({ group, field }) => ({
      field,
      problem: `names group ${group}, which is not in fixture.tenantGroups`,
    }));
}

function groupsNamedBy(given: Input): readonly string[] {
  if (given.action === 'setAffectedTenants')
    return [...given.groups, ...given.changed, ...given.excluded.map(({ group }) => group)];
  if (given.action === 'approveNotice') return [...(given.groups ?? []), ...(given.promise?.groups ?? [])];
  return [];
}

function groupsAskedBy({ kind, check }: Expectation): readonly string[] {
  if (kind === 'notices') return Object.keys(check.receive);
  return (kind === 'obligation' || kind === 'lateness') && typeof check.group === 'string'
    ? [check.group]
    : [];
}

function unknownInputs({ inputs, expect }: CaseFile): readonly Broken[] {
  const known = new Set([...idsOf(inputs), 'end']);
  return expect.flatMap(({ after, kind, check }, index) => {
    const place = `expect.${String(index)}`;
    if (!known.has(after)) return [{ field: `${place}.after`, problem: `is ${after}, which is no input` }];
    const filing = kind === 'lateness' ? check.filing : undefined;
    return typeof filing === 'string' && !known.has(filing)
      ? [{ field: `${place}.check.filing`, problem: `is ${filing}, which is no input` }]
      : [];
  });
}
