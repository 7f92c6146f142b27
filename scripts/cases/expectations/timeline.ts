/** When things happened, as exactly as that is known: instants, intervals, spans, order, anchors, versions, metrics. */
import type { AnchorKind } from '../../../src/contract/anchor';
import { anchorInForce, type Incident } from '../../../src/domain/incident';
import { durationText } from '../../../src/domain/lateness';
import { containedAt } from '../../../src/domain/response-questions';
import type { CaseFile, Check } from '../case-format';
import {
  isInstant,
  isSameMoment,
  momentOf,
  readDuration,
  spanBetween,
  type CaseMoment,
  type Span,
} from '../moments';
import { anchorKindOf, serviceOf } from '../words';
import { shown, type Situation } from './situation';

export function timelineDifferences(situation: Situation, check: Check<'timeline'>): readonly string[] {
  const { file } = situation;
  return [
    ...(check.instants ?? []).flatMap((wanted) => instantDifferences(file, wanted)),
    ...(check.intervals ?? []).flatMap((wanted) => intervalDifferences(file, wanted)),
    ...(check.durations ?? []).flatMap((wanted) => durationDifferences(file, wanted)),
    ...orderDifferences(file, check.order ?? []),
    ...(check.anchors ?? []).flatMap((wanted) => anchorDifferences(situation.state, wanted)),
    ...(check.versions ?? []).flatMap((wanted) => versionDifferences(situation, wanted)),
    ...(check.metrics ?? []).flatMap((wanted) => metricDifferences(situation, wanted)),
  ];
}

type Wanted<Name extends keyof Check<'timeline'>> =
  NonNullable<Check<'timeline'>[Name]> extends readonly (infer Item)[] ? Item : never;

// What was published

/** `f01` is a fact or an input, `f01.until` the end of its range. */
function momentNamed(file: CaseFile, ref: string): CaseMoment | undefined {
  const [id = '', end] = ref.split(/\.(until)$/);
  const fact = file.facts.find((each) => each.id === id);
  const zone = fact?.zone ?? file.zone;
  if (end !== undefined) return fact?.until === undefined ? undefined : momentOf(fact.until, zone);
  const at = fact?.at ?? file.inputs.find((each) => each.id === id)?.at;
  return at === undefined ? undefined : momentOf(at, zone);
}

function unknownRef(ref: string): string[] {
  return [`${ref} is neither a fact nor an input with such a time`];
}

function instantDifferences(file: CaseFile, { ref, utc }: Wanted<'instants'>): string[] {
  const moment = momentNamed(file, ref);
  if (moment === undefined) return unknownRef(ref);
  if (!isInstant(moment)) return [`${ref} is a ${moment.written.precision}, no instant`];
  return isSameMoment(moment.written.at, utc) ? [] : [`${ref} is ${moment.written.at}, expected ${utc}`];
}

function intervalDifferences(file: CaseFile, { ref, from, to }: Wanted<'intervals'>): string[] {
  const moment = momentNamed(file, ref);
  if (moment === undefined) return unknownRef(ref);
  const whole = momentNamed(file, `${ref}.until`)?.toMs ?? moment.toMs;
  const wanted = { from: momentOf(from, file.zone).fromMs, to: momentOf(to, file.zone).fromMs };
  const isFound = moment.fromMs === wanted.from && [moment.toMs, whole].includes(wanted.to);
  return isFound ? [] : [`${ref} is ${intervalText(moment)}`];
}

function intervalText({ fromMs, toMs }: CaseMoment): string {
  return `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
}

function durationDifferences(file: CaseFile, wanted: Wanted<'durations'>): string[] {
  const [from, to] = [momentNamed(file, wanted.from), momentNamed(file, wanted.to)];
  if (from === undefined) return unknownRef(wanted.from);
  if (to === undefined) return unknownRef(wanted.to);
  return spanDifferences(`${wanted.from} to ${wanted.to}`, spanBetween(from, to), wanted);
}

interface WantedSpan {
  readonly is?: string | null | undefined;
  readonly atLeast?: string | null | undefined;
  readonly atMost?: string | null | undefined;
}

function spanDifferences(name: string, span: Span, { is, atLeast, atMost }: WantedSpan): string[] {
  const exactMs = span.kind === 'exact' ? span.ms : undefined;
  return [
    ...durationDiffers(`${name}: the difference`, is, exactMs),
    ...durationDiffers(`${name}: the least`, atLeast, span.atLeastMs),
    ...durationDiffers(`${name}: the most`, atMost, span.atMostMs),
  ];
}

function durationDiffers(name: string, wanted: string | null | undefined, ms: number | undefined): string[] {
  if (wanted === undefined) return [];
  const wantedMs = wanted === null ? undefined : readDuration(wanted);
  return wantedMs === ms && (wanted === null || wantedMs !== undefined)
    ? []
    : [`${name} is ${ms === undefined ? 'not one figure' : durationText(ms)}, expected ${shown(wanted)}`];
}

function orderDifferences(file: CaseFile, refs: readonly string[]): string[] {
  const moments = refs.map((ref) => momentNamed(file, ref));
  return refs.flatMap((ref, index) => {
    const [earlier, moment] = [moments[index - 1], moments[index]];
    if (moment === undefined) return unknownRef(ref);
    return earlier === undefined || earlier.fromMs <= moment.fromMs
      ? []
      : [`${ref} begins before ${refs[index - 1] ?? ''}`];
  });
}

// What the incident keeps

function anchorDifferences(state: Incident, wanted: Wanted<'anchors'>): string[] {
  const kind = anchorKindOf(wanted.kind);
  const kept = state.anchors.filter((anchor) => anchor.kind === kind);
  const chosen = anchorInForce(state, kind as AnchorKind);
  const isKept = (value: string) => kept.some(({ at }) => isSameMoment(at, value));
  const isSuperseded = (value: string) =>
    kept.some(({ at, supersededBy }) => supersededBy !== undefined && isSameMoment(at, value));
  return [
    ...(wanted.values ?? [])
      .filter((value) => !isKept(value))
      .map(
        (value) => `${wanted.kind} ${value} is not kept, only ${shown(kept.map(({ at }) => at).join(', '))}`,
      ),
    ...(wanted.chosen === undefined || isSameMoment(chosen?.at ?? '', wanted.chosen ?? '')
      ? []
      : [`${wanted.kind} in use is ${shown(chosen?.at)}, expected ${shown(wanted.chosen)}`]),
    ...(wanted.superseded ?? [])
      .filter((value) => !isSuperseded(value))
      .map((value) => `${wanted.kind} ${value} is not superseded`),
  ];
}

/** Each published number as it was recorded; versions are counted per unit. */
function versionDifferences({ events }: Situation, wanted: Wanted<'versions'>): string[] {
  const { version, count, unit } = wanted;
  const recorded = events.flatMap((event) => {
    if (event.type !== 'fact-recorded' || event.name?.startsWith('published-') !== true) return [];
    const [, number, published] = /^version (\d+): (\w+)$/.exec(String(event.value)) ?? [];
    return Number(number) === version
      ? [
          {
            unit: event.name.slice('published-'.length),
            count: published === 'unknown' ? null : Number(published),
          },
        ]
      : [];
  });
  const found = recorded.filter((each) => unit === undefined || each.unit === unit);
  const isFound = found.some((each) => count === undefined || each.count === count);
  return isFound
    ? []
    : [`version ${String(version)} is ${shown(recorded)}, expected ${shown({ unit, count })}`];
}

function metricDifferences(situation: Situation, wanted: Wanted<'metrics'>): string[] {
  if (wanted.metric !== 'time-to-contain') return [`not yet: metric ${wanted.metric}`];
  const { state } = situation;
  const services = state.response.services.map(({ service }) => service);
  const asked = wanted.service === undefined ? services : [serviceOf(wanted.service)];
  const span = timeToContain(situation, asked);
  if (span !== undefined) return spanDifferences(wanted.metric, span, wanted);
  const isNoneWanted = [wanted.is, wanted.atLeast, wanted.atMost].every(
    (each) => each === null || each === undefined,
  );
  return isNoneWanted ? [] : [`${wanted.metric}: not contained, or nothing was detected`];
}

/** From the detection in use to the last containment step, each as exactly as it was entered. */
function timeToContain(situation: Situation, services: readonly string[]): Span | undefined {
  const { state, file } = situation;
  const detection = anchorInForce(state, 'detection');
  const ends = services.map((service) => lastStep(situation, service));
  const last = ends.reduce((left, right) =>
    left === undefined || right === undefined ? undefined : left.toMs >= right.toMs ? left : right,
  );
  if (detection === undefined || last === undefined) return undefined;
  return spanBetween(momentOf(detection.at, detection.zone ?? file.zone), last);
}

/** The state says when the last step was; the input that it came from says how exactly that is known. */
function lastStep({ state, events, deeds, file }: Situation, service: string): CaseMoment | undefined {
  const at = containedAt(state.response, service);
  if (at === undefined) return undefined;
  const step = events.findLast(
    (event) =>
      (event.type === 'task-completed' || event.type === 'emergency-action-recorded') &&
      event.service === service &&
      (event.happenedAt ?? event.at) === at,
  );
  const input = step === undefined ? undefined : deeds.inputOf.get(step.seq);
  return momentOf(input?.at ?? at, file.zone);
}
