import fc from 'fast-check';
import PostalMime from 'postal-mime';
import type { DueDelivery } from '../../src/activities/delivery-line';
import { openCampaign, renderSample } from '../../src/adapters/notice-composer';
import { noticeRenderer } from '../../src/adapters/notice-templates';
import { readTemplates } from '../../src/adapters/template-files';
import { marksIn } from '../../src/adapters/template-words';
import { NoticeDraft } from '../../src/contract/notice';
import { completeDraft, completeTranslation, englishTemplate } from '../support/deliveries';
import { packagedTemplates, packagedWords, wordsIn } from '../support/templates';

const sender = { name: 'Example Cloud', address: 'security@cloud.example', messageIdDomain: 'cloud.example' };
const draft = NoticeDraft.parse(completeDraft);

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

const campaignWith = (templates: Record<string, string>, mode: 'live' | 'drill' = 'live') =>
  openCampaign(
    { incidentId: 'INC-1', mode, draft, templates: { first: templates, words: packagedWords } },
    sender,
  );

const withUnixLines = (text: string | undefined) => text?.replaceAll('\r\n', '\n').trimEnd();

test('every tenant reads what the template says of it alone, whatever its name is', async () => {
  const templates = await readTemplates(packagedTemplates, 'first');
  const campaign = campaignWith(templates);
  const render = noticeRenderer(templates['en'] ?? '', 'en', wordsIn('en'));
  const marks = marksIn(wordsIn('en'), draft.tlp, false);
  const translation = draft.translations['en'];
  if (translation === undefined) throw new Error('the draft is written in English');
  const anyName = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('[](){}<>!*_`#~|\\&;:/"\'-+.=1 \n\t社')),
      maxLength: 40,
    }),
  );

  await fc.assert(
    fc.asyncProperty(anyName, async (tenantName) => {
      const { bytes } = await campaign.compose({ ...delivery, tenantName });
      const read = await PostalMime.parse(bytes);
      const alone = render({ tenantName, incidentId: 'INC-1', translation, marks });

      expect(read.subject).toBe(completeTranslation.subject);
      expect(withUnixLines(read.text)).toBe(alone.text.trimEnd());
      expect(withUnixLines(read.html)).toBe(alone.html.trimEnd());
    }),
    { numRuns: 300 },
  );
});

test('a copy that another process makes is the same to the byte', async () => {
  const first = await campaignWith({ en: englishTemplate }).compose(delivery);
  const copy = await campaignWith({ en: englishTemplate }).compose(delivery);
  expect(copy).toEqual(first);
});

test('a name at the beginning of a line is no beginning of a list', async () => {
  const campaign = campaignWith({ en: '{{tenant.name}}. This is for you.\n' });
  const { html } = await PostalMime.parse((await campaign.compose({ ...delivery, tenantName: '1' })).bytes);
  expect(html).toContain('<p>1. This is for you.</p>');
});

test('a drill says so in the subject and above the text', async () => {
  const campaign = campaignWith({ en: englishTemplate }, 'drill');
  const read = await PostalMime.parse((await campaign.compose(delivery)).bytes);
  expect(read.subject).toMatch(/^\[DRILL\] /);
  expect(read.text).toMatch(/^TLP:\w+\s+DRILL: /);
});

test('a language without a text or a template fails that delivery alone', async () => {
  const campaign = campaignWith({ en: englishTemplate });
  await expect(campaign.compose({ ...delivery, language: 'fr' })).rejects.toThrow(/no text or no template/);
  await expect(campaign.compose(delivery)).resolves.toMatchObject({ envelope: { to: delivery.address } });
});

test('a template that makes the name part of a link is refused before it is approved', () => {
  const source = 'Read [this][page].\n\n[page]: https://x.example/{{tenant.name}}\n';
  const templates = { first: { en: source }, words: packagedWords };
  expect(() => renderSample(templates, 'en', draft, 'first')).toThrow(/into a link/);
});
