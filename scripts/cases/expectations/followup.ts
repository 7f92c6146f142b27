/** What became of an entry: a bug, or whatever else is to be followed up. */
import { findEntry, isSettled } from '../../../src/domain/follow-up';
import type { Check } from '../case-format';
import { entryStateOf } from '../words';
import { differing, type Situation } from './situation';

export function followUpDifferences({ state }: Situation, check: Check<'followup'>): readonly string[] {
  const entry = findEntry(state.followUp, check.ref);
  if (entry === undefined) return [`there is no entry ${check.ref}`];
  return [
    ...differing('state', check.state, entryStateOf(entry, isSettled(state.followUp, entry))),
    ...differing('owned', check.owned, entry.owner !== undefined),
  ];
}
