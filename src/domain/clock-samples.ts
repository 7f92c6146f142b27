/**
 * What the clocks of a pack come to when everything happens at one moment: a yardstick by which two packs compare,
 * whatever their conditions are.
 */
import type { AnchorFact, StartKind } from '../contract/rule-facts';
import type { Clock, RulePack, Start } from '../contract/rule-pack';
import type { HolidaySource } from './clocks-calendars';
import { readClock, type ClockSurroundings } from './clocks-of-rules';
import type { DueLine } from './rule-differences';

/** A Friday, so that weekends and working days show. */
const sampleMoment = '2026-11-20T10:00:00Z';

/** One line for every step of every rule that is applied. */
export function sampleReadings(pack: RulePack, holidays: HolidaySource): readonly DueLine[] {
  const applied = pack.rules.filter(({ disabled }) => disabled === undefined);
  return applied.flatMap((rule) => {
    const steps = [{ stage: rule.stage, clock: rule.clock }, ...rule.followUps];
    return steps.map(({ stage, clock }, index) => {
      const reading = readClock(
        { rule, stage, clock, repeats: false },
        surroundings(pack, holidays, clock, rule.jurisdictions[0]),
      );
      return {
        id: `${rule.id} (${stage}${index === 0 ? '' : `, ${index}`})`,
        outcome: reading.kind,
        ...(reading.kind === 'running' && { dueAt: reading.dueAt }),
      };
    });
  });
}

function surroundings(
  pack: RulePack,
  holidays: HolidaySource,
  clock: Clock,
  place: string | undefined,
): ClockSurroundings {
  const starts = startsOf(clock);
  return {
    pack,
    holidays,
    mode: 'conservative',
    facts: {
      values: place === undefined || place === 'EU' || place === 'ZZ' ? {} : seatIn(place),
      anchors: starts.flatMap((start) => (typeof start === 'string' ? [anchorAt(start)] : [])),
      submissions: Object.fromEntries(
        starts.flatMap((start) =>
          typeof start === 'string' ? [] : [[start.submissionOf, sampleMoment] as const],
        ),
      ),
      contracts: [],
    },
  };
}

function seatIn(place: string): Readonly<Record<string, string>> {
  const country = { 'tenant.country': place.slice(0, 2) };
  return place.length > 2 ? { ...country, 'tenant.subdivision': place } : country;
}

function anchorAt(kind: StartKind): AnchorFact {
  return { kind, at: sampleMoment };
}

function startsOf(clock: Clock): readonly Start[] {
  if (clock.kind === 'contract') return [];
  return clock.kind === 'undated' ? [clock.from] : clock.limbs.map(({ from }) => from);
}
