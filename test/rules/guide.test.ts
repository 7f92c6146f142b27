// The guide "Add a regulation in ten minutes" does what it says: its pack is read beside the bundled ones, and its cases
// come out as it promises.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holidayCalendars } from '../../src/adapters/holiday-calendars';
import { loadRulePack, problemsOfRulePack } from '../../src/adapters/rule-pack-files';
import { computationFrom } from '../../src/contract/computation-checks';
import type { RulePack } from '../../src/contract/rule-pack';
import { compute } from '../../src/domain/computation';
import { differencesFrom } from '../../src/domain/computation-check';
import { rulesDirectory } from './exercise';

interface Case {
  readonly id: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const guide = readFileSync(join(__dirname, '../../docs/guides/add-a-regulation.md'), 'utf8');
const [packText = '', casesText = '[]'] = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, json]) => json ?? '',
);
const cases = JSON.parse(casesText) as readonly Case[];

const directory = mkdtempSync(join(tmpdir(), 'own-rules-'));
const other = mkdtempSync(join(tmpdir(), 'other-rules-'));
let pack: RulePack;

beforeAll(async () => {
  writeFileSync(join(directory, 'hospitals.json'), packText);
  pack = await loadRulePack([rulesDirectory, directory]);
});

afterAll(() => {
  rmSync(directory, { recursive: true });
  rmSync(other, { recursive: true });
});

test('the pack of the guide is sound beside those of the product', async () => {
  expect(await problemsOfRulePack(directory, [rulesDirectory], '2026-11-24')).toEqual([]);
});

test('the guide shows each of the outcomes that its cases speak of', () => {
  const outcomes = cases.map((each) => each.expect['outcome']);
  expect(new Set(outcomes)).toEqual(new Set(['applies', 'does-not-apply', 'undecided', 'suppressed']));
});

test.each(cases.map((each) => [each.id, each] as const))('%s', (id, each) => {
  const answer = compute(computationFrom(each, pack, id), { pack, holidays: holidayCalendars() });

  const names = pack.facts.map(({ name }) => name.slice(name.indexOf('.') + 1));
  expect(differencesFrom(each.expect, answer, { names, ruleIdOf: (name) => name })).toEqual([]);
});

test('the digest covers the bundled packs and the own one together, whatever the order of the folders', async () => {
  const bundled = await loadRulePack([rulesDirectory]);
  const swapped = await loadRulePack([directory, rulesDirectory]);

  expect(pack.rules.length).toBe(bundled.rules.length + 2);
  expect(pack.digest).not.toBe(bundled.digest);
  expect(swapped.digest).toBe(pack.digest);
  expect(pack.version).toContain('my-hospitals@2026.1');
});

test.each<[string, (text: string) => string, string]>([
  [
    'an id that the product has',
    (text) => text.replaceAll('my-hospital-act-7-processor', 'eu-gdpr-33-2-processor'),
    'is already the id of a rule in',
  ],
  [
    'the name of a pack of the product',
    (text) => text.replace('"my-hospitals"', '"core-eu"'),
    'pack (core-eu): is the name of',
  ],
  [
    'a fact of another type',
    (text) =>
      text.replace(
        'incident.devicesFailed",\n      "type": "truth"',
        'incident.highRisk",\n      "type": "number"',
      ),
    'facts (incident.highRisk): is number here and truth in',
  ],
])('%s clashes, and both files are named', async (_what, changed, message) => {
  writeFileSync(join(other, 'mine.json'), changed(packText));

  const loading = loadRulePack([rulesDirectory, other]);

  await expect(loading).rejects.toThrow(message);
  await expect(loadRulePack([rulesDirectory, other])).rejects.toThrow(/mine\.json.*\.json/s);
});

test('a folder that is named twice is read once', async () => {
  await expect(loadRulePack([rulesDirectory, rulesDirectory])).resolves.toMatchObject({
    digest: (await loadRulePack([rulesDirectory])).digest,
  });
});
