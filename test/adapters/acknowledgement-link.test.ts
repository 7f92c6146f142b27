/** Where recipients acknowledge: in the mail when the notice asks for it and the installation can take it, never else. */
import PostalMime from 'postal-mime';
import type { DueDelivery } from '../../src/activities/delivery-line';
import { readAcknowledgementToken } from '../../src/adapters/acknowledgement-tokens';
import { openCampaign } from '../../src/adapters/notice-composer';
import { NoticeDraft } from '../../src/contract/notice';
import { deliveryIdentity } from '../../src/domain/delivery';
import { completeDraft, englishTemplate } from '../support/deliveries';
import { packagedWords } from '../support/templates';

const secret = 'a secret of thirty-two characters';
const acknowledgement = { url: 'https://notices.cloud.example/ack', secret };
const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };

const delivery: DueDelivery = {
  deliveryId: '1',
  incidentId: 'INC-1',
  noticeId: 'first-1',
  kind: 'first',
  revision: 1,
  tenantId: 'acme',
  contactId: 'security-1',
  channel: 'email',
  tenantName: 'Acme',
  address: 'security@acme.example',
  language: 'en',
  plannedAt: '2026-11-24T08:00:00.000Z',
  giveUpAt: '2026-11-27T08:00:00.000Z',
  deferrals: 0,
  doubts: 0,
};

interface Mail {
  readonly asks?: boolean;
  readonly canTake?: boolean;
  readonly changes?: Partial<DueDelivery>;
}

async function mailOf({ asks = true, canTake = true, changes = {} }: Mail = {}) {
  const draft = NoticeDraft.parse({ ...completeDraft, ...(asks && { acknowledgeWithinHours: 24 }) });
  const templates = { first: { en: englishTemplate }, words: packagedWords };
  const campaign = openCampaign(
    { incidentId: 'INC-1', mode: 'live', draft, templates },
    { ...sender, ...(canTake && { acknowledgement }) },
  );
  const { bytes } = await campaign.compose({ ...delivery, ...changes });
  const { text = '', html = '' } = await PostalMime.parse(bytes);
  return { text, html, bytes };
}

const linkIn = (text: string) => /https:\/\/notices\.cloud\.example\/ack\?token=([\w.-]+)/.exec(text)?.[1];

test('a notice that asks for it ends with a link of this delivery alone, in text and HTML', async () => {
  const { text, html } = await mailOf();
  const token = linkIn(text) ?? '';

  expect(text).toContain('Please confirm that you have received this notice:');
  expect(linkIn(html)).toBe(token);
  expect(html).toContain(`<a href="https://notices.cloud.example/ack?token=${token}"`);
  expect(readAcknowledgementToken(secret, token, delivery.plannedAt)).toEqual({
    kind: 'genuine',
    identity: deliveryIdentity(delivery),
  });
});

test.each([
  ['a notice that does not ask', { asks: false }],
  ['an installation that takes no acknowledgements', { canTake: false }],
])('%s has no link', async (_, mail) => {
  const { text, html } = await mailOf(mail);
  expect(linkIn(text + html)).toBeUndefined();
  expect(text + html).not.toContain('Please confirm');
});

test('no value of a tenant changes where the link leads', async () => {
  const plain = await mailOf();
  const tricky = await mailOf({
    changes: { tenantName: '](https://evil.example) <a href="https://evil.example">' },
  });
  expect(linkIn(tricky.text)).toBe(linkIn(plain.text));
  expect(tricky.html.match(/href="[^"]*"/g)).toEqual(plain.html.match(/href="[^"]*"/g));
});

test('a second copy is the same to the byte, and another contact gets another link', async () => {
  const [first, copy, other] = [
    await mailOf(),
    await mailOf(),
    await mailOf({ changes: { contactId: 'privacy-1' } }),
  ];
  expect(copy.bytes.equals(first.bytes)).toBe(true);
  expect(linkIn(other.text)).not.toBe(linkIn(first.text));
});
