import {
  contactLadder,
  contactsInLadderOrder,
  type TenantContactTable,
} from '../../src/adapters/postgres/tenant-directory';
import type { Insertable } from 'kysely';
import { testDatabase, type TestDatabase } from '../support/postgres';

let fresh: TestDatabase;
beforeAll(async () => {
  fresh = await testDatabase();
  const verified = '2024-03-01T00:00:00.000Z';
  const bounced = '2024-05-01T00:00:00.000Z';
  const contacts: [string, TenantContactTable['kind'], string | null, string | null][] = [
    ['admin-old', 'administrator', null, null],
    ['admin', 'administrator', verified, null],
    ['legal', 'legal', verified, null],
    ['privacy', 'privacy', verified, null],
    ['privacy-bounced', 'privacy', verified, bounced],
    ['security', 'security', verified, null],
    ['security-bounced', 'security', verified, bounced],
    ['security-unverified', 'security', null, null],
  ];
  await fresh.database.insertInto('tenant').values(['acme', 'globex'].map(row)).execute();
  await fresh.database.insertInto('tenant_contact').values(contacts.map(contactRow)).execute();
});
afterAll(() => fresh.destroy());

const row = (id: string) => ({ id, name: id, time_zone: 'UTC', languages: [], facts: '{}' });

function contactRow([contact_id, kind, verified_at, bounced_at]: [
  string,
  TenantContactTable['kind'],
  string | null,
  string | null,
]): Insertable<TenantContactTable> {
  return {
    tenant_id: 'acme',
    contact_id,
    kind,
    email: `${contact_id}@acme.example`,
    verified_at,
    bounced_at,
  };
}

const idsOf = (contacts: readonly { contactId: string }[]) => contacts.map(({ contactId }) => contactId);

test('security, then privacy, then administrators, then others; verified first; bounced at the very end', async () => {
  expect(idsOf(await contactsInLadderOrder(fresh.database, 'acme'))).toEqual([
    'security',
    'security-unverified',
    'privacy',
    'admin',
    'admin-old',
    'legal',
    'security-bounced',
    'privacy-bounced',
  ]);
});

test('the kind that a rule names comes first, administrators second', async () => {
  const contacts = await contactsInLadderOrder(fresh.database, 'acme', ['legal']);
  expect(idsOf(contacts).slice(0, 3)).toEqual(['legal', 'admin', 'admin-old']);
});

test('a contact tells whether it is verified and whether it has bounced', async () => {
  const contacts = await contactsInLadderOrder(fresh.database, 'acme');
  expect(contacts.at(1)).toEqual({
    ...{ contactId: 'security-unverified', kind: 'security', email: 'security-unverified@acme.example' },
    ...{ isVerified: false, hasBounced: false },
  });
  expect(contacts.at(-1)).toMatchObject({ isVerified: true, hasBounced: true });
});

test('a tenant without contacts has an empty ladder', async () => {
  expect(await contactsInLadderOrder(fresh.database, 'globex')).toEqual([]);
});

test('the ladder can order an aliased table in a larger query', async () => {
  const first = await fresh.database
    .selectFrom('tenant_contact as contact')
    .select('contact.contact_id')
    .orderBy(contactLadder(['administrator'], 'contact'))
    .limit(1)
    .executeTakeFirst();
  expect(first?.contact_id).toBe('admin');
});
