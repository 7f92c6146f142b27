/** Keeps what operators see in the Temporal UI in step with the state: search attributes and current details. */
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { attributesOf, currentDetailsOf } from '../domain/operator-view';
import type { LiveIncident } from './live-incident';
import { attributePairs } from './search-attributes';

export interface Display {
  /** Shows the state as it is now. Upserts only what changed: each upsert is an event of history. */
  show(): void;
}

export function displayOf(incident: LiveIncident): Display {
  let shown = new Map<string, string>();
  return {
    show() {
      setCurrentDetails(currentDetailsOf(incident.state, incident.now()));
      const pairs = attributePairs(attributesOf(incident.state));
      const changed = pairs.filter((pair) => (shown.get(pair.key.name) ?? textOf(absent)) !== textOf(pair));
      if (changed.length > 0) upsertSearchAttributes(changed);
      shown = new Map(pairs.map((pair) => [pair.key.name, textOf(pair)]));
    },
  };
}

/** Shows the state once after whatever was recorded together, however many events that were. */
export function keepShown(incident: LiveIncident, display: Display): void {
  let isPending = false;
  incident.onRecorded(() => {
    if (isPending) return;
    isPending = true;
    void Promise.resolve().then(() => {
      isPending = false;
      display.show();
    });
  });
}

/** What was never shown is not there: taking it away would be an event of history that says nothing. */
const absent = { value: null };

function textOf({ value }: Pick<SearchAttributeUpdatePair, 'value'>): string {
  return JSON.stringify(value);
}
