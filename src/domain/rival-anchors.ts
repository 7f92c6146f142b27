/**
 * A clock under every anchor that somebody may hold to be the right one: those on record, superseded ones included, and
 * dates that nobody recorded. Each gives its own due time and its own lateness; none is preferred here.
 */
import type { AnchorFact } from '../contract/rule-facts';
import { latenessOf, type Lateness } from './lateness';
import { spanOf, type WrittenMoment } from './moment';
import { obligationsAt, startKindsOf, type ClockInquiry, type Due } from './obligation-clock';
import { startKindOf } from './rule-profile';

/** An anchor that rivals the one in use; `heldBy` says who holds it to be right, or where it comes from. */
export interface RivalAnchor extends AnchorFact {
  readonly heldBy?: string;
}

export interface RivalInquiry extends Pick<ClockInquiry, 'pack' | 'facts' | 'options'> {
  /** The rule that is looked at; `options.ruleId` is set to it. */
  readonly ruleId: string;
  /** Only this stage; every stage when left out. */
  readonly stage?: string;
  readonly rivals: readonly RivalAnchor[];
  /** When it was handed in; left out, nothing is called late or in time. */
  readonly filed?: WrittenMoment;
}

export interface RivalReading {
  readonly anchor: RivalAnchor;
  readonly stage: string;
  /** Absent where the law gives no number, or did not bind at this anchor. */
  readonly due?: Due;
  readonly because: string;
  readonly lateness?: Lateness;
}

/**
 * The due time of a rule and the lateness of what was filed, under each rival alone. A rival of a kind from which a
 * stage does not count says nothing about that stage and is left out there.
 */
export function readUnderRivals(inquiry: RivalInquiry): RivalReading[] {
  return inquiry.rivals.flatMap((rival) => readingsUnder(rival, inquiry));
}

function readingsUnder(rival: RivalAnchor, inquiry: RivalInquiry): RivalReading[] {
  const { pack, options, ruleId, stage, filed } = inquiry;
  const readings = obligationsAt({
    pack,
    facts: factsUnder(rival, inquiry),
    options: { ...options, ruleId },
    at: '9999-12-31T00:00:00.000Z',
    isMet: () => false,
  });
  return readings
    .filter((reading) => stage === undefined || reading.stage === stage)
    .filter((reading) => countsFrom(rival, reading.stage, inquiry))
    .map(({ stage: own, due, because }) => ({
      anchor: rival,
      stage: own,
      because,
      ...(due !== undefined && { due }),
      ...(due !== undefined && filed !== undefined && { lateness: latenessOf(due, spanOf(filed)) }),
    }));
}

function countsFrom({ kind }: RivalAnchor, stage: string, { pack, ruleId, facts }: RivalInquiry): boolean {
  const rule = pack.rules.find(({ id, aliases }) => id === ruleId || aliases.includes(ruleId));
  return rule !== undefined && startKindsOf(rule, stage, facts).includes(startKindOf(kind));
}

/** The rival in the place of every anchor of its kind; those of other kinds stay. */
function factsUnder(
  { heldBy: _heldBy, ...rival }: RivalAnchor,
  { facts }: RivalInquiry,
): ClockInquiry['facts'] {
  const others = facts.anchors.filter((anchor) => startKindOf(anchor.kind) !== startKindOf(rival.kind));
  return { ...facts, anchors: [...others, rival] };
}
