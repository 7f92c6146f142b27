/**
 * The identity of a value: SHA-256 over its canonical JSON (RFC 8785). Plans, notices, tenant sets and rule packs
 * are approved and pinned by this hash, so the workflow, the client and the activities must compute the same one.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical-json';

/** 64 lower-case hexadecimal digits. */
export type Fingerprint = string;

/** @throws TypeError when the value cannot be written as JSON */
export function fingerprintOf(value: unknown): Fingerprint {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
