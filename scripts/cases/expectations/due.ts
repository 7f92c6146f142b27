/** When something is due, as the format writes it, against what was computed. */
import type { Due } from '../../../src/domain/obligation-clock';
import type { DueTime } from '../../../src/domain/lateness';
import { readMoment } from '../../../src/domain/clocks-moments';
import type { ExpectedDue } from '../case-format';
import { isSameMoment, momentOf } from '../moments';
import { differing, shown } from './situation';

export function dueDifferences(wanted: ExpectedDue, due: Due | undefined, zone: string): string[] {
  return [
    ...momentDiffers('dueAt', wanted.dueAt, due?.dueAt),
    ...momentDiffers('dueDay', wanted.dueDay, due?.dueDay),
    ...momentDiffers('dueFrom', wanted.dueFrom, due?.dueFrom),
    ...momentDiffers('dueTo', wanted.dueTo, due?.dueTo),
    ...differing('duePrecision', wanted.duePrecision ?? undefined, due?.precision),
    ...localDiffers(wanted.dueLocal, due, zone),
  ];
}

/** A day of hours has its own spelling; anything else is told by where it begins. */
export function dueOf(time: DueTime): Due {
  return { ...time, dueAt: time.day ?? time.dueFrom };
}

/** `null` says that there is none. */
export function momentDiffers(
  name: string,
  wanted: string | null | undefined,
  found: string | undefined,
): string[] {
  if (wanted === undefined) return [];
  const isFound = wanted === null ? found === undefined : isSameMoment(found ?? '', wanted);
  return isFound ? [] : [`${name} is ${shown(found)}, expected ${shown(wanted)}`];
}

/** The end of a due range where there is one: a local time is read as such unless it has its offset. */
function localDiffers(wanted: string | null | undefined, due: Due | undefined, zone: string): string[] {
  if (wanted === undefined || wanted === null) return [];
  const read = readMoment(wanted.replace(' ', 'T'), zone);
  const wantedMs = read.kind === 'read' ? Date.parse(read.earliest) : Number.NaN;
  return due !== undefined && momentOf(due.dueFrom, zone).fromMs === wantedMs
    ? []
    : [`dueLocal is ${shown(due?.dueFrom)} in ${zone}, expected ${wanted}`];
}
