/** The register of approver keys against a real PostgreSQL. */
import { generateKeyPairSync } from 'node:crypto';
import { keyIdOf } from '../../src/adapters/approver-key-files';
import { approverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import type { ApproverKeyStore, KeyToEnroll } from '../../src/adapters/postgres/approver-key-store';
import { testDatabase } from '../support/postgres';

let server: Awaited<ReturnType<typeof testDatabase>>;
let store: ApproverKeyStore;

beforeAll(async () => {
  server = await testDatabase();
  store = approverKeyStore(server.database);
});

afterAll(async () => {
  await server.destroy();
});

function freshKey(): KeyToEnroll & { keyId: string } {
  const { publicKey } = generateKeyPairSync('ed25519');
  return {
    keyId: keyIdOf(publicKey),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    approverId: 'eim-1',
    roles: ['executive-incident-manager'],
    enrolledBy: 'admin-1',
  };
}

test('an enrolled key is found by its id, good from now on', async () => {
  const { keyId, ...wanted } = freshKey();
  const { outcome } = await store.enroll(wanted);

  const found = await store.findKey(keyId);

  expect(outcome).toBe('enrolled');
  expect(found).toMatchObject({ keyId, approverId: 'eim-1', roles: ['executive-incident-manager'] });
  expect(found).not.toHaveProperty('revokedAt');
  expect(Math.abs(Date.now() - Date.parse(found?.validFrom ?? ''))).toBeLessThan(30_000);
});

test('a key that nobody enrolled is not found', async () => {
  expect(await store.findKey('0'.repeat(32))).toBeUndefined();
});

test('the period in which a key is good is kept', async () => {
  const period = { validFrom: '2026-01-01T00:00:00.000Z', validTo: '2027-01-01T00:00:00.000Z' };
  const { key } = await store.enroll({ ...freshKey(), ...period });
  expect(key).toMatchObject(period);
});

test('the same key enrolled again by the same person changes nothing, by a second person it is confirmed', async () => {
  const wanted = freshKey();
  await store.enroll(wanted);

  const again = await store.enroll(wanted);
  const second = await store.enroll({ ...wanted, enrolledBy: 'admin-2' });
  const third = await store.enroll({ ...wanted, enrolledBy: 'admin-3' });

  expect([again.outcome, second.outcome, third.outcome]).toEqual(['unchanged', 'confirmed', 'unchanged']);
  expect(third.key).toMatchObject({ enrolledBy: 'admin-1', confirmedBy: 'admin-2' });
});

test('of many who enroll one key at once, one enrolls it and one confirms it', async () => {
  const wanted = freshKey();
  const people = Array.from({ length: 10 }, (_, index) => `admin-${String(index)}`);
  const results = await Promise.all(people.map((enrolledBy) => store.enroll({ ...wanted, enrolledBy })));
  const outcomes = results.map(({ outcome }) => outcome).sort();
  expect(outcomes).toEqual(['confirmed', 'enrolled', ...Array<string>(8).fill('unchanged')]);
});

test('a key cannot be given to somebody else or get other roles', async () => {
  const wanted = freshKey();
  await store.enroll(wanted);
  await expect(store.enroll({ ...wanted, approverId: 'eim-2' })).rejects.toMatchObject({
    type: 'InputProblem',
  });
  await expect(store.enroll({ ...wanted, roles: ['legal'] })).rejects.toThrow(
    'is enrolled already for eim-1',
  );
});

test('a revoked key stays in the register, revoked once and for good', async () => {
  const wanted = freshKey();
  await store.enroll(wanted);

  const first = await store.revoke(wanted.keyId, 'admin-2');
  const second = await store.revoke(wanted.keyId, 'admin-3');

  expect([first.outcome, second.outcome]).toEqual(['revoked', 'unchanged']);
  expect(await store.findKey(wanted.keyId)).toMatchObject({
    revokedBy: 'admin-2',
    revokedAt: first.key.revokedAt,
  });
  await expect(store.enroll(wanted)).rejects.toThrow('was revoked');
});

test('revoking a key that nobody enrolled is an input problem', async () => {
  await expect(store.revoke('f'.repeat(32), 'admin-1')).rejects.toMatchObject({ type: 'InputProblem' });
});

test('what is no public key does not get in', async () => {
  await expect(store.enroll({ ...freshKey(), publicKeyPem: 'x' })).rejects.toMatchObject({
    type: 'InputProblem',
  });
});

test('the list shows every key', async () => {
  const wanted = freshKey();
  await store.enroll(wanted);
  expect((await store.list()).map(({ keyId }) => keyId)).toContain(wanted.keyId);
});
