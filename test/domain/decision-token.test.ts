/** Reading tokens without verifying them: what the workflow's validator relies on. */
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { DecisionClaims } from '../../src/contract/decision';
import { claimsOf, MAX_DECISION_TOKEN_CHARACTERS, readDecisionToken } from '../../src/domain/decision-token';

const header = { alg: 'Ed25519', typ: 'incident-decision+jwt', kid: '0'.repeat(32) };
const claims: DecisionClaims = {
  sub: 'eim-1',
  aud: 'default/incident/INC-1',
  gate: 'eradication',
  gen: 1,
  obj: 'a'.repeat(64),
  dec: 'approve',
  iat: 1_790_000_000,
  exp: 1_790_003_600,
  jti: '5a1a3c0e-7c39-4a3b-9d5b-1e0c54a6a001',
};

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const part = (value: unknown) => base64url(JSON.stringify(value));
const tokenOf = (head: unknown, body: unknown) => `${part(head)}.${part(body)}.c2lnbmF0dXJl`;

const problemOf = (token: unknown): string => {
  const read = readDecisionToken(token);
  return read.kind === 'unreadable' ? read.problem : 'it was readable';
};

test('a well-formed token is read: header and claims as they were written', () => {
  expect(readDecisionToken(tokenOf(header, claims))).toEqual({ kind: 'readable', header, claims });
});

test('text in every script survives, at every length of the encoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (why) => {
      const read = readDecisionToken(tokenOf(header, { ...claims, dec: 'reject', why }));
      expect(read).toMatchObject({
        kind: 'readable',
        claims: { why: JSON.parse(JSON.stringify(why)) as string },
      });
    }),
  );
});

test('no input makes the reader throw', () => {
  const almostToken = fc
    .array(fc.stringMatching(/^[A-Za-z0-9_.-]*$/), { maxLength: 4 })
    .map((parts) => parts.join('.'));
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), almostToken), (input) => {
      expect(readDecisionToken(input).kind).toBe('unreadable');
    }),
  );
});

test.each([
  ['no token at all', undefined, 'The decision has no token'],
  ['an object', { token: 'x' }, 'The decision has no token'],
  ['an empty text', '', 'not three base64url parts'],
  ['two parts', 'eyJh.eyJh', 'not three base64url parts'],
  ['five parts, as an encrypted token has', 'a.b.c.d.e', 'not three base64url parts'],
  ['padding', `${part(header)}=.${part(claims)}.c2ln`, 'not three base64url parts'],
  ['a line break', `${tokenOf(header, claims)}\n`, 'not three base64url parts'],
  ['a header that is not JSON', `${base64url('{alg}')}.${part(claims)}.c2ln`, 'header of the token'],
  ['a header without algorithm', tokenOf({ typ: header.typ }, claims), 'header of the token'],
  ['a header that is a list', tokenOf([], claims), 'header of the token'],
  ['a body that is a list', tokenOf(header, [claims]), 'body of the token'],
  [
    'a body that is not UTF-8',
    `${part(header)}.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}.c2ln`,
    'body',
  ],
  [
    'a body that begins with a byte-order mark',
    `${part(header)}.${base64url('\ufeff{}')}.c2ln`,
    'body of the token',
  ],
  ['an impossible length of base64url', `${part(header)}.eyJhb.c2ln`, 'body of the token'],
  ['left-over bits in base64url', `${part(header)}.e31.c2ln`, 'body of the token'],
  ['a missing claim', tokenOf(header, { ...claims, jti: undefined }), 'The claim "jti"'],
  ['a claim of the wrong type', tokenOf(header, { ...claims, gen: '1' }), 'The claim "gen"'],
  ['a fraction of a second', tokenOf(header, { ...claims, iat: 1.5 }), 'The claim "iat"'],
  ['a verdict that does not exist', tokenOf(header, { ...claims, dec: 'abstain' }), 'The claim "dec"'],
])('%s is unreadable, and the sentence says what is wrong', (_what, token, problem) => {
  expect(problemOf(token)).toContain(problem);
});

test('a token of 1 MB is refused by its length, before it is decoded', () => {
  const read = readDecisionToken(`${part(header)}.${'A'.repeat(1_000_000)}.c2ln`);
  expect(read).toMatchObject({ kind: 'unreadable', code: 'too-large' });
});

test('the longest decision that may be signed is not too large', () => {
  const longest: DecisionClaims = {
    sub: 's'.repeat(200),
    aud: `${'n'.repeat(255)}/${'w'.repeat(1044)}`,
    gate: `hold:${'g'.repeat(195)}`,
    gen: Number.MAX_SAFE_INTEGER,
    obj: 'f'.repeat(64),
    dec: 'reject',
    iat: 253_402_300_798,
    exp: 253_402_300_799,
    jti: 'j'.repeat(64),
    why: '語'.repeat(2000),
  };
  expect(DecisionClaims.parse(longest)).toEqual(longest);
  const token = `${part(header)}.${part(longest)}.${'s'.repeat(86)}`;
  expect(token.length).toBeLessThanOrEqual(MAX_DECISION_TOKEN_CHARACTERS);
  expect(readDecisionToken(token).kind).toBe('readable');
});

test('bytes of another realm are decoded, as in the workflow sandbox, which lends its TextDecoder', () => {
  const sandbox = createContext({ TextDecoder });
  const decode =
    'new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array([0xc3, 0xa4]))';
  expect(runInContext(decode, sandbox)).toBe('ä');
});

test('an answer to a request becomes claims in whole seconds', () => {
  const { aud, gate, gen, obj } = claims;
  const request = { aud, gate, gen, obj, expiresInSeconds: 3600 };
  const answer = { approverId: 'eim-1', verdict: 'approve' as const, tokenId: claims.jti };

  expect(claimsOf(request, { ...answer, issuedAt: '2026-09-21T14:13:20.900Z' })).toEqual({
    ...claims,
    iat: 1_790_000_000,
    exp: 1_790_003_600,
  });
});
