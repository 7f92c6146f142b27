import {
  prepareNotice,
  type PrepareNoticeInput,
  type PrepareNoticePorts,
  type TemplateKind,
} from '../../src/activities/prepare-notice';
import { renderSample } from '../../src/adapters/notice-composer';
import { NoticeDraft } from '../../src/contract/notice';
import type { RecipientProfile } from '../../src/contract/notice-languages';
import { fingerprintOf } from '../../src/domain/fingerprint';
import { completeDraft, completeTranslation, englishTemplate } from '../support/deliveries';
import { packagedWords } from '../support/templates';

const draft = NoticeDraft.parse(completeDraft);

const proposal: PrepareNoticeInput = {
  incidentId: 'INC-1',
  noticeId: 'first-1',
  revision: 1,
  contentHash: fingerprintOf(draft),
  tenantSetVersion: 1,
  packDigest: 'a'.repeat(64),
  requiredContent: [],
  missingTranslation: 'block',
};

const readersOf = (...languages: string[]): RecipientProfile => ({ kind: 'first', languages, tenants: 12 });

function ports(
  changes: {
    draft?: NoticeDraft | undefined;
    templates?: Record<string, string>;
    words?: Record<string, string>;
    profiles?: RecipientProfile[];
    strangers?: string[];
  } = {},
): PrepareNoticePorts {
  const stored = 'draft' in changes ? changes.draft : draft;
  return {
    notices: {
      draft: () => Promise.resolve(stored),
      keepTemplates: (sources) => Promise.resolve(fingerprintOf(sources)),
    },
    recipients: {
      profilesOf: () => Promise.resolve(changes.profiles ?? [readersOf('en')]),
      strangersIn: () => Promise.resolve(changes.strangers ?? []),
    },
    readTemplates: (kind: TemplateKind) =>
      Promise.resolve(
        kind === 'words' ? (changes.words ?? packagedWords) : (changes.templates ?? { en: englishTemplate }),
      ),
    renderSample,
  };
}

const prepare = (changes: Partial<PrepareNoticeInput> = {}, with_ = ports()) =>
  prepareNotice(with_)({ ...proposal, ...changes });

test('a complete notice in the language of its recipients lacks nothing', async () => {
  expect(await prepare()).toEqual({
    objectHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    templateHash: fingerprintOf({ first: { en: englishTemplate }, words: { en: packagedWords['en'] } }),
    lacks: [],
    unreadLanguages: [],
  });
});

describe('a language that recipients need and the notice lacks', () => {
  const profiles = [readersOf('ja'), readersOf('ja-JP', 'zh'), readersOf('fr-CA', 'en-CA'), readersOf()];

  test('is lacking by its main language, with its readers, unless they read another that there is', async () => {
    expect(await prepare({}, ports({ profiles }))).toMatchObject({
      lacks: ['translation:ja'],
      unreadLanguages: [{ language: 'ja', tenants: 24 }],
    });
  });

  test('is told and does not block where the policy falls back', async () => {
    expect(await prepare({ missingTranslation: 'fallback' }, ports({ profiles }))).toMatchObject({
      lacks: [],
      unreadLanguages: [{ language: 'ja', tenants: 24 }],
    });
  });

  test('is no longer lacking once it is written', async () => {
    const both = NoticeDraft.parse({
      ...completeDraft,
      translations: { en: completeTranslation, ja: completeTranslation },
    });
    const with_ = ports({ draft: both, profiles, templates: { en: englishTemplate, ja: englishTemplate } });
    expect(await prepare({ contentHash: fingerprintOf(both) }, with_)).toMatchObject({ lacks: [] });
  });
});

describe('a notice by difference', () => {
  const tell = (kind: RecipientProfile['kind'], ...languages: string[]) => ({ kind, languages, tenants: 1 });
  const byDifference = (variants?: object) =>
    NoticeDraft.parse({ ...completeDraft, kind: 'by-difference', ...(variants && { variants }) });
  const lacksOf = async (
    draft_: NoticeDraft,
    profiles: RecipientProfile[],
    requiredContent: string[] = [],
  ) => {
    const with_ = ports({ draft: draft_, profiles });
    return (await prepare({ contentHash: fingerprintOf(draft_), requiredContent }, with_)).lacks;
  };
  const { effectOnCustomerData: _, actionsTaken: __, ...withdrawn } = completeTranslation;

  test('lacks the text of a kind that tenants would get, and of no other', async () => {
    expect(await lacksOf(byDifference(), [tell('first', 'en')])).toEqual([]);
    expect(await lacksOf(byDifference(), [tell('withdrawal', 'en')])).toEqual(['variant:withdrawal']);
    expect(await lacksOf(byDifference(), [tell('supplementary', 'en'), tell('withdrawal', 'en')])).toEqual([
      'variant:supplementary',
      'variant:withdrawal',
    ]);
    const complete = byDifference({ withdrawal: { en: withdrawn } });
    expect(await lacksOf(complete, [tell('first', 'en'), tell('withdrawal', 'en')])).toEqual([]);
  });

  test('lacks the language of a kind only for those who would get it', async () => {
    const draft_ = byDifference({ withdrawal: { en: withdrawn } });
    const profiles = [tell('first', 'de'), tell('withdrawal', 'ja')];
    expect(await lacksOf(draft_, profiles)).toEqual(['translation:de', 'translation:withdrawal/ja']);
  });

  test('is complete when every kind is: what rules demand is told in the first notice', async () => {
    const draft_ = byDifference({
      supplementary: { en: { ...completeTranslation, description: undefined } },
      withdrawal: { ja: { ...withdrawn, suggestedActions: undefined } },
    });
    expect(await lacksOf(draft_, [], ['likely-consequences'])).toEqual([
      'content:en/likely-consequences',
      'section:supplementary/en/description',
      'section:withdrawal/ja/suggestedActions',
      'template:withdrawal/ja',
    ]);
  });

  test('is bound to the templates of every kind that it has a text for', async () => {
    const draft_ = byDifference({ withdrawal: { en: withdrawn } });
    const prepareWith = (withdrawalTemplate: string) =>
      prepare(
        { contentHash: fingerprintOf(draft_) },
        {
          ...ports({ draft: draft_ }),
          readTemplates: (kind) =>
            Promise.resolve(
              kind === 'words'
                ? packagedWords
                : { en: kind === 'withdrawal' ? withdrawalTemplate : englishTemplate },
            ),
        },
      );
    const approved = await prepareWith('one');

    expect((await prepareWith('one')).objectHash).toBe(approved.objectHash);
    expect((await prepareWith('another')).objectHash).not.toBe(approved.objectHash);
  });
});

test('a tenant that is named and cannot get it is lacking by its id', async () => {
  const named = NoticeDraft.parse({ ...completeDraft, onlyTenants: ['umbrella', 'acme'] });
  const with_ = ports({ draft: named, strangers: ['umbrella'] });
  expect(await prepare({ contentHash: fingerprintOf(named) }, with_)).toMatchObject({
    lacks: ['tenant:umbrella'],
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
    prepare({}, ports({ words: { en: `${packagedWords['en'] ?? ''} ` } })),
    prepare({ tenantSetVersion: 2 }),
    prepare({ tenantSetDigest: 'b'.repeat(64) }),
    prepare({ packDigest: 'c'.repeat(64) }),
  ]);

  expect(new Set(objects.map(({ objectHash }) => objectHash)).size).toBe(objects.length);
  expect((await prepare()).objectHash).toBe(objects[0].objectHash);
});

test('an approval to be sent once is none to be sent again and again', async () => {
  const once = await prepare();
  const standing = await prepare({ standing: true });
  expect(standing.objectHash).not.toBe(once.objectHash);
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

test('a language without words of its own, and a content without a title in it, are named', async () => {
  const inBoth = NoticeDraft.parse({
    ...completeDraft,
    translations: {
      de: completeTranslation,
      en: { ...completeTranslation, content: { 'own-key': 'Said.' } },
      ja: { ...completeTranslation, content: { 'own-key': 'Said.', dates: 'Said.' } },
    },
  });
  const templates = { de: englishTemplate, en: englishTemplate, ja: englishTemplate };
  const { lacks } = await prepare(
    { contentHash: fingerprintOf(inBoth) },
    ports({ draft: inBoth, templates }),
  );

  expect(lacks).toEqual(['words:de', 'title:ja/own-key']);
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
