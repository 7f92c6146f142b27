/**
 * An approver's key on the approver's own machine: an Ed25519 private key as PKCS#8 file under a passphrase, and
 * beside it the public key that is enrolled. No private key is ever on a worker or in the database.
 *
 * The key id is the first 32 hexadecimal digits (128 bits) of the SHA-256 of the raw 32-byte public key. It was
 * preferred to the RFC 7638 thumbprint because people compare and type it: a thumbprint is base64url, where case
 * matters, and may begin with a dash.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { InputProblem } from '../contract/input-problem';

/** The PKCS#8 cipher stretches the passphrase only a little (PBKDF2, 2,048 rounds), so its length has to do the work. */
const MIN_PASSPHRASE_CHARACTERS = 12;

export interface GeneratedKey {
  readonly keyId: string;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
}

/** @throws TypeError when the key is not Ed25519 */
export function keyIdOf(publicKey: KeyObject): string {
  const { x } = publicKey.export({ format: 'jwk' });
  if (publicKey.asymmetricKeyType !== 'ed25519' || x === undefined) throw new TypeError('not an Ed25519 key');
  return createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 32);
}

/**
 * Writes `file` (mode 0600) and `file`.pub. Overwrites nothing; either both files are there afterwards or neither.
 * @throws InputProblem for a missing or short passphrase, an existing file, a place that cannot be written
 */
export async function generateKeyFiles(file: string, passphrase: string | undefined): Promise<GeneratedKey> {
  const secret = longEnough(passphrase);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const publicKeyFile = `${file}.pub`;
  const encrypted = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: secret,
  });
  await writeNewFile(file, encrypted, 0o600);
  try {
    await writeNewFile(publicKeyFile, pemOf(publicKey), 0o644);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { keyId: keyIdOf(publicKey), privateKeyFile: file, publicKeyFile };
}

/** @throws InputProblem for a file that is missing, open to others, not such a key, or under another passphrase */
export async function readPrivateKeyFile(file: string, passphrase: string | undefined): Promise<KeyObject> {
  const pem = await textOf(file);
  await refuseIfOpenToOthers(file);
  return privateKeyOf(pem, given(passphrase), file);
}

/** @throws InputProblem for a file that is missing or holds anything but one Ed25519 public key in PEM */
export async function readPublicKeyFile(file: string): Promise<string> {
  return publicKeyPemOf(await textOf(file), file);
}

/**
 * One spelling of a public key, so that the same key is the same row.
 * @throws InputProblem; a private key is refused although a public one could be taken from it: it must not travel
 */
export function publicKeyPemOf(pem: string, field: string): string {
  if (pem.includes('PRIVATE KEY')) {
    throw new InputProblem(
      `${field} holds a private key; give the public one, the file that ends in .pub.`,
      field,
    );
  }
  const publicKey = attempt(() => createPublicKey(pem));
  if (publicKey?.asymmetricKeyType !== 'ed25519') {
    throw new InputProblem(
      `${field} is not an Ed25519 public key in PEM form; make one with "firebreak keys generate".`,
      field,
    );
  }
  return pemOf(publicKey);
}

function pemOf(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

function privateKeyOf(pem: string, passphrase: string, file: string): KeyObject {
  const privateKey = attempt(() => createPrivateKey({ key: pem, passphrase }));
  if (privateKey?.asymmetricKeyType !== 'ed25519') {
    throw new InputProblem(
      `${file} does not open as an Ed25519 private key; check the file and FIREBREAK_KEY_PASSPHRASE.`,
      file,
    );
  }
  return privateKey;
}

function given(passphrase: string | undefined): string {
  if (passphrase) return passphrase;
  throw new InputProblem(
    'The key file is protected by a passphrase; set FIREBREAK_KEY_PASSPHRASE.',
    'FIREBREAK_KEY_PASSPHRASE',
  );
}

function longEnough(passphrase: string | undefined): string {
  const secret = given(passphrase);
  if (secret.length >= MIN_PASSPHRASE_CHARACTERS) return secret;
  throw new InputProblem(
    `FIREBREAK_KEY_PASSPHRASE has ${String(secret.length)} characters; use at least ${String(MIN_PASSPHRASE_CHARACTERS)}, for instance four words.`,
    'FIREBREAK_KEY_PASSPHRASE',
  );
}

async function refuseIfOpenToOthers(file: string): Promise<void> {
  if (process.platform === 'win32') return; // no such mode bits there
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  throw new InputProblem(`${file} can be read by others; run "chmod 600 ${file}" and try again.`, file);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputProblem(`${file} cannot be read (${causeOf(error)}); check the path.`, file);
  }
}

async function writeNewFile(file: string, content: string | Buffer, mode: number): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', mode });
  } catch (error) {
    const cause = causeOf(error);
    const advice =
      cause === 'EEXIST' ? 'exists already; keys are never overwritten, choose another name' : cause;
    throw new InputProblem(`${file} cannot be written: ${advice}.`, file);
  }
}

function causeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
