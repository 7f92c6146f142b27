/**
 * The secrets that sign what goes to webhooks: a JSON file on the delivery workers, by the names that the tenant
 * directory refers to. No secret is ever in the database, in Temporal, or in an error.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { InputProblem } from '../../contract/input-problem';

/** By name. While one is being replaced there are two, and what is sent is signed with both. */
export type WebhookSecrets = ReadonlyMap<string, readonly string[]>;

export const noWebhookSecrets: WebhookSecrets = new Map();

const base64 = '[A-Za-z0-9+/]';

/** As Standard Webhooks writes them: 24 to 64 bytes, in base64. */
const Secret = z
  .string()
  .regex(new RegExp(`^whsec_(?:${base64}{4})*(?:${base64}{2}==|${base64}{3}=)?$`))
  .refine((secret) => {
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64').length;
    return bytes >= 24 && bytes <= 64;
  });

const SecretsFile = z.record(z.string(), z.union([Secret, z.array(Secret).min(1).max(3)]));

/** @throws InputProblem when the file cannot be read or is none of secrets; it names the secret and never its value */
export function readWebhookSecrets(file: string): WebhookSecrets {
  const parsed = SecretsFile.safeParse(contentOf(file));
  if (!parsed.success) {
    const name = parsed.error.issues[0]?.path[0];
    throw problem(
      name === undefined
        ? `${file} does not hold an object of secrets by name`
        : `the secret "${String(name)}" in ${file} is not one: write whsec_ and 24 to 64 bytes in base64, or a list of up to three`,
    );
  }
  return new Map(Object.entries(parsed.data).map(([name, given]) => [name, [given].flat()]));
}

function contentOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw problem(`${file} cannot be read`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own words quote the file.
    throw problem(`${file} is not written in JSON`);
  }
}

function problem(what: string): InputProblem {
  return new InputProblem(`${what}; see FIREBREAK_WEBHOOK_SECRETS`, 'FIREBREAK_WEBHOOK_SECRETS');
}
