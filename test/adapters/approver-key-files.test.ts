/** Key files on the approver's machine. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  generateKeyFiles,
  keyIdOf,
  publicKeyPemOf,
  readPrivateKeyFile,
  readPublicKeyFile,
} from '../../src/adapters/approver-key-files';

const passphrase = 'correct horse battery staple';
const folder = mkdtempSync(join(tmpdir(), 'key-files-'));
let next = 0;
const freshFile = () => join(folder, `key-${String(next++)}`);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const inputProblem = (text: string) => ({
  type: 'InputProblem',
  message: expect.stringContaining(text) as string,
});

test('a generated key comes back from its two files under the same id', async () => {
  const file = freshFile();
  const { keyId } = await generateKeyFiles(file, passphrase);

  const privateKey = await readPrivateKeyFile(file, passphrase);
  const publicKeyPem = await readPublicKeyFile(`${file}.pub`);

  expect(keyId).toMatch(/^[0-9a-f]{32}$/);
  expect(keyIdOf(createPublicKey(privateKey))).toBe(keyId);
  expect(keyIdOf(createPublicKey(publicKeyPem))).toBe(keyId);
});

test('the id of a key is the beginning of the SHA-256 of its raw bytes', () => {
  // Public key of RFC 8032 §7.1, test 1; its digest computed with sha256sum.
  const x = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') },
    format: 'jwk',
  });
  expect(keyIdOf(key)).toBe('21fe31dfa154a261626bf854046fd227');
});

test('the private key is encrypted and readable by its owner alone', async () => {
  const file = freshFile();
  await generateKeyFiles(file, passphrase);

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
  expect(() => createPrivateKey(readFileSync(file))).toThrow();
});

test('an existing file is never overwritten, and nothing is left half-done', async () => {
  const taken = freshFile();
  writeFileSync(`${taken}.pub`, 'precious');

  await expect(generateKeyFiles(taken, passphrase)).rejects.toMatchObject(inputProblem('exists already'));

  expect(existsSync(taken)).toBe(false);
  expect(readFileSync(`${taken}.pub`, 'utf8')).toBe('precious');
});

test.each([
  ['no passphrase', undefined, 'set FIREBREAK_KEY_PASSPHRASE'],
  ['an empty passphrase', '', 'set FIREBREAK_KEY_PASSPHRASE'],
  ['a short passphrase', 'hunter2', 'at least 12'],
])('no key is made with %s', async (_what, secret, text) => {
  const file = freshFile();
  await expect(generateKeyFiles(file, secret)).rejects.toMatchObject(inputProblem(text));
  expect(existsSync(file)).toBe(false);
});

test('a folder that does not exist is named', async () => {
  const file = join(folder, 'nowhere', 'key');
  await expect(generateKeyFiles(file, passphrase)).rejects.toMatchObject(inputProblem(file));
});

test('a private key under another passphrase, of another kind or open to others is refused', async () => {
  const file = freshFile();
  await generateKeyFiles(file, passphrase);
  await expect(readPrivateKeyFile(file, 'another passphrase')).rejects.toMatchObject(
    inputProblem('does not open'),
  );
  await expect(readPrivateKeyFile(file, undefined)).rejects.toMatchObject(
    inputProblem('set FIREBREAK_KEY_PASSPHRASE'),
  );

  chmodSync(file, 0o644);
  await expect(readPrivateKeyFile(file, passphrase)).rejects.toMatchObject(inputProblem('chmod 600'));

  const rsa = freshFile();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(rsa, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await expect(readPrivateKeyFile(rsa, passphrase)).rejects.toMatchObject(inputProblem('does not open'));
});

test('only a public Ed25519 key can be enrolled; a private one is refused before anything is taken from it', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  expect(publicKeyPemOf(`\n${pem}\n`, 'key.pub')).toBe(pem);
  expect(() => publicKeyPemOf(privatePem, 'key.pub')).toThrow('holds a private key');
  expect(() => publicKeyPemOf('hello', 'key.pub')).toThrow('not an Ed25519 public key');
});

test('a missing public key file is named', async () => {
  await expect(readPublicKeyFile('/no/such.pub')).rejects.toMatchObject(inputProblem('/no/such.pub'));
});
