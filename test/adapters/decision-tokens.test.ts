/** Signing and verifying on the wire. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { keyIdOf } from '../../src/adapters/approver-key-files';
import { signDecision, verifyDecisionToken } from '../../src/adapters/decision-tokens';
import type { DecisionClaims } from '../../src/contract/decision';
import { readDecisionToken } from '../../src/domain/decision-token';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const claims: DecisionClaims = {
  sub: 'eim-1',
  aud: 'default/incident/INC-1',
  gate: 'notice:first-1',
  gen: 2,
  obj: 'b'.repeat(64),
  dec: 'reject',
  iat: 1_790_000_000,
  exp: 1_790_003_600,
  jti: 'c0ffee00-7c39-4a3b-9d5b-1e0c54a6a001',
  why: 'Der Abschnitt über Daten fehlt — bitte ergänzen. 説明が足りない。',
};

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('what one key signed, its public key verifies, and the claims come back whole', async () => {
  const token = await signDecision(privateKey, claims);
  expect(await verifyDecisionToken(token, publicKeyPem)).toEqual({ kind: 'genuine', claims });
});

test('the header names algorithm, type and the id of the key', async () => {
  const read = readDecisionToken(await signDecision(privateKey, claims));
  expect(read).toEqual({
    kind: 'readable',
    header: { alg: 'Ed25519', typ: 'incident-decision+jwt', kid: keyIdOf(publicKey) },
    claims,
  });
});

test('a token under the older algorithm name EdDSA is genuine too', async () => {
  const input = `${part({ alg: 'EdDSA', typ: 'incident-decision+jwt' })}.${part(claims)}`;
  const token = `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
  expect(await verifyDecisionToken(token, publicKeyPem)).toEqual({ kind: 'genuine', claims });
});

test('one changed character, wherever it is, makes a token a forgery', async () => {
  const token = await signDecision(privateKey, claims);
  for (let index = 0; index < token.length; index += 7) {
    const other = token[index] === 'A' ? 'B' : 'A';
    const changed = token.slice(0, index) + other + token.slice(index + 1);
    expect(await verifyDecisionToken(changed, publicKeyPem)).toEqual({ kind: 'forged' });
  }
});

test.each([
  [
    'another public key',
    generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'forged',
  ],
  [
    'a key of another kind',
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString(),
    'unusable-key',
  ],
  ['something that is no key', 'not a key', 'unusable-key'],
])('nothing is genuine under %s', async (_what, pem, kind) => {
  expect(await verifyDecisionToken(await signDecision(privateKey, claims), pem)).toEqual({ kind });
});

test.each([
  ['a rejection without reason', { why: undefined }, '"why"'],
  ['a rejection with a blank reason', { why: '  ' }, '"why"'],
  ['a reason of 2,001 characters', { why: 'x'.repeat(2001) }, '"why"'],
  ['a reason with half a character pair', { why: 'a\ud800b' }, '"why"'],
  ['an end before the beginning', { exp: claims.iat }, '"exp"'],
  ['a hash that is none', { obj: 'B'.repeat(64) }, '"obj"'],
  ['an audience without namespace', { aud: 'INC-1' }, '"aud"'],
  ['a gate with spaces', { gate: 'notice: 1' }, '"gate"'],
])('%s is not signed, and the sentence names the claim', async (_what, change, named) => {
  await expect(signDecision(privateKey, { ...claims, ...change })).rejects.toMatchObject({
    type: 'InputProblem',
    message: expect.stringContaining(named) as string,
  });
});
