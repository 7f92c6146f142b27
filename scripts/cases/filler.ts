/**
 * What the process needs and a case does not speak of, in neutral words: tenants with addresses, texts of notices and
 * their templates, analyses, recommendations. Nothing here decides anything.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approveTemplate, proposeTemplates } from '../../src/adapters/postgres/template-store';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import type { Database } from '../../src/adapters/postgres/database';
import { fileOf, readTemplateFolder, revisionOf } from '../../src/adapters/template-files';
import type { PlanOption, Recommendation } from '../../src/contract/messages';
import type { NoticeDraftInput, NoticeTranslation } from '../../src/contract/notice';
import type { TenantRecord } from '../../src/contract/tenant-import';
import type { CaseFile, InputOf, TenantGroup } from './case-format';
import { anchorKindOf, noticeIdOf, noticeStageOf } from './words';

// Tenants

/** The tenants of a case by group, and the service by whose use a whole group can be named. */
export interface Tenants {
  readonly idsOf: (group: string) => readonly string[];
  readonly serviceOf: (group: string) => string;
}

export function tenantsOf(incidentId: string, { fixture }: CaseFile): Tenants {
  const numbers = new Map(fixture.tenantGroups.map(({ group, size }, index) => [group, { index, size }]));
  const placeOf = (group: string) => numbers.get(group) ?? { index: -1, size: 0 };
  return {
    idsOf: (group) => {
      const { index, size } = placeOf(group);
      return Array.from({ length: size }, (_, number) => tenantId(incidentId, index, number));
    },
    serviceOf: (group) => `${incidentId}/group-${String(placeOf(group).index)}`,
  };
}

function tenantId(incidentId: string, group: number, number: number): string {
  return `${incidentId}.g${String(group)}.t${String(number).padStart(5, '0')}`;
}

const sinceEver = '1970-01-01T00:00:00Z';

/** Puts the tenants of a case into the directory. */
export async function fillDirectory(
  database: Database,
  file: CaseFile,
  { idsOf, serviceOf }: Tenants,
): Promise<void> {
  const records = file.fixture.tenantGroups.flatMap((group, index) =>
    idsOf(group.group).map((id, number): TenantRecord => ({
      id,
      name: `Tenant ${String(number + 1)} of group ${group.group}`.replace(/\p{C}/gu, ' '),
      ...placeOf(group, file.zone),
      languages: group.language === undefined || group.language === null ? [] : [group.language],
      contacts: [
        { kind: 'security', email: `security@t${String(number + 1)}.g${String(index + 1)}.example` },
      ],
      services: [{ service: serviceOf(group.group), region: 'any', usedFrom: sinceEver }],
      contracts: contractsOf(group),
    })),
  );
  if (records.length === 0) return;
  await withFile(records.map((record) => JSON.stringify(record)).join('\n'), (path) =>
    importTenants(database, path),
  );
}

function placeOf({ country, subdivision, sector, zone }: TenantGroup, zoneOfCase: string) {
  return {
    timeZone: zone ?? zoneOfCase,
    country: country ?? null,
    subdivision: subdivision ?? null,
    sector: sector ?? null,
  };
}

export function contractsOf({ contract }: TenantGroup) {
  if (contract === undefined || contract === null) return [];
  const anchor = anchorKindOf(contract.from);
  return anchor === 'submission' ? [] : [{ id: 'contract', hours: contract.hours, anchor }];
}

async function withFile(content: string, use: (path: string) => Promise<unknown>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-case-tenants-'));
  try {
    const path = join(folder, 'tenants.jsonl');
    writeFileSync(path, content);
    await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Plans

export const recommendation = (technique: string): Recommendation => ({
  technique,
  nature: 'as published',
  scope: 'as published',
  depthOfPenetration: 'as published',
  repercussions: 'as published',
});

export const options: readonly PlanOption[] = [
  { option: 'do as planned', businessImpact: 'none was published' },
];

// Notices

const templatesOfProject = join(__dirname, '..', '..', 'templates');

/** Our English templates for the other languages of a case as well: what is tried is who gets what. */
export async function approveTemplates(database: Database, languages: readonly string[]): Promise<void> {
  const { templates } = await readTemplateFolder(templatesOfProject);
  const there = new Set(templates.map(fileOf));
  const lacking = templates
    .filter(({ language }) => language === fallbackLanguage)
    .flatMap((template) => languages.map((language) => ({ ...template, language })))
    .filter((template) => !there.has(fileOf(template)));
  await proposeTemplates(database, lacking, 'case-author');
  for (const template of lacking) await approveTemplate(database, revisionOf(template), 'case-approver');
}

export function languagesOf({ fixture, inputs }: CaseFile): readonly string[] {
  const spoken = fixture.tenantGroups.flatMap(({ language }) => language ?? []);
  const written = inputs.flatMap((input) =>
    input.action === 'approveNotice' ? (input.languages ?? []) : [],
  );
  return [...new Set([...spoken, ...written])];
}

const fallbackLanguage = 'en';

/** A text in the languages that the case names and in no other: a translation is never ours to add. */
export function noticeDraftOf(
  input: InputOf<'approveNotice'>,
  onlyTenants: readonly string[],
  requiredContent: readonly string[],
): NoticeDraftInput {
  const stage = noticeStageOf(input.stage);
  const translations = Object.fromEntries(
    (input.languages ?? [fallbackLanguage]).map((language) => [
      language,
      translationOf(input, requiredContent),
    ]),
  );
  const isByDifference = stage === 'by-difference';
  return {
    noticeId: noticeIdOf(input.notice),
    kind: stage,
    tlp: 'GREEN',
    translations,
    ...(isByDifference && { variants: { supplementary: translations, withdrawal: translations } }),
    ...(onlyTenants.length > 0 && { onlyTenants: [...onlyTenants] }),
  };
}

function translationOf(
  { notice, suggestedActions }: InputOf<'approveNotice'>,
  requiredContent: readonly string[],
): Omit<NoticeTranslation, 'content'> & { readonly content: Record<string, string> } {
  return {
    subject: `Notice ${notice}`.replace(/\p{C}/gu, ' ').slice(0, 200),
    description: 'As published.',
    effectOnCustomerData: 'As published.',
    actionsTaken: 'As published.',
    suggestedActions: (suggestedActions ?? ['None were published.']).join('\n'),
    contactPoint: 'security@provider.example',
    content: Object.fromEntries(requiredContent.map((key) => [key, 'As published.'])),
  };
}
