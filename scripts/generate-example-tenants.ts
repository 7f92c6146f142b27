/**
 * Writes examples/tenants.jsonl: 2,040 invented tenants, the same on every run. Names are made up and every domain
 * lies under .example, which belongs to nobody.
 *
 *     npx tsx scripts/generate-example-tenants.ts
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TenantRecord } from '../src/contract/tenant-import';

type Contact = NonNullable<TenantRecord['contacts']>[number];
type Facts = NonNullable<TenantRecord['facts']>;
type Random = () => number;

interface Place {
  readonly country: string;
  readonly subdivision?: string;
  readonly timeZone: string;
  readonly languages: readonly string[];
  readonly regions: readonly string[];
  readonly legalForms: readonly string[];
  /** How many of a hundred tenants are here, roughly. */
  readonly weight: number;
}

const american = {
  languages: ['en-US'],
  regions: ['us-east-1', 'us-west-2'],
  legalForms: ['Inc.', 'LLC', 'Corp.'],
};
const european = ['eu-central-1', 'eu-west-1'];

const places: readonly Place[] = [
  { country: 'US', subdivision: 'US-CA', timeZone: 'America/Los_Angeles', weight: 10, ...american },
  { country: 'US', subdivision: 'US-NY', timeZone: 'America/New_York', weight: 8, ...american },
  { country: 'US', subdivision: 'US-TX', timeZone: 'America/Chicago', weight: 6, ...american },
  { country: 'US', subdivision: 'US-FL', timeZone: 'America/New_York', weight: 5, ...american },
  { country: 'US', subdivision: 'US-CO', timeZone: 'America/Denver', weight: 3, ...american },
  { country: 'US', subdivision: 'US-WA', timeZone: 'America/Los_Angeles', weight: 3, ...american },
  { country: 'US', subdivision: 'US-ME', timeZone: 'America/New_York', weight: 1, ...american },
  { country: 'US', subdivision: 'US-DC', timeZone: 'America/New_York', weight: 3, ...american },
  place('DE', 'Europe/Berlin', ['de', 'en'], european, ['GmbH', 'AG', 'SE'], 9, 'DE-BE'),
  place('FR', 'Europe/Paris', ['fr', 'en'], european, ['SA', 'SAS'], 7, 'FR-IDF'),
  place('IE', 'Europe/Dublin', ['en-IE'], ['eu-west-1'], ['Ltd', 'plc'], 4),
  place('NL', 'Europe/Amsterdam', ['nl', 'en'], european, ['B.V.', 'N.V.'], 4),
  place('ES', 'Europe/Madrid', ['es', 'en'], european, ['S.A.', 'S.L.'], 4, 'ES-MD'),
  place('GB', 'Europe/London', ['en-GB'], ['eu-west-2', 'eu-west-1'], ['Ltd', 'plc'], 7, 'GB-ENG'),
  place('CH', 'Europe/Zurich', ['de-CH', 'fr-CH', 'en'], ['eu-central-1'], ['AG', 'SA'], 3, 'CH-ZH'),
  place('JP', 'Asia/Tokyo', ['ja', 'en'], ['ap-northeast-1'], ['K.K.'], 5, 'JP-13'),
  place('SG', 'Asia/Singapore', ['en-SG', 'zh-Hans'], ['ap-southeast-1'], ['Pte. Ltd.'], 4),
  place(
    'BR',
    'America/Sao_Paulo',
    ['pt-BR', 'en'],
    ['sa-east-1', 'us-east-1'],
    ['S.A.', 'Ltda.'],
    4,
    'BR-SP',
  ),
  place('AU', 'Australia/Sydney', ['en-AU'], ['ap-southeast-2'], ['Pty Ltd', 'Ltd'], 4, 'AU-NSW'),
  place(
    'CA',
    'America/Toronto',
    ['en-CA', 'fr-CA'],
    ['ca-central-1', 'us-east-1'],
    ['Inc.', 'Ltd.'],
    4,
    'CA-ON',
  ),
  place('IN', 'Asia/Kolkata', ['en-IN', 'hi'], ['ap-south-1'], ['Pvt. Ltd.', 'Ltd.'], 4, 'IN-KA'),
  place('KR', 'Asia/Seoul', ['ko', 'en'], ['ap-northeast-2', 'ap-northeast-1'], ['Co., Ltd.'], 3, 'KR-11'),
];

function place(
  country: string,
  timeZone: string,
  languages: readonly string[],
  regions: readonly string[],
  legalForms: readonly string[],
  weight: number,
  subdivision?: string,
): Place {
  const common = { country, timeZone, languages, regions, legalForms, weight };
  return subdivision === undefined ? common : { ...common, subdivision };
}

interface Sector {
  readonly sector: string;
  readonly weight: number;
  /** What companies of the sector call their trade. */
  readonly trades: readonly string[];
}

const sectors: readonly Sector[] = [
  { sector: 'digital-products', weight: 18, trades: ['Software', 'Apps', 'Systems', 'Labs'] },
  { sector: 'finance', weight: 14, trades: ['Capital', 'Bank', 'Trust', 'Credit'] },
  { sector: 'health', weight: 12, trades: ['Health', 'Clinics', 'Diagnostics', 'Care'] },
  { sector: 'retail', weight: 11, trades: ['Stores', 'Outfitters', 'Market', 'Goods'] },
  { sector: 'cloud', weight: 7, trades: ['Cloud', 'Hosting'] },
  { sector: 'digital-infrastructure', weight: 6, trades: ['Networks', 'Data Centers', 'Registry'] },
  { sector: 'critical-infrastructure', weight: 5, trades: ['Water', 'Rail', 'Ports'] },
  { sector: 'education', weight: 6, trades: ['Academy', 'University', 'Learning'] },
  { sector: 'telecom', weight: 4, trades: ['Telecom', 'Mobile'] },
  { sector: 'energy', weight: 4, trades: ['Energy', 'Grid', 'Power'] },
  { sector: 'insurance', weight: 4, trades: ['Insurance', 'Mutual'] },
  { sector: 'payments', weight: 4, trades: ['Payments', 'Pay'] },
  { sector: 'managed-services', weight: 5, trades: ['IT Services', 'Operations'] },
];

const federal: Sector = { sector: 'us-federal', weight: 1, trades: ['Bureau', 'Office', 'Agency'] };
const listed: Sector = { sector: 'public-company', weight: 1, trades: ['Holdings', 'Group', 'Industries'] };

const beginnings = `
  Alder Amber Anchor Arbor Argent Ash Aster Atlas Aurora Azure Badger Basalt Bay Beacon Birch Blue Bramble Bridge Brook
  Cedar Cinder Clear Clover Cobalt Copper Coral Crane Crest Delta Dune East Elder Elm Ember Falcon Fern Field Finch Fir
  Flint Forge Fox Frost Garnet Glen Granite Green Grove Gull Harbor Hawk Hazel Heron High Hollow Indigo Iron Ivy Jade
  Juniper Kestrel Lake Larch Lark Laurel Linden Long Lumen Lynx Maple Marble Marsh Meadow Mill Mint Moss North Oak Ocean
  Olive Onyx Opal Orchid Osprey Otter Peak Pebble Pine Plum Quarry Quartz Quill Rain Raven Red Reed Ridge River Robin
  Rowan Sable Sage Salt Sand Silver Slate Snow South Spruce Star Stone Summit Swan Swift Teal Thistle Tide Timber Topaz
  Vale Velvet Violet Walnut West Willow Wind Winter Wolf Wren Yarrow Zephyr`
  .trim()
  .split(/\s+/);
const endings = `
  bank bay beam bend berg bloom bow bridge brook burn cliff court craft crest dale den edge fall field flow ford fork gate
  glen hall haven heath hill hold hurst land lane leaf light line mark mead mere mont moor mount path peak point pool port
  reach ridge rise root shore side span spring stead stone stream thorn vale view wall ward water way well wick wood worth`
  .trim()
  .split(/\s+/);

/** Services of the incident that the demo plays, with how many of a hundred tenants use each. */
const serviceShares: readonly (readonly [string, number])[] = [
  ['github-oauth-tokens', 72],
  ['bitbucket-tokens', 24],
  ['project-api-tokens', 58],
  ['personal-api-tokens', 41],
  ['production-access', 12],
  ['production-hosts', 9],
];

const tenantCount = 2040;
const seed = 20_230_104;
const europeanUnion = ['DE', 'FR', 'IE', 'NL', 'ES'];

/** All example tenants, the same on every call. */
export function exampleTenants(): TenantRecord[] {
  const random = randomFrom(seed);
  const names = new Set<string>();
  return Array.from({ length: tenantCount }, (_, index) => tenant(index, random, names));
}

function tenant(index: number, random: Random, names: Set<string>): TenantRecord {
  const home = weighted(places, random);
  const { sector, trades } = sectorAt(home, random);
  const trade = pick(trades, random);
  const word = unusedWord(random, names);
  const domain = `${word.toLowerCase()}-${trade.toLowerCase().replaceAll(' ', '-')}.example`;
  const { country, subdivision, timeZone, languages } = home;
  return {
    id: `t${String(index + 1).padStart(4, '0')}-${word.toLowerCase()}`,
    name:
      sector === federal.sector ? `${word} ${trade}` : `${word} ${trade} ${pick(home.legalForms, random)}`,
    country,
    ...(subdivision === undefined ? {} : { subdivision }),
    sector,
    timeZone,
    languages: spoken(languages, random),
    facts: factsOf(index, home, sector, random),
    contacts: troubledContacts(index, domain) ?? contactsOf(domain, random),
    services: servicesOf(index, home, random),
    contracts: contractsOf(random),
  };
}

function sectorAt({ country, subdivision }: Place, random: Random): Sector {
  if (subdivision === 'US-DC') return federal;
  if (country === 'US' && random() < 0.06) return listed;
  return weighted(sectors, random);
}

function unusedWord(random: Random, names: Set<string>): string {
  for (;;) {
    const word = `${pick(beginnings, random)}${pick(endings, random)}`;
    if (names.has(word)) continue;
    names.add(word);
    return word;
  }
}

/** Most read their mail in the first language of the place; some have chosen another of them. */
function spoken(languages: readonly string[], random: Random): string[] {
  const [first, second, ...rest] = languages;
  if (first === undefined) return [];
  return second !== undefined && random() < 0.25 ? [second, first, ...rest] : [...languages];
}

function factsOf(index: number, { country }: Place, sector: string, random: Random): Facts {
  const facts: Facts = {};
  if (['finance', 'insurance', 'payments'].includes(sector))
    facts['financialEntity'] = financialEntity(sector, random);
  if (sector === federal.sector) facts['fedrampClass'] = pick(['B', 'C', 'C', 'D'], random);
  // One in four hundred has not told us yet: rules that ask for it stay undecided there.
  if (europeanUnion.includes(country) && index % 400 !== 0) facts['nis2Entity'] = isNis2Entity(sector);
  return facts;
}

function financialEntity(sector: string, random: Random): string {
  if (sector === 'insurance') return 'insurance';
  if (sector === 'payments') return 'payment-institution';
  return pick(['credit-institution', 'credit-institution', 'investment-firm'], random);
}

function isNis2Entity(sector: string): boolean {
  const covered =
    'cloud digital-infrastructure critical-infrastructure energy telecom managed-services health'.split(' ');
  return covered.includes(sector);
}

/** Contacts that make the demo's mail server complain: see docs/guides/tenant-directory.md. */
function troubledContacts(index: number, domain: string): Contact[] | undefined {
  const security = (local: string): Contact => ({
    ...{ kind: 'security', email: `${local}@${domain}`, verifiedAt: '2024-02-01' },
  });
  if (index === 120 || index === 1040) return [security('no-such-mailbox'), security('security')];
  if (index === 1570) return [security('no-such-mailbox'), security('no-such-mailbox-either')];
  if (index % 397 === 50) return [security('greylisted'), security('security')];
  return undefined;
}

function contactsOf(domain: string, random: Random): Contact[] {
  const administrator: Contact = {
    kind: 'administrator',
    email: `it@${domain}`,
    ...verification(0.8, random),
  };
  if (random() < 0.02) return [administrator];
  return [
    {
      kind: 'security',
      email: `${pick(['security', 'soc', 'ciso'], random)}@${domain}`,
      ...verification(0.85, random),
    },
    ...some<Contact>(0.45, random, {
      kind: 'privacy',
      email: `privacy@${domain}`,
      ...verification(0.7, random),
    }),
    administrator,
    ...some<Contact>(0.15, random, { kind: 'legal', email: `legal@${domain}`, ...verification(0.6, random) }),
  ];
}

function verification(share: number, random: Random): { verifiedAt?: string } {
  return random() < share ? { verifiedAt: dateBetween(2021, 2024, random) } : {};
}

function servicesOf(
  index: number,
  { regions }: Place,
  random: Random,
): NonNullable<TenantRecord['services']> {
  const used = serviceShares.filter(([, share]) => random() * 100 < share).map(([service]) => service);
  // Everybody connects a repository in some way, and those with mail trouble must be among the affected.
  const services =
    used.length === 0 || troubledContacts(index, '') !== undefined ? ['github-oauth-tokens'] : used;
  return services.map((service) => {
    const use = { service, region: pick(regions, random), usedFrom: dateBetween(2019, 2022, random) };
    const hasLeft = random() < 0.02 && troubledContacts(index, '') === undefined;
    return hasLeft ? { ...use, usedTo: dateBetween(2023, 2024, random) } : use;
  });
}

function contractsOf(random: Random): NonNullable<TenantRecord['contracts']> {
  const lot = random();
  if (lot < 0.08) return [{ id: 'msa', hours: 72, anchor: 'determination', clause: 'Security addendum 4.2' }];
  if (lot < 0.14)
    return [{ id: 'dpa', hours: 48, anchor: 'confirmation', clause: 'Data processing agreement 9' }];
  if (lot < 0.18)
    return [{ id: 'dpa', hours: 24, anchor: 'awareness', clause: 'Data processing agreement 9' }];
  return [];
}

function dateBetween(firstYear: number, lastYear: number, random: Random): string {
  const first = Date.UTC(firstYear, 0, 1);
  const instant = first + Math.floor(random() * (Date.UTC(lastYear + 1, 0, 1) - first));
  return new Date(instant).toISOString().slice(0, 10);
}

function some<Item>(share: number, random: Random, item: Item): Item[] {
  return random() < share ? [item] : [];
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function weighted<Item extends { readonly weight: number }>(items: readonly Item[], random: Random): Item {
  let left = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  const found = items.find(({ weight }) => (left -= weight) < 0);
  return found ?? pick(items, random);
}

/** Mulberry32: numbers in [0, 1) that depend on the seed alone. */
function randomFrom(start: number): Random {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The content of the file. */
export function asJsonLines(tenants: readonly TenantRecord[]): string {
  return tenants.map((record) => `${JSON.stringify(record)}\n`).join('');
}

if (require.main === module) {
  const path = resolve(__dirname, '../examples/tenants.jsonl');
  writeFileSync(path, asJsonLines(exampleTenants()));
  console.log(`Wrote ${tenantCount} tenants to ${path}.`);
}
