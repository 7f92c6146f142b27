/** `firebreak rules`: lists, shows, lints, counts and compares regulations as data, without any server. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DueChange, RuleDifferences } from '../../src/domain/rule-differences';
import { answerOf, failureOf, firebreak } from '../support/cli';
import { projectDirectory } from '../support/documents';

const bundled = join(projectDirectory, 'rules');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface ListedRule {
  readonly id: string;
  readonly jurisdictions: readonly string[];
  readonly regime: string;
  readonly clock: string;
}

const listOf = async (...words: readonly string[]) =>
  (await answerOf<{ rules: readonly ListedRule[] }>(['rules', 'list', ...words])).rules;

describe('list', () => {
  test('has every rule with its clock in a sentence', async () => {
    const rules = await listOf();

    expect(rules.length).toBeGreaterThan(168);
    expect(rules.find(({ id }) => id === 'eu-gdpr-33-1-authority')?.clock).toBe(
      '72 h from awareness; counted as Regulation 1182/71 says; calendar member-state',
    );
  });

  test('by place has what binds there, also as a member of the EU or as a part of the country', async () => {
    const idsIn = async (code: string) => (await listOf('--jurisdiction', code)).map(({ id }) => id);

    expect(await idsIn('DE')).toContain('eu-gdpr-33-1-authority');
    expect(await idsIn('US-CA')).toEqual(
      expect.arrayContaining(['us-ca-1798-82-residents', 'us-sec-8k-1-05']) as string[],
    );
    expect(await idsIn('US-CA')).not.toContain('us-tx-521-053-ag');
    expect(await idsIn('JP')).not.toContain('eu-gdpr-33-1-authority');
  });

  test('by regime, duty and status', async () => {
    const rules = await listOf('--regime', 'gdpr', '--duty', 'provider-to-tenant', '--status', 'in-force');

    expect(rules.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['eu-gdpr-33-2-processor', 'uk-gdpr-33-2-processor']) as string[],
    );
    expect(rules.every(({ regime }) => /gdpr/i.test(regime))).toBe(true);
    expect(await failureOf(['rules', 'list', '--duty', 'ours'])).toMatchObject({ code: 2 });
  });
});

describe('show', () => {
  test('tells all of a rule in sentences, with where it is written', async () => {
    const { stdout } = await firebreak(['rules', 'show', 'jp-appi-26-ppc-preliminary']);

    expect(stdout).toContain('incident.individuals is over 1000');
    expect(stdout).toContain('preliminary: 3 days from awareness; of which the day itself is the first');
    expect(stdout).toMatch(/^written in: .+$/m);
    expect(stdout).toMatch(/^checked against: .+; confidence (high|medium|low)$/m);
  });

  test('finds a rule by its other name, and says what was meant by a wrong one', async () => {
    const { id } = await answerOf<{ id: string }>(['rules', 'show', 'contract-default-dpa-72h']);
    expect(id).toBe('contract');

    expect(await failureOf(['rules', 'show', 'eu-gdpr-33-1-autority'])).toMatchObject({
      code: 2,
      message: expect.stringContaining('did you mean eu-gdpr-33-1-authority?') as string,
    });
  });
});

// Rules of one's own

const example = {
  id: 'xx-example-authority',
  regime: 'Example Act',
  title: 'A controller tells the authority of a breach',
  jurisdictions: ['DE'],
  duties: ['tenant-own'],
  sectors: [],
  dataCategories: ['personal-data'],
  roles: ['controller'],
  recipient: 'supervisory-authority',
  clock: { kind: 'dated', limbs: [{ from: 'awareness', within: 'PT72H' }], counting: 'elapsed-hours' },
  channels: ['form'],
  requiredContent: [],
  status: 'in-force',
  citation: 'Example Act s. 12',
  verifiedAgainst: 'the text of the act',
  confidence: 'high',
};

function writePack(rules: readonly object[], changes: object = {}, name = 'own'): string {
  const pack = { format: 1, pack: name, version: '1', title: 'Our own rules', rules, ...changes };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(pack));
  return folder;
}

const startingFrom = (submissionOf: string) => ({
  kind: 'dated',
  limbs: [{ from: { submissionOf }, within: 'P3D' }],
  counting: 'calendar-days',
});

describe('lint', () => {
  interface Linted {
    readonly problems: readonly { readonly file: string; readonly path: string; readonly reason: string }[];
  }

  async function problemsOf(directory: string): Promise<Linted['problems']> {
    const { code, stdout } = await firebreak(['rules', 'lint', directory, '--json']);
    const { problems } = JSON.parse(stdout) as Linted;
    expect(code).toBe(problems.length === 0 ? 0 : 2);
    return problems;
  }

  test('finds sound rules sound: those of the product, and own ones that use its facts', async () => {
    expect(await problemsOf(bundled)).toEqual([]);
    const when = { fact: 'incident.highRisk', is: true };
    expect(await problemsOf(writePack([{ ...example, when }]))).toEqual([]);
  });

  test.each<[string, readonly object[], object, string, RegExp]>([
    [
      'an unknown field',
      [{ ...example, deadline: 'PT72H' }],
      {},
      'rules[0] (xx-example-authority)',
      /deadline/,
    ],
    [
      'a place that is everywhere',
      [{ ...example, jurisdictions: ['*'] }],
      {},
      'rules[0] (xx-example-authority).jurisdictions[0]',
      /names its jurisdictions one by one/,
    ],
    [
      'a duration in the wrong unit',
      [{ ...example, clock: { ...example.clock, counting: 'business-days' } }],
      {},
      'rules[0] (xx-example-authority).clock.limbs[0].within',
      /PT72H has the wrong unit: business-days counts days/,
    ],
    [
      'a fact that nobody declared',
      [{ ...example, when: { fact: 'incident.frobnicated', is: true } }],
      {},
      'rules[0] (xx-example-authority).when',
      /incident\.frobnicated is not declared/,
    ],
    [
      'a chain from a rule that is none',
      [{ ...example, clock: startingFrom('xx-nothing') }],
      {},
      'rules[0] (xx-example-authority).clock',
      /submission of xx-nothing, which no rule is/,
    ],
    [
      'a chain that waits for itself',
      [
        { ...example, id: 'xx-one', clock: startingFrom('xx-two') },
        { ...example, id: 'xx-two', clock: startingFrom('xx-one') },
      ],
      {},
      'rules[0] (xx-one).clock',
      /waits for itself: xx-one → xx-two → xx-one/,
    ],
    [
      'an id that is there twice',
      [example, example],
      {},
      'rules[1] (xx-example-authority).id',
      /is already the id/,
    ],
    [
      'an id that the product has',
      [{ ...example, id: 'eu-gdpr-33-1-authority' }],
      {},
      'rules[0] (eu-gdpr-33-1-authority).id',
      /is already the id/,
    ],
    ['a pack that has expired', [example], { validUntil: '2020-12-31' }, 'validUntil', /was 2020-12-31/],
  ])('%s is named by file, path and reason', async (_what, rules, changes, path, reason) => {
    const problems = await problemsOf(writePack(rules, changes));

    expect(problems).toContainEqual({
      file: join(folder, 'own.json'),
      path,
      reason: expect.stringMatching(reason) as string,
    });
  });

  test('a key that is there twice is found, which a parser would not tell', async () => {
    const text = readFileSync(join(writePack([example]), 'own.json'), 'utf8');
    writeFileSync(
      join(folder, 'own.json'),
      text.replace('"within":"PT72H"', '"within":"PT72H","within":"PT96H"'),
    );

    expect(await problemsOf(folder)).toMatchObject([
      { path: 'rules[0].clock.limbs[0].within', reason: expect.stringContaining('there twice') as string },
    ]);
  });

  test('people get a line for each problem; a directory without rules is refused', async () => {
    const { stdout } = await firebreak(['rules', 'lint', writePack([{ ...example, roles: 'controller' }])]);
    expect(stdout).toMatch(/own\.json: rules\[0\] \(xx-example-authority\)\.roles: .+\n1 problem\n$/);

    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await failureOf(['rules', 'lint', empty])).toMatchObject({ code: 2, type: 'InputProblem' });
  });
});

test('coverage counts what is encoded and says of the rest why it is not', async () => {
  const coverage = await answerOf<{
    rules: number;
    byStatus: Record<string, number>;
    notApplied: readonly { id: string; reason: string }[];
    notEncoded: readonly { id: string; reason: string }[];
  }>(['rules', 'coverage']);

  expect(Object.values(coverage.byStatus).reduce((sum, count) => sum + count, 0)).toBe(coverage.rules);
  expect(coverage.notApplied.map(({ id }) => id)).toContain('eu-gdpr-33-omnibus-proposal');
  expect(coverage.notEncoded.length).toBeGreaterThan(0);
  expect(coverage.notEncoded.every(({ reason }) => reason.length > 10)).toBe(true);
});

// Two sets of rules

describe('diff', () => {
  type Diff = RuleDifferences & { readonly due: readonly DueChange[] };

  /** The rules of the product, in which the GDPR gives 96 hours, Florida is gone, and an example has come. */
  function changed(): string {
    const other = join(folder, 'other');
    cpSync(bundled, other, { recursive: true });
    const edit = (name: string, change: (rules: Record<string, unknown>[]) => unknown) => {
      const file = join(other, name);
      const pack = JSON.parse(readFileSync(file, 'utf8')) as { rules: Record<string, unknown>[] };
      writeFileSync(file, JSON.stringify({ ...pack, rules: change(pack.rules) }));
    };
    edit('core-eu.json', (rules) =>
      rules.map((rule) =>
        rule['id'] === 'eu-gdpr-33-1-authority'
          ? (JSON.parse(JSON.stringify(rule).replace('PT72H', 'PT96H')) as object)
          : rule,
      ),
    );
    edit('core-us-states.json', (rules) => [
      ...rules.filter(({ id }) => id !== 'us-fl-501-171-third-party-agent'),
      example,
    ]);
    return other;
  }

  test('names rules that came, went and changed, field by field, and the instants that move', async () => {
    const diff = await answerOf<Diff>(['rules', 'diff', bundled, changed()]);

    expect(diff).toMatchObject({
      added: ['xx-example-authority'],
      removed: ['us-fl-501-171-third-party-agent'],
      changed: [
        {
          id: 'eu-gdpr-33-1-authority',
          fields: [{ path: 'clock.limbs[0].within', before: 'PT72H', after: 'PT96H' }],
        },
      ],
    });
    expect(diff.due).toContainEqual({
      id: 'eu-gdpr-33-1-authority (initial)',
      before: '2026-11-23T10:00:00.000Z',
      after: '2026-11-24T10:00:00.000Z',
    });
  });

  test('shows what moves under given facts, and that nothing does between equals', async () => {
    const facts = join(folder, 'facts.json');
    const computation = {
      id: 'weekend',
      rule: 'eu-gdpr-33-1-authority',
      facts: {
        tenant: { country: 'DE', zone: 'Europe/Berlin' },
        role: 'controller',
        incident: { dataCategories: ['personal-data'] },
        anchors: { awareness: '2026-11-20T16:20[Europe/Berlin]' },
      },
    };
    writeFileSync(facts, JSON.stringify(computation));

    const { stdout } = await firebreak(['rules', 'diff', bundled, changed(), '--facts', facts]);
    expect(stdout).toContain(
      'weekend: eu-gdpr-33-1-authority (initial): 2026-11-23T15:20:00Z → 2026-11-24T15:20:00Z',
    );

    const { stdout: none } = await firebreak(['rules', 'diff', bundled]);
    expect(none).toMatch(/^0 added, 0 removed, 0 changed\ndue instants that move .*: none\n$/);
  });
});
