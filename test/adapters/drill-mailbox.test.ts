import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drillMailbox } from '../../src/adapters/drill-mailbox';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drill-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('what a drill sends is a file each, whatever its Message-ID, and nothing else', async () => {
  const mailbox = drillMailbox(join(folder, 'made', 'when', 'missing'));
  const message = { envelope: { from: 'a@cloud.example', to: 'b@acme.example' }, bodyHash: 'h' };

  const outcome = await mailbox.send({ ...message, messageId: '../../one@x', bytes: Buffer.from('one') });
  await mailbox.send({ ...message, messageId: 'two@x', bytes: Buffer.from('two') });
  await mailbox.send({ ...message, messageId: 'two@x', bytes: Buffer.from('two again') });

  expect(outcome.kind).toBe('accepted');
  const kept = join(folder, 'made', 'when', 'missing');
  expect((await readdir(kept)).sort()).toEqual(['.._.._one_x.eml', 'two_x.eml']);
  expect(await readFile(join(kept, 'two_x.eml'), 'utf8')).toBe('two again');
});
