/** Keeps what operators see in the Temporal UI in step with the state: search attributes and current details. */
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { attributesOf, currentDetailsOf, type IncidentAttributes } from '../domain/operator-view';
import { describeBy } from './current-details';
import type { LiveIncident } from './live-incident';
import { attributePairs, attributesIn } from './search-attributes';

export interface Display {
  /** Whether the state has attributes that are not shown yet. */
  isBehind(): boolean;
  /** Shows the state as it is now. Upserts only what changed: each upsert is an event of history. */
  show(): void;
}

type Shown = Partial<IncidentAttributes>;
type Name = keyof IncidentAttributes;

export function displayOf(incident: LiveIncident): Display {
  let shown = attributesIn(workflowInfo().typedSearchAttributes);
  describeBy(() => currentDetailsOf(incident.state, incident.now()));
  return {
    isBehind: () => changedSince(shown, attributesOf(incident.state)).length > 0,
    show() {
      const attributes = attributesOf(incident.state);
      const changed = changedSince(shown, attributes);
      if (changed.length > 0) upsertSearchAttributes(attributePairs(attributes, changed));
      shown = attributes;
    },
  };
}

/** Shows the state once after whatever was recorded together, however many events that were. */
export function keepShown(incident: LiveIncident, display: Display): void {
  let isPending = false;
  // One for all times: the sandbox takes a stack trace of every promise that is made.
  const soon = Promise.resolve();
  incident.onRecorded(() => {
    if (isPending || !display.isBehind()) return;
    isPending = true;
    void soon.then(() => {
      isPending = false;
      display.show();
    });
  });
}

function changedSince(shown: Shown, attributes: IncidentAttributes): readonly Name[] {
  const names = new Set([...Object.keys(shown), ...Object.keys(attributes)] as Name[]);
  return [...names].filter((name) => !isSame(shown[name], attributes[name]));
}

function isSame(left: IncidentAttributes[Name], right: IncidentAttributes[Name]): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
