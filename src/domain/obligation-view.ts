/**
 * All that an incident owes, to whom and by when, as it stands at its own now: clocks with their margins, filings with
 * the lateness that was fixed, and on request every clock under every anchor that rivals the one in use. Evaluates
 * rules with the TC39 calendar, so the workflow never imports it.
 */
import type { CountingMode } from '../contract/rule-facts';
import type { RulePack } from '../contract/rule-pack';
import { canonicalJson } from './canonical-json';
import type { HolidaySource } from './clocks-calendars';
import { epochMsOf, type Instant } from './instant';
import { durationText, latenessOf, type DueTime, type Lateness } from './lateness';
import { spanOf, type WrittenMoment } from './moment';
import { filedMoment, type Filing } from './notification';
import {
  isPast,
  isRepeated,
  obligationsAt,
  type ClockAtInstant,
  type ObligationReading,
} from './obligation-clock';
import { anchorFactOf, type ObligationFacts } from './obligation-facts';
import type { EvaluationOptions } from './obligations';
import { promiseDue, type PublicPromise } from './promises';
import { readUnderRivals, type RivalAnchor, type RivalReading } from './rival-anchors';
import { factsOfProvider, factsOfTenant, type RuleFacts, type TenantProfile } from './rule-profile';

export interface ViewSources {
  readonly facts: ObligationFacts;
  readonly pack: RulePack;
  readonly holidays: HolidaySource;
  /** Tenants of the newest version, those that are alike together; none before there is a version. */
  readonly profiles: readonly { readonly profile: TenantProfile; readonly tenants: number }[];
}

export interface ViewQuestion {
  readonly ruleId?: string;
  /** Every recorded anchor is tried in the place of the one in use, superseded ones included. */
  readonly withRivals?: boolean;
  /** Dates that nobody recorded, tried besides. */
  readonly asIf?: readonly RivalAnchor[];
}

export interface OwedDuty extends ObligationReading {
  /** How many tenants it is owed to; absent for what the provider owes to others. */
  readonly tenants?: number;
  /** From now to the beginning of the due time; negative when that is past. */
  readonly margin?: string;
  /** When what meets it was handed in: the filing, or the first notice that began to leave. */
  readonly handedIn?: WrittenMoment;
  /** Of a filing as it was fixed; towards tenants as of the first notice. */
  readonly lateness?: Lateness;
  readonly rivals?: readonly RivalReading[];
}

export interface OwedPromise extends PublicPromise {
  readonly clock: ClockAtInstant;
  readonly due: DueTime;
  readonly margin: string;
  readonly lateness?: Lateness;
}

export interface ObligationView {
  readonly at: Instant;
  readonly duties: readonly OwedDuty[];
  readonly promises: readonly OwedPromise[];
  readonly filings: readonly Filing[];
}

/** What cannot be shown to apply or to be undecided is left out, unless it is asked for by its rule. */
export function obligationView(sources: ViewSources, question: ViewQuestion = {}): ObligationView {
  const { facts } = sources;
  const duties = [...ownDuties(sources, question), ...dutiesToTenants(sources, question)];
  const isShown = ({ outcome }: OwedDuty) => question.ruleId !== undefined || outcome !== 'does-not-apply';
  return {
    at: facts.at,
    duties: duties.filter(isShown),
    promises: question.ruleId === undefined ? facts.promises.map((each) => promiseAt(each, facts)) : [],
    filings: facts.filings.filter(({ ruleId }) => (question.ruleId ?? ruleId) === ruleId),
  };
}

// What the provider owes to others

function ownDuties(sources: ViewSources, question: ViewQuestion): readonly OwedDuty[] {
  const { facts, pack } = sources;
  const ruleFacts = factsOfProvider(facts.provider, facts.facts, {
    anchors: anchorsInUse(facts),
    submissions: facts.submissions,
    evaluatedAt: facts.at,
  });
  const options = optionsFor('provider', sources, question);
  return obligationsAt({ pack, facts: ruleFacts, options, at: facts.at }).map((reading) => {
    const filing = facts.filings.findLast(
      ({ ruleId, stage }) => ruleId === reading.ruleId && stage === reading.stage,
    );
    const handedIn = filing === undefined ? undefined : filedMoment(filing);
    return {
      ...withMargin(reading, facts.at),
      ...(handedIn !== undefined && { handedIn }),
      ...(filing?.judgement !== undefined && { lateness: filing.judgement }),
      ...rivalsOf(reading, ruleFacts, options, sources, question, handedIn),
    };
  });
}

// What it owes to tenants

function dutiesToTenants(sources: ViewSources, question: ViewQuestion): readonly OwedDuty[] {
  return folded(sources.profiles.flatMap((counted) => dutiesToProfile(counted, sources, question)));
}

function dutiesToProfile(
  { profile, tenants }: ViewSources['profiles'][number],
  sources: ViewSources,
  question: ViewQuestion,
): readonly OwedDuty[] {
  const { facts, pack } = sources;
  const submissions = { ...facts.submissions, ...facts.told };
  const moments = { anchors: anchorsInUse(facts), submissions, evaluatedAt: facts.at };
  const ruleFacts = factsOfTenant(profile, facts.facts, moments, facts.provider);
  const options = optionsFor('tenant', sources, question);
  const isMet = (ruleId: string, stage: string) =>
    facts.areTenantsTold && !pack.rules.some((rule) => rule.id === ruleId && isRepeated(rule, stage));
  const handedIn = firstNotice(facts);
  return obligationsAt({ pack, facts: ruleFacts, options, at: facts.at, isMet })
    .filter(({ duty }) => duty === 'provider-to-tenant')
    .map((reading) => ({
      ...withMargin(reading, facts.at),
      tenants,
      ...(handedIn !== undefined && { handedIn }),
      ...latenessWhen(reading.due, handedIn),
      ...rivalsOf(reading, ruleFacts, options, sources, question, handedIn),
    }));
}

/** Lateness towards tenants goes by the beginning of the first notice; when each was reached is in the ledger. */
function firstNotice({ campaigns }: ObligationFacts): WrittenMoment | undefined {
  const [at] = campaigns.map(({ startedAt }) => startedAt).sort();
  return at === undefined ? undefined : { at, precision: 'second' };
}

/** Tenants whose duty reads alike in everything that is shown stand as one. */
function folded(duties: readonly OwedDuty[]): readonly OwedDuty[] {
  const alike = new Map<string, OwedDuty>();
  for (const duty of duties) {
    const { tenants = 0, ...shown } = duty;
    const key = canonicalJson(shown);
    alike.set(key, { ...duty, tenants: tenants + (alike.get(key)?.tenants ?? 0) });
  }
  return [...alike.values()];
}

// Promises

function promiseAt(promise: PublicPromise, facts: ObligationFacts): OwedPromise {
  const due = promiseDue(promise);
  const open = isPast(due, facts.at) ? 'overdue' : 'running';
  return {
    ...promise,
    clock: promise.metAt === undefined ? open : 'met',
    due,
    margin: marginOf(due, facts.at),
    ...latenessWhen(due, noticeAfter(promise, facts)),
  };
}

/** A promise is kept by what leaves after it was made. */
function noticeAfter({ madeAt }: PublicPromise, { campaigns }: ObligationFacts): WrittenMoment | undefined {
  const { earliest } = spanOf(madeAt);
  const [at] = campaigns
    .map(({ startedAt }) => startedAt)
    .filter((startedAt) => startedAt >= earliest)
    .sort();
  return at === undefined ? undefined : { at, precision: 'second' };
}

// What both have

const mode: CountingMode = 'conservative';

function optionsFor(
  party: EvaluationOptions['party'],
  { holidays, facts: { decisions } }: ViewSources,
  { ruleId }: ViewQuestion,
): EvaluationOptions {
  return { mode, holidays, party, decisions, ...(ruleId !== undefined && { ruleId }) };
}

function anchorsInUse({ anchors, inForce }: ObligationFacts) {
  return anchors.filter(({ anchorId }) => inForce.includes(anchorId)).map(anchorFactOf);
}

function withMargin(
  reading: ObligationReading,
  at: Instant,
): ObligationReading & { readonly margin?: string } {
  return reading.due === undefined ? reading : { ...reading, margin: marginOf(reading.due, at) };
}

function marginOf({ dueFrom }: DueTime, at: Instant): string {
  return durationText(epochMsOf(dueFrom) - epochMsOf(at));
}

function latenessWhen(
  due: DueTime | undefined,
  handedIn: WrittenMoment | undefined,
): { readonly lateness?: Lateness } {
  if (due === undefined || handedIn === undefined) return {};
  return { lateness: latenessOf(due, spanOf(handedIn)) };
}

function rivalsOf(
  { ruleId, stage, outcome }: ObligationReading,
  facts: RuleFacts,
  options: EvaluationOptions,
  { pack, facts: { anchors, inForce } }: ViewSources,
  { withRivals = false, asIf = [] }: ViewQuestion,
  filed: WrittenMoment | undefined,
): { readonly rivals?: readonly RivalReading[] } {
  if (outcome === 'does-not-apply' || (!withRivals && asIf.length === 0)) return {};
  const onRecord = withRivals ? anchors.map((anchor) => rivalOf(anchor, inForce)) : [];
  const rivals = [...onRecord, ...asIf];
  return {
    rivals: readUnderRivals({ pack, facts, options, ruleId, stage, rivals, ...(filed && { filed }) }),
  };
}

function rivalOf(anchor: ObligationFacts['anchors'][number], inForce: readonly string[]): RivalAnchor {
  const { anchorId, basis, supersededBy } = anchor;
  const superseded = supersededBy === undefined ? '' : `, superseded by ${supersededBy}`;
  const standing = inForce.includes(anchorId) ? ', in use' : superseded;
  return { ...anchorFactOf(anchor), heldBy: `${anchorId}${standing}: ${basis}` };
}
