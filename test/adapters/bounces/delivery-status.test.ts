import fc from 'fast-check';
import { readDeliveryStatus } from '../../../src/adapters/bounces/delivery-status';
import { bounceOf, type Report } from '../../support/bounces';

const identity = '0123456789abcdef0123456789abcdef';
const read = (text: string) => readDeliveryStatus(Buffer.from(text));
const report = (changes: Partial<Report> = {}) =>
  bounceOf({ action: 'failed', envelopeId: identity, ...changes });

test.each([
  ['failed', { kind: 'bounced', isPermanent: true }],
  ['Failed (mailbox gone)', { kind: 'bounced', isPermanent: true }],
  ['delayed', { kind: 'bounced', isPermanent: false }],
  ['delivered', { kind: 'delivered' }],
  ['relayed', { kind: 'delivered' }],
  ['expanded', { kind: 'delivered' }],
])('what is %s is told', async (action, receipt) => {
  expect(await read(report({ action }))).toMatchObject({
    kind: 'report',
    identity,
    receipt,
    status: '5.1.1',
  });
});

test('the words of the mail system are kept whole', async () => {
  expect(await read(report())).toMatchObject({
    diagnostic: 'smtp; 550 5.1.1 <contact@acme.example>: Recipient address rejected: User unknown',
  });
});

test('without an envelope id, the returned headers name the message', async () => {
  const returned = bounceOf({ action: 'failed', messageId: `<${identity}@provider.example>` });
  expect(await read(returned)).toMatchObject({ identity });
});

test('an envelope id that is not ours gives way to the returned headers', async () => {
  const other = report({ envelopeId: 'QUEUE-7', messageId: `<${identity}@provider.example>` });
  expect(await read(other)).toMatchObject({ identity });
  expect(await read(report({ envelopeId: 'QUEUE+2D7' }))).toMatchObject({ identity: 'QUEUE-7' });
});

test('where an address stands for several people, it has arrived when one of them has it', async () => {
  expect(await read(report({ action: 'failed', others: ['delayed', 'delivered'] }))).toMatchObject({
    receipt: { kind: 'delivered' },
  });
  expect(await read(report({ action: 'delayed', others: ['failed'] }))).toMatchObject({
    receipt: { kind: 'bounced', isPermanent: true },
  });
});

test.each([
  [
    'an answer of a person',
    'From: a@b.example\r\nSubject: Re: your notice\r\n\r\nThank you.',
    'it is not a delivery',
  ],
  ['nothing', '', 'it is not a delivery'],
  ['a report that names no message', bounceOf({ action: 'failed' }), 'it does not say which message'],
  ['a report of another action', report({ action: 'pondered' }), 'it says of no recipient'],
])('%s is no report, with the reason', async (_, text, problem) => {
  const answer = await read(text);
  expect(answer).toMatchObject({ kind: 'unreadable' });
  expect('problem' in answer && answer.problem).toContain(problem);
});

test('a megabyte of garbage, parts in parts and broken letters have an answer', async () => {
  const nested = Array.from(
    { length: 500 },
    (_, depth) => `Content-Type: multipart/mixed; boundary=${String(depth)}\r\n\r\n--${String(depth)}\r\n`,
  );
  const answers = await Promise.all([
    readDeliveryStatus(Buffer.alloc(1_048_576, 0x80)),
    readDeliveryStatus(Buffer.from('--'.repeat(500_000))),
    read(nested.join('')),
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'unreadable']);
});

test('whatever a report is cut or spoilt to, nothing is thrown', async () => {
  const whole = report({ messageId: `<${identity}@provider.example>` });
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), fc.string(), async (from, to, junk) => {
      const spoilt = whole.slice(0, from) + junk + whole.slice(to);
      expect(['report', 'unreadable']).toContain((await read(spoilt)).kind);
    }),
    { numRuns: 200 },
  );
});
