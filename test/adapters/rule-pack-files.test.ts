import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledRulesDirectory, loadRulePack } from '../../src/adapters/rule-pack-files';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rules-'));
});
afterEach(() => rm(directory, { recursive: true }));

const rule = (change: object = {}) => ({
  id: 'xx-example',
  regime: 'Example',
  title: 'A controller tells the authority of a breach',
  jurisdictions: ['DE'],
  duties: ['tenant-own'],
  sectors: [],
  dataCategories: ['personal-data'],
  roles: ['controller'],
  recipient: 'supervisory-authority',
  clock: { kind: 'dated', limbs: [{ from: 'awareness', within: 'PT72H' }], counting: 'elapsed-hours' },
  channels: ['email'],
  requiredContent: ['dates'],
  status: 'in-force',
  citation: 'Example Act s. 1',
  verifiedAgainst: 'an example',
  confidence: 'high',
  ...change,
});

async function load(rules: readonly object[], change: object = {}) {
  const pack = { format: 1, pack: 'own', version: '1', title: 'Our own rules', rules, ...change };
  await writeFile(join(directory, 'own.json'), JSON.stringify(pack));
  return loadRulePack([directory]);
}

const dated = (limb: object, counting = 'elapsed-hours') => ({ kind: 'dated', limbs: [limb], counting });

test('a sound pack is read, with its digest', async () => {
  const pack = await load([rule()]);

  expect(pack.rules.map(({ id, stage }) => [id, stage])).toEqual([['xx-example', 'initial']]);
  expect(pack.version).toBe('own@1');
  expect(pack.digest).toMatch(/^[0-9a-f]{64}$/);
});

test('the digest changes with any word of it, and with nothing else', async () => {
  const first = await load([rule()]);
  const again = await load([rule()]);
  const other = await load([rule({ citation: 'Example Act s. 2' })]);

  expect(again.digest).toBe(first.digest);
  expect(other.digest).not.toBe(first.digest);
});

test('rules of one’s own stand beside the bundled ones', async () => {
  await load([rule()]);

  const pack = await loadRulePack([bundledRulesDirectory, directory]);

  expect(pack.rules.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['xx-example', 'eu-gdpr-33-1-authority']),
  );
});

test.each<[string, object[], string]>([
  [
    'an unknown field',
    [rule({ severity: 'high' })],
    'own.json: rules[0] (xx-example): Unrecognized key: "severity"',
  ],
  [
    'a rule for everywhere',
    [rule({ jurisdictions: ['*'] })],
    'rules[0] (xx-example).jurisdictions[0]: is not a code of ISO 3166-1',
  ],
  ['a law without a territory', [rule({ jurisdictions: ['ZZ'] })], 'a law names its places'],
  [
    'hours counted in days',
    [rule({ clock: dated({ from: 'awareness', within: 'P3D' }) })],
    'own.json: rules[0] (xx-example).clock.limbs[0].within: P3D has the wrong unit: elapsed-hours counts hours or minutes',
  ],
  [
    'business days as hours',
    [rule({ clock: dated({ from: 'awareness', within: 'PT336H' }, 'business-days') })],
    'PT336H has the wrong unit: business-days counts days',
  ],
  [
    'two units in one duration',
    [rule({ clock: dated({ from: 'awareness', within: 'P1DT12H' }) })],
    'one number, one unit',
  ],
  [
    'an anchor that does not exist',
    [rule({ clock: dated({ from: 'hunch', within: 'PT1H' }) })],
    'rules[0] (xx-example).clock.limbs[0].from',
  ],
  ['a threshold in prose', [rule({ when: 'if serious' })], 'rules[0] (xx-example).when: is not a condition'],
  [
    'a fact that nobody declared',
    [rule({ when: { fact: 'incident.mood', is: true } })],
    'rules[0] (xx-example).when: incident.mood is not declared',
  ],
  [
    'a fact asked in the wrong way',
    [rule({ when: { fact: 'tenant.country', atLeast: 3 } })],
    'tenant.country is declared as word and cannot be asked this way',
  ],
  [
    'a chain to a rule that is not there',
    [rule({ clock: dated({ from: { submissionOf: 'xx-other' }, within: 'PT1H' }) })],
    'counts from the submission of xx-other, which no rule is',
  ],
  [
    'a chain that waits for itself',
    [
      rule({ clock: dated({ from: { submissionOf: 'xx-other' }, within: 'PT1H' }) }),
      rule({ id: 'xx-other', clock: dated({ from: { submissionOf: 'xx-example' }, within: 'PT1H' }) }),
    ],
    'waits for itself: xx-example → xx-other → xx-example',
  ],
  ['the same id twice', [rule(), rule()], 'rules[1] (xx-example).id: is already the id of a rule'],
  [
    'a proposal that is enforced',
    [rule({ status: 'proposed' })],
    'a rule that is proposed must say why it is disabled',
  ],
])('%s is refused', async (_what, rules, message) => {
  await expect(load(rules)).rejects.toThrow(message);
});

test('a file that is not JSON is refused by its name', async () => {
  await writeFile(join(directory, 'broken.json'), '{');
  await expect(loadRulePack([directory])).rejects.toThrow(/broken\.json: is not JSON/);
});

test('a directory without rules is refused', async () => {
  await expect(loadRulePack([directory])).rejects.toThrow('no rule pack');
  await expect(loadRulePack([join(directory, 'nowhere')])).rejects.toThrow('cannot be read');
});

test('every bundled rule cites its source, and what is only watched says why', async () => {
  const { rules } = await loadRulePack();

  expect(rules.length).toBeGreaterThan(160);
  for (const { id, citation, confidence, status, disabled } of rules) {
    expect([id, citation.length > 3, confidence]).toEqual([
      id,
      true,
      expect.stringMatching(/high|medium|low/),
    ]);
    if (['proposed', 'guidance', 'no-mandate'].includes(status))
      expect([id, disabled]).toEqual([id, expect.any(String)]);
  }
});

test('the example of the guide is a sound pack', async () => {
  const guide = await readFile(join(__dirname, '../../docs/guides/rules.md'), 'utf8');
  const [example] = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json ?? '');

  await writeFile(join(directory, 'example.json'), example ?? '');

  await expect(loadRulePack([directory])).resolves.toMatchObject({ version: 'own@1' });
});
