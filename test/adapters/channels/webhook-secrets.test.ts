import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWebhookSecrets } from '../../../src/adapters/channels/webhook-secrets';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'webhook-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

function fileWith(content: unknown): string {
  const file = join(folder, 'secrets.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('a name has a secret, or several while one is being replaced', () => {
  const secrets = readWebhookSecrets(fileWith({ acme: secretOf(24), globex: [secretOf(32), secretOf(64)] }));

  expect([...secrets]).toEqual([
    ['acme', [secretOf(24)]],
    ['globex', [secretOf(32), secretOf(64)]],
  ]);
});

test.each<[string, unknown, string]>([
  ['is too short', { acme: secretOf(23) }, 'the secret "acme"'],
  ['is too long', { acme: secretOf(65) }, 'the secret "acme"'],
  ['has no prefix', { acme: Buffer.alloc(32).toString('base64') }, 'the secret "acme"'],
  ['is not base64', { acme: 'whsec_!!!!' }, 'the secret "acme"'],
  ['is no text', { acme: 7 }, 'the secret "acme"'],
  ['is an empty list', { acme: [] }, 'the secret "acme"'],
  ['is not in an object', [secretOf(32)], 'does not hold an object'],
  ['is in no JSON', `{"acme": "${secretOf(32)}"`, 'is not written in JSON'],
])('refused: a secret that %s', (_, content, problem) => {
  const file = fileWith(content);

  expect(() => readWebhookSecrets(file)).toThrow(problem);
});

test('no refusal repeats a secret', () => {
  const file = fileWith({ acme: `${secretOf(32)}?` });
  const refusal = () => readWebhookSecrets(file);

  expect(refusal).toThrow('see FIREBREAK_WEBHOOK_SECRETS');
  expect(refusal).not.toThrow(secretOf(32));
});

test('a file that is not there is the input’s problem', () => {
  expect(() => readWebhookSecrets(join(folder, 'nowhere.json'))).toThrow('cannot be read');
});
