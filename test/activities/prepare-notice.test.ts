import {
  prepareNotice,
  type PrepareNoticeInput,
  type PrepareNoticePorts,
} from '../../src/activities/prepare-notice';
import { renderSample } from '../../src/adapters/notice-composer';
import { NoticeDraft } from '../../src/contract/notice';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { completeDraft, completeTranslation, englishTemplate } from '../support/deliveries';

const draft = NoticeDraft.parse(completeDraft);

const proposal: PrepareNoticeInput = {
  incidentId: 'INC-1',
  noticeId: 'first-1',
  revision: 1,
  contentHash: fingerprintOf(draft),
  tenantSetVersion: 1,
  packDigest: 'a'.repeat(64),
  requiredContent: [],
};

function ports(
  changes: { draft?: NoticeDraft | undefined; templates?: Record<string, string> } = {},
): PrepareNoticePorts {
  const stored = 'draft' in changes ? changes.draft : draft;
  return {
    notices: {
      draft: () => Promise.resolve(stored),
      keepTemplates: (sources) => Promise.resolve(fingerprintOf(sources)),
    },
    languages: { lackingIn: () => Promise.resolve([{ language: 'ja', tenants: 12 }]) },
    readTemplates: () => Promise.resolve(changes.templates ?? { en: englishTemplate }),
    renderSample,
  };
}

const prepare = (changes: Partial<PrepareNoticeInput> = {}, with_ = ports()) =>
  prepareNotice(with_)({ ...proposal, ...changes });

test('a complete notice lacks nothing, and says whose language it does not speak', async () => {
  expect(await prepare()).toEqual({
    objectHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    templateHash: fingerprintOf({ en: englishTemplate }),
    lacks: [],
    fallbackLanguages: [{ language: 'ja', tenants: 12 }],
  });
});

test('an approval is bound to content, templates, tenants and rules: another of any is another object', async () => {
  const edited = NoticeDraft.parse({
    ...completeDraft,
    translations: { en: { ...completeTranslation, contactPoint: 'Call us.' } },
  });
  const objects = await Promise.all([
    prepare(),
    prepare({ contentHash: fingerprintOf(edited) }, ports({ draft: edited })),
    prepare({}, ports({ templates: { en: `${englishTemplate}!` } })),
    prepare({ tenantSetVersion: 2 }),
    prepare({ tenantSetDigest: 'b'.repeat(64) }),
    prepare({ packDigest: 'c'.repeat(64) }),
  ]);

  expect(new Set(objects.map(({ objectHash }) => objectHash)).size).toBe(objects.length);
  expect((await prepare()).objectHash).toBe(objects[0].objectHash);
});

test('missing sections, demanded content and languages without a template are named', async () => {
  const partial = NoticeDraft.parse({
    ...completeDraft,
    translations: { en: { ...completeTranslation, description: undefined }, ja: completeTranslation },
  });
  const { lacks } = await prepare(
    { contentHash: fingerprintOf(partial), requiredContent: ['likely-consequences'] },
    ports({ draft: partial }),
  );

  expect(lacks).toEqual([
    'content:en/likely-consequences',
    'content:ja/likely-consequences',
    'section:en/description',
    'template:ja',
  ]);
});

test.each([
  ['a notice that is not stored', 'NoticeUnknown', {}, ports({ draft: undefined })],
  ['a text other than the proposed one', 'NoticeChanged', { contentHash: 'd'.repeat(64) }, ports()],
  [
    'a template that is not allowed',
    'TemplateUnusable',
    {},
    ports({ templates: { en: '{{{tenant.name}}}' } }),
  ],
])('%s is refused for good', async (_, type, changes, with_) => {
  await expect(prepare(changes, with_)).rejects.toMatchObject({ type, nonRetryable: true });
});
