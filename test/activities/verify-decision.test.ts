/** Decisions under attack: every way to get one counted that should not be, against a real register. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { verifyDecision } from '../../src/activities/verify-decision';
import type { DecisionToVerify } from '../../src/activities/verify-decision';
import { keyIdOf } from '../../src/adapters/approver-key-files';
import { signDecision, verifyDecisionToken } from '../../src/adapters/decision-tokens';
import { approverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import type { ApproverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import type { DecisionClaims, ExpectedDecision } from '../../src/contract/decision';
import type { Role } from '../../src/contract/principal';
import { addMs, epochMsOf } from '../../src/domain/instant';
import { testDatabase } from '../support/postgres';

const now = '2026-11-23T15:20:00.000Z';
const nowSeconds = epochMsOf(now) / 1000;
const hour = 3600;

const expected: ExpectedDecision = {
  audience: 'default/incident/INC-1',
  gate: 'eradication',
  generation: 2,
  objectHash: 'a'.repeat(64),
  roles: ['executive-incident-manager'],
  barred: ['srt-7'],
};

interface Person {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKeyPem: string;
  readonly keyId: string;
}

let server: Awaited<ReturnType<typeof testDatabase>>;
let store: ApproverKeyStore;
let eim: Person;

beforeAll(async () => {
  server = await testDatabase();
  store = approverKeyStore(server.database);
  eim = await enrolled('eim-1');
});

afterAll(async () => {
  await server.destroy();
});

function person(id: string): Person {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { id, privateKey, publicKeyPem, keyId: keyIdOf(publicKey) };
}

async function enrolled(
  id: string,
  roles: Role[] = ['executive-incident-manager'],
  period: { validFrom?: string; validTo?: string } = {},
): Promise<Person> {
  const newcomer = person(id);
  const validFrom = addMs(now, -30 * 24 * hour * 1000);
  await store.enroll({
    approverId: id,
    roles,
    publicKeyPem: newcomer.publicKeyPem,
    enrolledBy: 'admin-1',
    validFrom,
    ...period,
  });
  return newcomer;
}

function claimsBy(approver: Person, change: Partial<DecisionClaims> = {}): DecisionClaims {
  return {
    sub: approver.id,
    aud: expected.audience,
    gate: expected.gate,
    gen: expected.generation,
    obj: expected.objectHash,
    dec: 'approve',
    iat: nowSeconds - 10,
    exp: nowSeconds + hour,
    jti: 'b5d9c9f2-7c39-4a3b-9d5b-1e0c54a6a001',
    ...change,
  };
}

function judge(token: string, change: Partial<DecisionToVerify> = {}, clock = now) {
  const activity = verifyDecision({ register: store, verifyToken: verifyDecisionToken, clock: () => clock });
  return activity({ token, expected, seenTokenIds: [], ...change });
}

async function judgeSigned(approver: Person, claims: Partial<DecisionClaims> = {}, clock = now) {
  return judge(await signDecision(approver.privateKey, claimsBy(approver, claims)), {}, clock);
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as an attacker makes it: any header, any claims, any signature. */
function handMade(header: object, claims: object, signatureOf: (input: string) => Buffer): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signatureOf(input).toString('base64url')}`;
}

const signedBy = (key: KeyObject) => (input: string) => sign(null, Buffer.from(input), key);
const headerOf = (approver: Person) => ({
  alg: 'Ed25519',
  typ: 'incident-decision+jwt',
  kid: approver.keyId,
});
const refusedAs = (code: string) => ({
  kind: 'refused',
  code,
  problem: expect.stringMatching(/^\S.*\.$/) as string,
});

test('a decision of an enrolled approver about what the gate asks is accepted', async () => {
  expect(await judgeSigned(eim)).toEqual({
    kind: 'accepted',
    approver: { id: 'eim-1', roles: ['executive-incident-manager'] },
    gate: 'eradication',
    generation: 2,
    objectHash: 'a'.repeat(64),
    verdict: 'approve',
    tokenId: 'b5d9c9f2-7c39-4a3b-9d5b-1e0c54a6a001',
    issuedAt: '2026-11-23T15:19:50.000Z',
    keyId: eim.keyId,
  });
});

test('a rejection is accepted with its reason', async () => {
  const judged = await judgeSigned(eim, { dec: 'reject', why: 'The impact on billing is missing.' });
  expect(judged).toMatchObject({
    kind: 'accepted',
    verdict: 'reject',
    reason: 'The impact on billing is missing.',
  });
});

test('a token under the older algorithm name EdDSA is accepted', async () => {
  const token = handMade({ ...headerOf(eim), alg: 'EdDSA' }, claimsBy(eim), signedBy(eim.privateKey));
  expect(await judge(token)).toMatchObject({ kind: 'accepted' });
});

describe('forgeries', () => {
  test('a token signed with another key under the id of an enrolled one is refused', async () => {
    const token = handMade(headerOf(eim), claimsBy(eim), signedBy(person('mallory').privateKey));
    expect(await judge(token)).toEqual(refusedAs('forged-signature'));
  });

  test('claims put under the signature of another decision are refused', async () => {
    const [header, , signature] = (
      await signDecision(eim.privateKey, claimsBy(eim, { dec: 'reject', why: 'no' }))
    ).split('.');
    const token = `${String(header)}.${part(claimsBy(eim))}.${String(signature)}`;
    expect(await judge(token)).toEqual(refusedAs('forged-signature'));
  });

  test('a token of a key that nobody enrolled is refused', async () => {
    expect(await judgeSigned(person('eim-1'))).toEqual(refusedAs('unknown-key'));
  });

  test.each([undefined, 7, "x' or true --", '../../key'])(
    'a token with the key id %p is refused',
    async (kid) => {
      const token = handMade({ ...headerOf(eim), kid }, claimsBy(eim), signedBy(eim.privateKey));
      expect(await judge(token)).toEqual(refusedAs('unknown-key'));
    },
  );

  test.each(['none', 'None', 'NONE', ''])(
    'an unsigned token with the algorithm "%s" is refused',
    async (alg) => {
      const token = handMade({ ...headerOf(eim), alg }, claimsBy(eim), () => Buffer.alloc(0));
      expect(await judge(token)).toEqual(refusedAs('bad-algorithm'));
    },
  );

  test('a token without signature under the right algorithm is refused', async () => {
    const token = handMade(headerOf(eim), claimsBy(eim), () => Buffer.alloc(0));
    expect(await judge(token)).toEqual(refusedAs('forged-signature'));
  });

  test('a token made by HS256 with the public key as secret is refused', async () => {
    const hmac = (input: string) => createHmac('sha256', eim.publicKeyPem).update(input).digest();
    const token = handMade({ ...headerOf(eim), alg: 'HS256' }, claimsBy(eim), hmac);
    expect(await judge(token)).toEqual(refusedAs('bad-algorithm'));
  });

  test('an HMAC with the public key as secret is refused under the right algorithm name too', async () => {
    const hmac = (input: string) => createHmac('sha256', eim.publicKeyPem).update(input).digest();
    expect(await judge(handMade(headerOf(eim), claimsBy(eim), hmac))).toEqual(refusedAs('forged-signature'));
  });

  test.each(['jwk', 'jku', 'x5c', 'x5u'])(
    'a token that brings its own key in "%s" is refused',
    async (parameter) => {
      const mallory = generateKeyPairSync('ed25519');
      const header = { ...headerOf(eim), [parameter]: mallory.publicKey.export({ format: 'jwk' }) };
      expect(await judge(handMade(header, claimsBy(eim), signedBy(mallory.privateKey)))).toEqual(
        refusedAs('key-in-header'),
      );
    },
  );

  test('a header with anything else is refused, although the signature holds', async () => {
    const token = handMade(
      { ...headerOf(eim), crit: ['b64'], b64: false },
      claimsBy(eim),
      signedBy(eim.privateKey),
    );
    expect(await judge(token)).toEqual(refusedAs('unreadable'));
  });

  test('another kind of token signed by the same key is refused', async () => {
    const token = handMade({ ...headerOf(eim), typ: 'JWT' }, claimsBy(eim), signedBy(eim.privateKey));
    expect(await judge(token)).toEqual(refusedAs('unreadable'));
  });

  test('an approver who speaks for another is refused', async () => {
    const legal = await enrolled('legal-1', ['legal']);
    expect(await judgeSigned(legal, { sub: 'eim-1' })).toEqual(refusedAs('other-approver'));
  });
});

describe('the right person, the wrong thing', () => {
  test.each<[string, Partial<DecisionClaims>, string]>([
    ['another incident', { aud: 'default/incident/INC-2' }, 'other-incident'],
    ['the same incident of another namespace', { aud: 'staging/incident/INC-1' }, 'other-incident'],
    ['another gate', { gate: 'notice:first-1' }, 'other-gate'],
    ['an older generation of the gate', { gen: 1 }, 'older-generation'],
    ['a generation that is not open yet', { gen: 3 }, 'older-generation'],
    ['another object', { obj: `${'a'.repeat(63)}b` }, 'other-object'],
  ])('a decision for %s is refused', async (_what, claims, code) => {
    expect(await judgeSigned(eim, claims)).toEqual(refusedAs(code));
  });

  test('a token that was counted already is refused', async () => {
    const claims = claimsBy(eim);
    const token = await signDecision(eim.privateKey, claims);
    expect(await judge(token, { seenTokenIds: [claims.jti] })).toEqual(refusedAs('replayed'));
  });

  test('a rejection without reason is refused, signed as it may be', async () => {
    const token = handMade(headerOf(eim), claimsBy(eim, { dec: 'reject' }), signedBy(eim.privateKey));
    expect(await judge(token)).toEqual(refusedAs('missing-reason'));
  });

  test.each([
    ['a claim that a decision does not have', { nbf: nowSeconds + hour }],
    ['a reason of 2,001 characters', { why: 'x'.repeat(2001) }],
    ['a time beyond every calendar', { exp: Number.MAX_SAFE_INTEGER }],
    ['an end before its beginning', { exp: nowSeconds - hour }],
  ])('a token with %s is refused, signed as it may be', async (_what, change) => {
    const token = handMade(headerOf(eim), { ...claimsBy(eim), ...change }, signedBy(eim.privateKey));
    expect(await judge(token)).toEqual(refusedAs('unreadable'));
  });
});

describe('time', () => {
  const iat = nowSeconds;
  const exp = nowSeconds + hour;
  const at = (seconds: number) => addMs(now, seconds * 1000);

  test.each<[string, number, string]>([
    ['60 seconds before it was signed', -60, 'accepted'],
    ['61 seconds before it was signed', -61, 'not-yet-valid'],
    ['60 seconds after its end', hour + 60, 'accepted'],
    ['61 seconds after its end', hour + 61, 'expired'],
  ])('a decision judged %s: the clocks may differ by a minute, no more', async (_when, seconds, outcome) => {
    const judged = await judgeSigned(eim, { iat, exp }, at(seconds));
    expect(judged.kind === 'refused' ? judged.code : judged.kind).toBe(outcome);
  });

  test('a decision is good for at most 24 hours', async () => {
    const day = 24 * hour;
    expect(await judgeSigned(eim, { iat, exp: iat + day })).toMatchObject({ kind: 'accepted' });
    expect(await judgeSigned(eim, { iat, exp: iat + day + 1 })).toEqual(refusedAs('too-long-lived'));
  });

  test('the longest life of a decision is a setting', async () => {
    const ports = {
      register: store,
      verifyToken: verifyDecisionToken,
      clock: () => now,
      maxLifetimeSeconds: 600,
    };
    const token = await signDecision(eim.privateKey, claimsBy(eim, { iat, exp: iat + 601 }));
    expect(await verifyDecision(ports)({ token, expected, seenTokenIds: [] })).toEqual(
      refusedAs('too-long-lived'),
    );
  });
});

describe('the right thing, the wrong person', () => {
  test('who proposed the plan cannot approve it', async () => {
    const proposer = await enrolled('srt-7');
    expect(await judgeSigned(proposer)).toEqual(refusedAs('self-approval'));
  });

  test('who has none of the roles that the gate asks for is refused', async () => {
    const outsider = await enrolled('legal-2', ['legal', 'communications']);
    expect(await judgeSigned(outsider)).toEqual(refusedAs('wrong-role'));
  });

  test('one of several roles is enough', async () => {
    const both = await enrolled('eim-3', ['legal', 'executive-incident-manager']);
    expect(await judgeSigned(both)).toMatchObject({ kind: 'accepted' });
  });

  test('a revoked key decides nothing, even if the decision was signed before', async () => {
    const leaver = await enrolled('eim-4');
    const token = await signDecision(leaver.privateKey, claimsBy(leaver));
    expect(await judge(token)).toMatchObject({ kind: 'accepted' });

    await store.revoke(leaver.keyId, 'admin-1');

    expect(await judge(token)).toEqual(refusedAs('revoked-key'));
  });

  test('a key counts only for what was signed while it was good', async () => {
    const early = await enrolled('eim-5', undefined, { validFrom: addMs(now, hour * 1000) });
    const late = await enrolled('eim-6', undefined, { validTo: addMs(now, -hour * 1000) });
    expect(await judgeSigned(early)).toEqual(refusedAs('inactive-key'));
    expect(await judgeSigned(late)).toEqual(refusedAs('inactive-key'));
    expect(await judgeSigned(late, { iat: nowSeconds - 2 * hour })).toMatchObject({ kind: 'accepted' });
  });
});

describe('what is no decision at all', () => {
  test('a token of 1 MB is refused by its size', async () => {
    const token = handMade(
      headerOf(eim),
      { ...claimsBy(eim), why: 'x'.repeat(1_000_000) },
      signedBy(eim.privateKey),
    );
    expect(await judge(token)).toEqual(refusedAs('too-large'));
  });

  test.each(['', 'yes', 'a.b', '{"approve":true}', 'a.b.c.d.e'])(
    'the text "%s" is refused',
    async (token) => {
      expect(await judge(token)).toEqual(refusedAs('unreadable'));
    },
  );

  test('a stranger’s text stands in the answer cut and on one line', async () => {
    const token = handMade(
      { ...headerOf(eim), alg: `x\n${'y'.repeat(5000)}` },
      claimsBy(eim),
      signedBy(eim.privateKey),
    );
    const judged = await judge(token);
    expect(judged).toEqual(refusedAs('bad-algorithm'));
    expect(JSON.stringify(judged).length).toBeLessThan(400);
  });
});

test('a key that is unusable in the register is a refusal that says how to mend it', async () => {
  const register = {
    findKey: () =>
      Promise.resolve({
        keyId: eim.keyId,
        approverId: 'eim-1',
        publicKeyPem: 'damaged',
        roles: expected.roles,
        validFrom: now,
      }),
  };
  const activity = verifyDecision({ register, verifyToken: verifyDecisionToken, clock: () => now });
  const token = await signDecision(eim.privateKey, claimsBy(eim));
  expect(await activity({ token, expected, seenTokenIds: [] })).toEqual(refusedAs('unknown-key'));
});

test('while the register cannot be read nothing is decided: the failure may be retried', async () => {
  const away = await testDatabase();
  await away.destroy();
  const activity = verifyDecision({
    register: approverKeyStore(away.database),
    verifyToken: verifyDecisionToken,
    clock: () => now,
  });
  const token = await signDecision(eim.privateKey, claimsBy(eim));
  await expect(activity({ token, expected, seenTokenIds: [] })).rejects.toMatchObject({
    type: 'KeyRegisterUnreachable',
    nonRetryable: false,
  });
});
