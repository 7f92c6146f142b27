/**
 * What a file of tenants may contain: one tenant with its contacts, services and contract terms. The same shape for
 * JSON lines and CSV. Every check says in words what is wrong, so that the person who made the file can mend it.
 */
import { z } from 'zod';
import { AnchorKind } from './anchor';
import { isCountry, isSubdivision } from './places';
import { WebhookUrl } from './webhook-url';

export const ContactKind = z.enum(['security', 'privacy', 'legal', 'administrator'], {
  error: 'must be one of security, privacy, legal, administrator',
});
export type ContactKind = z.infer<typeof ContactKind>;

// Control characters, half characters, line separators, and the marks that make text read in another order than it is
// written: each can change the mail or the table in which the text is later put.
const unsafeCharacter = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

const string = z.string({
  error: ({ input }) => (input === undefined ? 'is missing' : 'must be a text'),
});

const line = (maxLength: number) =>
  string
    .refine((text) => !unsafeCharacter.test(text), {
      error: 'contains a line break, a control character or half of a character pair',
    })
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must not be longer than ${maxLength} characters`);

const id = string.regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, {
  error:
    'must begin with a letter or digit, then letters, digits and . _ : - only, at most 128 (it is shown in logs: no address)',
});

const word = string.regex(/^[a-z][a-z0-9-]{0,62}$/, {
  error: 'must be a word of lower-case letters, digits and hyphens, such as public-company',
});

/** An e-mail address of one mailbox; international names are welcome, quoted local parts are not. */
export const EmailAddress = string.superRefine((address, context) => {
  const problem = addressProblem(address);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** A date is its midnight in UTC. Read as an instant in UTC with milliseconds. */
const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be a date such as 2024-03-01 or an instant with offset such as 2024-03-01T09:30:00Z',
  })
  .transform((text) => new Date(text).toISOString());

const FactValue = z.union([line(500), z.number(), z.boolean(), z.array(line(500)).max(100)], {
  error: 'must be a text, a number, true, false or a list of texts, without control characters',
});

/** Facts that rules read, such as `financialEntity`, `nis2Entity`, `fedrampClass`. A fact left out is unknown. */
export const TenantFacts = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,62}$/), FactValue, {
    error: 'must be an object of named facts; a name has letters and digits only',
  })
  .refine((facts) => Object.keys(facts).length <= 100, 'must not hold more than 100 facts');
export type TenantFacts = z.infer<typeof TenantFacts>;

const aboutContact = {
  /** Left out: the kind and its number within the tenant, such as `security-1`. */
  id: id.optional(),
  verifiedAt: instant.nullish(),
  bouncedAt: instant.nullish(),
};

/** People, by e-mail. */
const ImportedMailbox = z.strictObject({ ...aboutContact, kind: ContactKind, email: EmailAddress });

/** A system of the tenant's, by HTTPS. */
const ImportedWebhook = z.strictObject({
  ...aboutContact,
  kind: z.literal('webhook'),
  url: WebhookUrl,
  /** The name of the secret that signs what is sent there; the secret itself is known to the delivery workers alone. */
  secret: id,
});

export const ImportedContact = z.discriminatedUnion('kind', [ImportedMailbox, ImportedWebhook], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null
      ? `must be one of ${[...ContactKind.options, 'webhook'].join(', ')}`
      : 'must be an object',
});
export type ImportedContact = z.infer<typeof ImportedContact>;
/** How a contact of the directory is reached, and in what capacity. */
export type DirectoryContactKind = ImportedContact['kind'];

export const ImportedServiceUse = z
  .strictObject({
    service: line(100),
    region: line(100),
    usedFrom: instant,
    usedTo: instant.nullish(),
  })
  .refine(({ usedFrom, usedTo }) => usedTo === undefined || usedTo === null || usedTo >= usedFrom, {
    path: ['usedTo'],
    error: 'is before usedFrom',
  });
export type ImportedServiceUse = z.infer<typeof ImportedServiceUse>;

export const ImportedContract = z.strictObject({
  id,
  hours: z
    .int('must be a whole number of hours')
    .min(1, 'must be at least 1')
    .max(87_600, 'must be at most 87,600'),
  anchor: z.enum(AnchorKind.options, { error: `must be one of ${AnchorKind.options.join(', ')}` }),
  clause: line(500).nullish(),
});
export type ImportedContract = z.infer<typeof ImportedContract>;

export const ImportedTenant = z
  .strictObject({
    id,
    name: line(300),
    country: string.refine(isCountry, { error: 'is not a country code of ISO 3166-1, such as DE' }).nullish(),
    subdivision: string
      .refine(isSubdivision, { error: 'is not a subdivision code of ISO 3166-2, such as US-CA' })
      .nullish(),
    sector: word.nullish(),
    timeZone: string.refine(isTimeZone, { error: 'is not an IANA time zone, such as Europe/Berlin' }),
    languages: z
      .array(
        string
          .refine(isLanguage, { error: 'is not a language tag of BCP 47, such as pt-BR' })
          .transform((tag) => Intl.getCanonicalLocales(tag)[0] ?? tag),
      )
      .max(20, 'must not hold more than 20 languages')
      .default([]),
    facts: TenantFacts.default({}),
    contacts: z.array(ImportedContact).max(100, 'must not hold more than 100 contacts').default([]),
    services: z.array(ImportedServiceUse).max(1000, 'must not hold more than 1,000 uses').default([]),
    contracts: z.array(ImportedContract).max(100, 'must not hold more than 100 contracts').default([]),
  })
  .superRefine((tenant, context) => {
    if (tenant.country && tenant.subdivision && !tenant.subdivision.startsWith(`${tenant.country}-`))
      context.addIssue({
        code: 'custom',
        path: ['subdivision'],
        message: `does not lie in ${tenant.country}`,
      });
    for (const [list, index] of repetitionsIn(tenant))
      context.addIssue({ code: 'custom', path: [list, index], message: 'is there twice' });
  });
/** A tenant as it was checked: dates are instants, languages in canonical form. */
export type ImportedTenant = z.infer<typeof ImportedTenant>;
/** A tenant as it is written in a file of JSON lines: what has a default may be left out. */
export type TenantRecord = z.input<typeof ImportedTenant>;

/** One thing wrong with an import file. `line` counts from 1 and is where the record begins. */
export interface TenantImportProblem {
  readonly file: string;
  readonly line: number;
  /** Such as `timeZone` or `contacts[1].email`; empty when the whole line is meant. */
  readonly field: string;
  readonly problem: string;
}

export interface TenantImportResult {
  /** Tenants that were not in the directory before. */
  readonly inserted: number;
  /** Tenants that were, and that the file replaced with all that belongs to them. */
  readonly updated: number;
  readonly contacts: number;
  readonly services: number;
  readonly contracts: number;
}

/** The contacts' ids, given or made from kind and number. */
export function contactIds(contacts: readonly ImportedContact[]): string[] {
  const seen = new Map<DirectoryContactKind, number>();
  return contacts.map(({ id: given, kind }) => {
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    return given ?? `${kind}-${number}`;
  });
}

type Keyed = Pick<z.infer<typeof ImportedTenant>, 'contacts' | 'services' | 'contracts'>;

function* repetitionsIn({ contacts, services, contracts }: Keyed): Iterable<[keyof Keyed, number]> {
  for (const index of repeated(contactIds(contacts))) yield ['contacts', index];
  for (const index of repeated(services.map((use) => [use.service, use.region, use.usedFrom].join('\n'))))
    yield ['services', index];
  for (const index of repeated(contracts.map((contract) => contract.id))) yield ['contracts', index];
}

function repeated(keys: readonly string[]): number[] {
  const seen = new Set<string>();
  return keys.flatMap((key, index) => {
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated ? [index] : [];
  });
}

function addressProblem(address: string): string | undefined {
  if (unsafeCharacter.test(address)) return 'contains a line break or a control character';
  if (/[\s\p{Cf}]/u.test(address)) return 'contains a space or an invisible character';
  if (/[,;<>()"\\[\]]/.test(address)) return 'must be one bare address: no comma, quote or bracket';
  if (new TextEncoder().encode(address).length > 254) return 'is longer than 254 bytes';
  const [local, domain, ...more] = address.split('@');
  if (local === undefined || domain === undefined || more.length > 0) return 'must have exactly one @';
  if (!/^[^.]+(\.[^.]+)*$/.test(local) || new TextEncoder().encode(local).length > 64)
    return 'has an invalid part before the @';
  if (!isDomain(domain)) return 'has an invalid domain after the @';
  return undefined;
}

function isDomain(domain: string): boolean {
  const label = /^[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
  const labels = domain.split('.');
  return labels.length > 1 && labels.every((part) => label.test(part));
}

const knownTimeZones = new Set<string>(Intl.supportedValuesOf('timeZone'));

function isTimeZone(name: string): boolean {
  if (knownTimeZones.has(name)) return true;
  if (!/^[A-Za-z][\w+/-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    knownTimeZones.add(name);
    return true;
  } catch {
    return false;
  }
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
