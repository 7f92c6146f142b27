/** What facts and anchors become. */
import type { ChooseAnchor, RecordAnchor, RecordFact } from '../../contract/messages';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import type { Incident } from '../incident';
import { compareInstants, type Instant } from '../instant';
import { beginningOf, problemOfMoment, withOffset } from '../moment';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';

export function acceptFact(_incident: Incident, message: RecordFact): EventBody[] {
  if (message.role !== 'participant') refuseIf(refusalOfRole('record-fact', message));
  const { text, name, value, impact } = message;
  const events: EventBody[] = [];
  if (text !== undefined || name !== undefined)
    events.push({ type: 'fact-recorded', ...optional({ text, name, value }) });
  if (impact !== undefined) events.push({ type: 'impact-stated', impact: completeImpact(impact) });
  if (events.length === 0)
    refuse('Incomplete', 'text, name and impact are all missing: there is nothing to record');
  return events;
}

function completeImpact({ customers, customerData, ownSystems }: NonNullable<RecordFact['impact']>) {
  return { customers: customers ?? [], customerData: customerData ?? [], ownSystems: ownSystems ?? [] };
}

/** A correction adds a row that supersedes another; it never rewrites one (process: declaring, anchors). */
export function acceptAnchor(incident: Incident, message: RecordAnchor, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('record', message));
  refuseIf(problemOfMoment(message), 'Malformed');
  if (compareInstants(beginningOf(message), now) > 0)
    refuse('Malformed', `at ${message.at} lies in the future; an anchor is something that happened`);
  if (message.supersedes !== undefined) refuseCorrection(incident, message, message.supersedes);
  const count = incident.anchors.filter((anchor) => anchor.kind === message.kind).length;
  const { kind, at, precision, zone, basis, supersedes, reason } = withOffset(message);
  const anchor = {
    anchorId: `${kind}-${String(count + 1)}`,
    kind,
    at,
    precision,
    basis,
    ...optional({ zone }),
  };
  return [{ type: 'anchor-recorded', anchor, ...optional({ supersedes, reason }) }];
}

function refuseCorrection(incident: Incident, message: RecordAnchor, supersedes: string): void {
  required(message.reason, 'reason is missing: say why the earlier anchor is corrected');
  const earlier = incident.anchors.find((anchor) => anchor.anchorId === supersedes);
  if (earlier === undefined) refuse('NotKnown', `there is no anchor ${supersedes} to supersede`);
  else if (earlier.supersededBy !== undefined)
    refuse('Stale', `anchor ${supersedes} is superseded by ${earlier.supersededBy}; correct that one`);
  else if (earlier.kind !== message.kind)
    refuse('Malformed', `anchor ${supersedes} is of kind ${earlier.kind}, not ${message.kind}`);
}

export function acceptChosenAnchor(incident: Incident, message: ChooseAnchor): EventBody[] {
  refuseIf(refusalOfRole('determine', message));
  const anchor = incident.anchors.find((each) => each.anchorId === message.anchor);
  if (anchor === undefined) return refuse('NotKnown', `there is no anchor ${message.anchor}`);
  if (anchor.supersededBy !== undefined)
    return refuse('Stale', `anchor ${message.anchor} is superseded by ${anchor.supersededBy}`);
  return [{ type: 'anchor-chosen', anchorId: message.anchor, reason: message.reason }];
}
