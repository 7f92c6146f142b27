/** How late a filing or a notice was under each anchor that somebody may hold to be the right one. */
import type { WrittenMoment } from '../../../src/domain/moment';
import { spanOf } from '../../../src/domain/moment';
import { latenessOf, type Lateness } from '../../../src/domain/lateness';
import { clocksOf, obligationsAt, startKindsOf, type Due } from '../../../src/domain/obligation-clock';
import { dueAfterHours } from '../../../src/domain/promises';
import { readUnderRivals } from '../../../src/domain/rival-anchors';
import { anchorInForce, apply, incidentOf, type Incident } from '../../../src/domain/incident';
import type { AnchorKind } from '../../../src/contract/anchor';
import type { StartKind } from '../../../src/contract/rule-facts';
import { fieldsOfRival, type Check, type ExpectedRival, type InputOf } from '../case-format';
import { readDuration, writtenMomentOf } from '../moments';
import { anchorKindOf, noticeIdOf } from '../words';
import { dueDifferences, dueOf, momentDiffers } from './due';
import { dutyOf, promiseTo, type Duty } from './duties';
import { differing, notYet, shown, type Situation } from './situation';

export function latenessDifferences(situation: Situation, check: Check<'lateness'>): readonly string[] {
  const reader = check.rule === 'promise' ? promiseReader(situation, check) : ruleReader(situation, check);
  if (reader === undefined) return [`not yet: rule ${check.rule}`];
  const filed = filedAt(situation, check);
  const asked = check.rivals.filter(({ mark }) => mark === 'V' || situation.includeUnverified);
  return [
    ...(check.default === undefined ? [] : momentDiffers('default', check.default, reader.anchorInUse)),
    ...(check.frozen === undefined
      ? []
      : momentDiffers('frozen', check.frozen, frozenAnchor(situation, check, reader))),
    ...asked.flatMap((rival) => rivalDifferences(rival, reader.read(rival), filed, situation.file.zone)),
  ];
}

/** A due time under a rival, or why there is none. */
type Reading = { readonly due: Due } | { readonly because: string };

interface Reader {
  readonly ruleId: string;
  /** The kinds of anchor that it counts from. */
  readonly kinds: readonly StartKind[];
  read(rival: ExpectedRival): Reading;
  readonly anchorInUse: string | undefined;
}

function rivalDifferences(
  rival: ExpectedRival,
  reading: Reading,
  filed: WrittenMoment | undefined,
  zone: string,
): string[] {
  const due = 'due' in reading ? reading.due : undefined;
  const lateness = due === undefined || filed === undefined ? undefined : latenessOf(due, spanOf(filed));
  const found = [
    ...notYet(rival, fieldsOfRival),
    ...dueDifferences(rival, due, zone),
    ...momentDiffers('filedAt', rival.filedAt, filed?.at),
    ...differing<string>('filedPrecision', rival.filedPrecision ?? undefined, filed?.precision),
    ...differing<string>('verdict', rival.verdict ?? undefined, lateness?.verdict),
    ...lengths.flatMap((name) => lengthDiffers(name, rival[name], lateness?.[name])),
    ...('because' in reading && rival.dueAt !== null ? [`no due time: ${reading.because}`] : []),
  ];
  return found.map((each) => `under ${rival.anchor.kind} ${rival.anchor.at}: ${each}`);
}

const lengths = [
  'lateBy',
  'lateMin',
  'lateMax',
  'earlyMin',
  'earlyMax',
] as const satisfies readonly (keyof Lateness)[];

function lengthDiffers(name: string, wanted: string | null | undefined, found: string | undefined): string[] {
  if (wanted === undefined) return [];
  const isFound =
    wanted === null
      ? found === undefined
      : found !== undefined && readDuration(found) === readDuration(wanted);
  return isFound ? [] : [`${name} is ${shown(found)}, expected ${shown(wanted)}`];
}

// The filing

/** When the notice or filing was handed in, as exactly as it was published. */
function filedAt({ file }: Situation, { filing }: Check<'lateness'>): WrittenMoment | undefined {
  const input = file.inputs.find(({ id }) => id === filing);
  if (input === undefined) return undefined;
  const at = (input.action === 'approveNotice' ? input.sentAt : undefined) ?? input.at;
  return writtenMomentOf(at, file.zone);
}

/**
 * The anchor under which it was fixed when it was handed in, whatever was recorded later: by the incident's own judgement
 * of a filing, and for a notice by what was on record when it left.
 */
function frozenAnchor(
  situation: Situation,
  { filing }: Check<'lateness'>,
  { ruleId, kinds }: Pick<Reader, 'ruleId' | 'kinds'>,
): string | undefined {
  const { state, file } = situation;
  const input = file.inputs.find((each): each is InputOf<'approveNotice'> => each.id === filing);
  const reference = noticeIdOf(input?.notice ?? '');
  const judged = state.notification.filings.find(
    (each) => each.ruleId === ruleId && each.reference === reference,
  );
  if (judged?.judgement !== undefined) return judged.judgement.anchor?.at;
  const then = stateAtFiling(situation, reference, filing);
  return then === undefined ? undefined : anchorOfKinds(then, kinds);
}

function stateAtFiling(
  { state, events, deeds }: Situation,
  noticeId: string,
  filing: string | null | undefined,
): Incident | undefined {
  const last = events.findLastIndex(
    (event) =>
      deeds.inputOf.get(event.seq)?.id === filing ||
      (event.type === 'campaign-started' && event.noticeId === noticeId),
  );
  const { declaration, policy, declaredAt } = state;
  return last === -1
    ? undefined
    : events.slice(0, last + 1).reduce(apply, incidentOf({ declaration, policy, declaredAt }));
}

function anchorOfKinds(state: Incident, kinds: readonly StartKind[]): string | undefined {
  return kinds.map((kind) => anchorInForce(state, kind as AnchorKind)?.at).find((at) => at !== undefined);
}

// Readers

function ruleReader(situation: Situation, check: Check<'lateness'>): Reader | undefined {
  const duty = dutyOf(situation, check);
  if (duty === undefined) return undefined;
  const { pack } = situation.stage;
  const { rule, stage, facts } = duty;
  const kinds = startKindsOf(rule, stage, facts);
  return {
    ruleId: rule.id,
    kinds,
    anchorInUse: anchorOfKinds(situation.state, kinds),
    read(rival) {
      const kind = anchorKindOf(rival.anchor.kind);
      if (kind === 'submission') return readUnderSubmission(situation, duty, rival);
      const anchor = { kind, ...writtenMomentOf(rival.anchor.at, situation.file.zone) };
      const { at, precision, zone } = anchor;
      const [reading] = readUnderRivals({
        pack,
        facts,
        options: duty.options,
        ruleId: rule.id,
        stage,
        rivals: [{ kind, at, precision, ...(zone !== undefined && { zone }) }],
      });
      if (reading?.due !== undefined) return { due: reading.due };
      return { because: reading?.because ?? `${rule.id} does not count from ${kind}` };
    },
  };
}

/** What is chained on an earlier step counts from its submission, here from the one that the rival says. */
function readUnderSubmission({ stage, now }: Situation, duty: Duty, rival: ExpectedRival): Reading {
  const { rule, facts, options } = duty;
  const references = clocksOf(rule, duty.stage).flatMap((clock) =>
    clock.kind === 'dated'
      ? clock.limbs.flatMap(({ from }) => (typeof from === 'object' ? [from.submissionOf] : []))
      : [],
  );
  const submissions = Object.fromEntries(references.map((reference) => [reference, rival.anchor.at]));
  const reading = obligationsAt({
    pack: stage.pack,
    facts: { ...facts, submissions: { ...facts.submissions, ...submissions } },
    options,
    at: now,
    isMet: () => false,
  }).find((each) => each.stage === duty.stage);
  return reading?.due === undefined
    ? { because: reading?.because ?? `${rule.id} has no step ${duty.stage}` }
    : { due: reading.due };
}

function promiseReader(situation: Situation, check: Check<'lateness'>): Reader {
  const promise = promiseTo(situation, check);
  return {
    ruleId: 'promise',
    kinds: [],
    anchorInUse: promise?.madeAt.at,
    read: ({ anchor }) =>
      promise === undefined
        ? { because: 'no promise covers them' }
        : { due: dueOf(dueAfterHours(writtenMomentOf(anchor.at, situation.file.zone), promise.hours)) },
  };
}
