import fc from 'fast-check';
import { isCountry, isSubdivision } from '../../src/contract/places';
import {
  contactIds,
  EmailAddress,
  ImportedTenant,
  TenantFacts,
  type TenantRecord,
} from '../../src/contract/tenant-import';

const acme: TenantRecord = {
  id: 'acme',
  name: 'Acme Health',
  country: 'US',
  subdivision: 'US-CA',
  sector: 'health',
  timeZone: 'America/Los_Angeles',
  languages: ['en-us'],
  facts: { nis2Entity: false },
  contacts: [{ kind: 'security', email: 'security@acme.example', verifiedAt: '2024-03-01' }],
  services: [{ service: 'build', region: 'us-east-1', usedFrom: '2021-05-01' }],
  contracts: [{ id: 'msa', hours: 72, anchor: 'determination' }],
};

function problemsOf(change: object): string[] {
  const { error } = ImportedTenant.safeParse({ ...acme, ...change });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
}

test('a complete tenant is read with its dates as instants and its languages in canonical form', () => {
  const tenant = ImportedTenant.parse(acme);

  expect(tenant.contacts[0]?.verifiedAt).toBe('2024-03-01T00:00:00.000Z');
  expect(tenant.services[0]?.usedFrom).toBe('2021-05-01T00:00:00.000Z');
  expect(tenant.languages).toEqual(['en-US']);
});

test('a tenant needs no more than an id, a name and a time zone', () => {
  expect(ImportedTenant.parse({ id: 'acme', name: 'Acme', timeZone: 'UTC' })).toEqual({
    ...{ id: 'acme', name: 'Acme', timeZone: 'UTC' },
    ...{ languages: [], facts: {}, contacts: [], services: [], contracts: [] },
  });
});

test('an instant with an offset is read as UTC', () => {
  const services = [{ service: 'build', region: 'eu', usedFrom: '2024-03-01T01:30:00+02:00' }];
  expect(ImportedTenant.parse({ ...acme, services }).services[0]?.usedFrom).toBe('2024-02-29T23:30:00.000Z');
});

test.each<[string, object, string]>([
  ['no name', { name: undefined }, 'name is missing'],
  ['an empty name', { name: '  ' }, 'name must not be empty'],
  ['a line break in a name', { name: 'Acme\nBcc: x' }, 'name contains a line break'],
  ['a line break at the end of a name', { name: 'Acme\n' }, 'name contains a line break'],
  [
    'a lone surrogate in a name',
    { name: 'Acme \ud83d' },
    'name contains a line break, a control character or half',
  ],
  ['a name of 10 KB', { name: 'A'.repeat(10_240) }, 'name must not be longer than 300 characters'],
  ['a name that turns the direction of text', { name: 'Acme \u202egpj' }, 'name contains a line break'],
  ['an address as id', { id: 'it@acme.example' }, 'id must begin with a letter or digit'],
  ['a country that does not exist', { country: 'XX', subdivision: null }, 'country is not a country code'],
  ['a state that does not exist', { subdivision: 'US-ZZ' }, 'subdivision is not a subdivision code'],
  ['a state of another country', { subdivision: 'CA-QC' }, 'subdivision does not lie in US'],
  ['an unknown time zone', { timeZone: 'Mars/Olympus' }, 'timeZone is not an IANA time zone'],
  ['an offset as time zone', { timeZone: '+02:00' }, 'timeZone is not an IANA time zone'],
  ['a language that is none', { languages: ['english, german'] }, 'languages.0 is not a language tag'],
  [
    'a contact of an unknown kind',
    { contacts: [{ kind: 'boss', email: 'a@b.example' }] },
    'contacts.0.kind must be',
  ],
  ['a contact that is a text', { contacts: ['security'] }, 'contacts.0 must be an object'],
  [
    'a date that does not exist',
    { services: [{ service: 'build', region: 'eu', usedFrom: '2023-02-30' }] },
    'services.0.usedFrom must be a date',
  ],
  [
    'a use that ends before it begins',
    { services: [{ service: 'build', region: 'eu', usedFrom: '2024-01-02', usedTo: '2024-01-01' }] },
    'services.0.usedTo is before usedFrom',
  ],
  [
    'the same use twice',
    { services: Array(2).fill({ service: 'build', region: 'eu', usedFrom: '2024-01-02' }) },
    'services.1 is there twice',
  ],
  ['a fact that holds an object', { facts: { nis2Entity: { yes: 1 } } }, 'facts.nis2Entity must be'],
  ['a fact with a control character', { facts: { note: 'a\u0000b' } }, 'facts.note'],
  [
    'a contract of no hours',
    { contracts: [{ id: 'msa', hours: 0, anchor: 'awareness' }] },
    'contracts.0.hours must',
  ],
])('refused: %s', (_, change, problem) => {
  expect(problemsOf(change)).toEqual([expect.stringContaining(problem)]);
});

test.each([
  'security@acme.example',
  'a+b.c@sub.acme.example',
  'käthe@bücher.example',
  '用户@例子.公司',
  "o'brien@acme.example",
])('an address is welcome: %s', (address) => {
  expect(EmailAddress.safeParse(address).success).toBe(true);
});

test.each([
  ['without @', 'acme.example'],
  ['with two', 'a@b@acme.example'],
  ['two addresses', 'a@acme.example,b@acme.example'],
  ['with a name', 'Ann <a@acme.example>'],
  ['with a line break', 'a@acme.example\nBcc: b@acme.example'],
  ['with a space', 'a b@acme.example'],
  ['with an invisible character', 'a\u200b@acme.example'],
  ['with a lone surrogate', 'a\udc00@acme.example'],
  ['with a dot at the end of the local part', 'a.@acme.example'],
  ['without a dot in the domain', 'a@localhost'],
  ['with a domain label that ends in a hyphen', 'a@acme-.example'],
  [
    'longer than 254',
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}`,
  ],
])('an address is refused: %s', (_, address) => {
  expect(EmailAddress.safeParse(address).success).toBe(false);
});

test('what passes as an address never holds a separator or a character that a header could break on', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
      if (EmailAddress.safeParse(text).success)
        expect(text).toMatch(/^[^\s\p{Cc}\p{Cs},;<>]+@[^\s\p{Cc}\p{Cs},;<>@]+$/u);
    }),
    { numRuns: 1000 },
  );
});

test('facts of every kind that a rule can compare are kept', () => {
  const facts = {
    financialEntity: 'credit-institution',
    nis2Entity: true,
    employees: 250,
    licences: ['de', 'fr'],
  };
  expect(TenantFacts.parse(facts)).toEqual(facts);
});

test('contacts without an id are numbered by kind', () => {
  const contact = { email: 'a@acme.example' };
  expect(
    contactIds([
      { ...contact, kind: 'security' },
      { ...contact, kind: 'administrator' },
      { ...contact, kind: 'security', id: 'desk' },
      { ...contact, kind: 'security' },
    ]),
  ).toEqual(['security-1', 'administrator-1', 'desk', 'security-3']);
});

test('codes of places: listed countries by list, others by form', () => {
  expect(['DE', 'XK', 'EU', 'de'].map(isCountry)).toEqual([true, false, false, false]);
  expect(['US-FL', 'US-XX', 'FR-IDF', 'XX-AA', 'FR-', 'FR'].map(isSubdivision)).toEqual([
    ...[true, false, true, false, false, false],
  ]);
});

describe('a webhook', () => {
  const hook = { kind: 'webhook', url: 'https://hooks.acme.example/notices?for=us', secret: 'acme-hook' };

  test('is a contact with the name of its secret, and its URL is kept in one form', () => {
    const contacts = [{ ...hook, url: 'HTTPS://Hooks.Bücher.example/a b'.replace(' ', '%20') }, hook];

    expect(ImportedTenant.parse({ ...acme, contacts }).contacts).toEqual([
      { ...hook, url: 'https://hooks.xn--bcher-kva.example/a%20b' },
      hook,
    ]);
  });

  test.each<[string, object, string]>([
    ['with an address', { email: 'a@acme.example' }, 'contacts.0 Unrecognized key'],
    ['without a secret', { secret: undefined }, 'contacts.0.secret is missing'],
    ['without a URL', { url: undefined }, 'contacts.0.url is missing'],
    ['over http', { url: 'http://hooks.acme.example/' }, 'must begin with https://'],
    ['that is a file', { url: 'file:///etc/passwd' }, 'must begin with https://'],
    ['with credentials', { url: 'https://me:pw@hooks.acme.example/' }, 'a name or a password'],
    ['with a user', { url: 'https://me@hooks.acme.example/' }, 'a name or a password'],
    ['at an IPv4 address', { url: 'https://93.184.215.14/' }, 'not the address of a machine'],
    ['at an address written as a number', { url: 'https://2130706433/' }, 'not the address of a machine'],
    ['at an address in hexadecimal', { url: 'https://0x7f.1/' }, 'not the address of a machine'],
    ['at an IPv6 address', { url: 'https://[::1]/' }, 'not the address of a machine'],
    ['on this machine', { url: 'https://localhost/' }, 'a host that everybody can find'],
    ['in an inner network', { url: 'https://vault.internal/' }, 'a host that everybody can find'],
    ['of a name with a dot at its end', { url: 'https://localhost./' }, 'a host that everybody can find'],
    ['on another port', { url: 'https://hooks.acme.example:6379/' }, 'must not name a port'],
    ['with a fragment', { url: 'https://hooks.acme.example/#a' }, 'a part after #'],
    ['with a line break', { url: 'https://hooks.acme.example/\r\nHost: x' }, 'a control character'],
    ['with a tab in its scheme', { url: 'ht\ttps://hooks.acme.example/' }, 'a control character'],
    ['with a backslash', { url: 'https://hooks.acme.example\\@evil.example/' }, 'a backslash'],
    ['that is none', { url: 'hooks.acme.example' }, 'is not a URL'],
    ['that is too long', { url: `https://hooks.acme.example/${'a'.repeat(2000)}` }, 'longer than 2000'],
  ])('is refused: %s', (_, change, problem) => {
    expect(problemsOf({ contacts: [{ ...hook, ...change }] })).toEqual([expect.stringContaining(problem)]);
  });

  test('two of a tenant have ids of their own', () => {
    const contacts = [hook, { ...hook, url: 'https://other.acme.example/' }];
    expect(contactIds(ImportedTenant.parse({ ...acme, contacts }).contacts)).toEqual([
      'webhook-1',
      'webhook-2',
    ]);
  });
});

test.each([
  ['with a quoted local part', '"a b"@acme.example'],
  ['in angle brackets', '<a@acme.example>'],
  ['with a semicolon', 'a@acme.example;b@acme.example'],
  ['with a comment', 'a(b)@acme.example'],
  ['with a NUL', 'a\u0000@acme.example'],
  ['with an escape character', 'a\u001b[0m@acme.example'],
  ['of 300 characters', `${'a'.repeat(287)}@acme.example`],
  ['with a local part over 64 bytes', `${'ä'.repeat(33)}@acme.example`],
  ['with an address literal', 'a@[127.0.0.1]'],
  ['that turns the direction of text', 'a\u202eb@acme.example'],
])('an address is refused: %s', (_, address) => {
  expect(EmailAddress.safeParse(address).success).toBe(false);
});
