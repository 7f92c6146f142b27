/**
 * Plays a case as a drill at its own instants and judges every expectation after its input. Order of entry is the order
 * of the list; what stands before the declaration is handed in right after it with its own time.
 */
import { randomBytes } from 'node:crypto';
import type { DeclarationInput } from '../../src/contract/declaration';
import type { Policy, Provider } from '../../src/contract/policy';
import { instantFromEpochMs } from '../../src/domain/instant';
import { defaultPolicy } from '../../src/domain/policy';
import { act } from './acts';
import type { CaseFile, Expectation, Input, InputOf } from './case-format';
import { declareIncident } from './case-incident';
import { judge } from './expectations';
import { approveTemplates, fillDirectory, languagesOf, tenantsOf } from './filler';
import { momentOf, writtenMomentOf } from './moments';
import { noDeeds, type Play } from './play';
import type { CaseReport, Judgement } from './report';
import type { CaseStage } from './stage';
import { dataClassOf, identityOf, lineOf, serviceOf, teamOf } from './words';

export interface PlayOptions {
  /** Also what is marked as not verified. */
  readonly includeUnverified?: boolean;
}

/** @throws InputProblem when the incident cannot be declared from the file */
export async function playCase(
  stage: CaseStage,
  file: CaseFile,
  { includeUnverified = false }: PlayOptions = {},
): Promise<CaseReport> {
  const isPlayed = (input: Input) => includeUnverified || input.mark === 'V';
  const isAsked = (expectation: Expectation) => includeUnverified || isVerified(file, expectation);
  const play = await begin(stage, file);
  try {
    const judgements = new Map<string, Judgement>();
    for (const { input, after } of inOrder(file)) {
      if (input.action !== 'declare' && isPlayed(input)) {
        await play.incident.reach(momentOf(input.at, file.zone).fromMs);
        await act(play, input);
      }
      for (const expectation of after)
        judgements.set(
          expectation.id,
          isAsked(expectation)
            ? await judge(play, expectation, { includeUnverified })
            : { outcome: 'skipped', found: ['rests on what was not verified'] },
        );
    }
    return reportOf(
      file,
      play,
      judgements,
      file.inputs.filter((input) => !isPlayed(input)),
    );
  } finally {
    await play.incident.end();
  }
}

function reportOf(
  file: CaseFile,
  { deeds }: Play,
  judgements: ReadonlyMap<string, Judgement>,
  skipped: readonly Input[],
): CaseReport {
  return {
    case: file.id,
    title: file.title,
    expectations: file.expect.map(({ id, kind, after, then, why }) => ({
      id,
      kind,
      after,
      then,
      why,
      ...(judgements.get(id) ?? { outcome: 'fail', found: ['it was never judged'] }),
    })),
    skippedInputs: skipped.map(({ id }) => id),
    refusedInputs: deeds.refusals,
  };
}

/** Rests on nothing but what was read in a published source. */
function isVerified(
  { facts, inputs }: CaseFile,
  { mark, facts: restsOn, kind, check }: Expectation,
): boolean {
  const unverified = new Set([...facts, ...inputs].flatMap((each) => (each.mark === 'R' ? [each.id] : [])));
  const filing = kind === 'lateness' ? check.filing : undefined;
  return mark === 'V' && [...restsOn, ...(filing ? [filing] : [])].every((id) => !unverified.has(id));
}

interface Turn {
  readonly input: Input;
  /** What is judged once it has been played. */
  readonly after: readonly Expectation[];
}

/** The declaration first, whatever stood before it next; what names the declaration is judged only then. */
function inOrder({ inputs, expect }: CaseFile): readonly Turn[] {
  const at = inputs.findIndex(({ action }) => action === 'declare');
  const declaration = inputs.slice(at, at + 1);
  const before = inputs.slice(0, at);
  const turns = [...declaration, ...before, ...inputs.slice(at + 1)];
  const judgedAt = (index: number) => turnsJudgedAt(index, before.length, turns);
  return turns.map((input, index) => ({
    input,
    after: expect.filter(
      ({ after }) =>
        judgedAt(index).some(({ id }) => id === after) || (after === 'end' && index === turns.length - 1),
    ),
  }));
}

function turnsJudgedAt(index: number, handedInLater: number, turns: readonly Input[]): readonly Input[] {
  if (handedInLater === 0 || index > handedInLater) return turns.slice(index, index + 1);
  if (index === 0) return [];
  const isLast = index === handedInLater;
  return [...turns.slice(index, index + 1), ...(isLast ? turns.slice(0, 1) : [])];
}

// The beginning

async function begin(stage: CaseStage, file: CaseFile): Promise<Play> {
  const incidentId = `case-${slugOf(file.id)}-${randomBytes(4).toString('hex')}`;
  const tenants = tenantsOf(incidentId, file);
  await approveTemplates(stage.database, languagesOf(file));
  await fillDirectory(stage.database, file, tenants);
  const declare = file.inputs.find((input): input is InputOf<'declare'> => input.action === 'declare');
  if (declare === undefined) throw new Error('a case without a declaration was let through');
  const incident = await declareIncident(
    stage,
    declarationOf(incidentId, declare, file.zone),
    policyOf(file.fixture.provider),
  );
  await incident.rest();
  return { file, stage, incident, tenants, deeds: noDeeds() };
}

function slugOf(id: string): string {
  return id.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 40);
}

function declarationOf(incidentId: string, declare: InputOf<'declare'>, zone: string): DeclarationInput {
  const { title, summary, severity, detectedAt, services, dataClasses, anchors, at } = declare;
  const own = anchors.find(({ kind, anchorAt }) => kind === 'detection' && anchorAt === detectedAt);
  return {
    incidentId,
    title: lineOf(title).slice(0, 300),
    summary,
    severity,
    services: [...new Set(services)].map((service) => ({
      service: serviceOf(service),
      team: teamOf(service),
    })),
    dataClasses: dataClasses.map(dataClassOf),
    detection: { ...writtenMomentOf(detectedAt, zone), basis: own?.basis ?? 'as published' },
    anchors: anchors
      .filter((anchor) => anchor !== own)
      .map(({ kind, anchorAt, basis }) => ({ kind, ...writtenMomentOf(anchorAt, zone), basis })),
    reporter: { by: identityOf('case-reporter'), role: 'security-response' },
    mode: 'drill',
    startsAt: instantFromEpochMs(momentOf(at, zone).fromMs),
  };
}

function policyOf(provider: CaseFile['fixture']['provider']): Policy {
  return { ...defaultPolicy, provider: providerOf(provider), deferralSeconds: [1] };
}

function providerOf(provider: CaseFile['fixture']['provider']): Provider {
  const { role: roles, country, subdivision, sectors, zone } = provider;
  return {
    roles: [...roles],
    ...(country && { country }),
    ...(subdivision && { subdivision }),
    ...(sectors && { sectors: [...sectors] }),
    ...(zone && { timeZone: zone }),
  };
}
