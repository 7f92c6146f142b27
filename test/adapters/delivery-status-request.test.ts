/** Mails ask for delivery status notices where the relay offers them, and name the delivery in the envelope (RFC 3461). */
import { composeMessage, createSmtpMailer, type MessageContent } from '../../src/adapters/smtp-mailer';
import { startRawRelay } from '../support/raw-relay';

const identity = '0123456789abcdef0123456789abcdef';
const content: MessageContent = {
  identity,
  to: 'security@acme.example',
  subject: 'Security incident',
  text: 'Hello',
  html: '<p>Hello</p>',
  language: 'en',
  tlp: 'AMBER',
  isDrill: false,
  date: '2026-11-24T08:00:00.000Z',
};
const sender = { name: 'Security', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };

/** What the relay is told of sender and recipient. */
async function envelopeAt(greeting: string): Promise<readonly string[]> {
  const relay = await startRawRelay((moment) => (moment === 'EHLO' ? greeting : undefined));
  const mailer = createSmtpMailer({ host: relay.host, port: relay.port, security: 'plaintext' });
  try {
    const outcome = await mailer.send(await composeMessage(sender, content));
    expect(outcome.kind).toBe('accepted');
    return relay.commands.filter((command) => /^(MAIL|RCPT)/.test(command));
  } finally {
    mailer.close();
    await relay.stop();
  }
}

test('a relay that offers notices is asked for those about failure and delay, of this delivery', async () => {
  const [mail, recipient] = await envelopeAt('250-relay.example\r\n250 DSN');
  expect(mail).toBe(`MAIL FROM:<security@cloud.example> RET=HDRS ENVID=${identity}`);
  expect(recipient).toMatch(/^RCPT TO:<security@acme\.example> NOTIFY=FAILURE,DELAY( ORCPT=\S+)?$/);
});

test('a relay that does not offer them is not asked: it would refuse the recipient', async () => {
  expect(await envelopeAt('250 relay.example')).toEqual([
    'MAIL FROM:<security@cloud.example>',
    'RCPT TO:<security@acme.example>',
  ]);
});
