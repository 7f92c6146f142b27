/**
 * What incidents are filtered by in the Temporal UI. Set-up registers exactly these: a start with one that is not
 * registered is rejected by the server.
 */
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
} from '@temporalio/common';
import type { Declaration } from '../contract/declaration';
import type { IncidentAttributes } from '../domain/operator-view';

const keys = {
  incidentId: defineSearchAttributeKey('IncidentId', SearchAttributeType.KEYWORD),
  severity: defineSearchAttributeKey('IncidentSeverity', SearchAttributeType.KEYWORD),
  role: defineSearchAttributeKey('IncidentRole', SearchAttributeType.KEYWORD),
  drill: defineSearchAttributeKey('IncidentDrill', SearchAttributeType.BOOL),
  phase: defineSearchAttributeKey('IncidentPhase', SearchAttributeType.KEYWORD),
  waitingFor: defineSearchAttributeKey('IncidentWaitingFor', SearchAttributeType.KEYWORD),
  services: defineSearchAttributeKey('IncidentServices', SearchAttributeType.KEYWORD_LIST),
  nextDeadline: defineSearchAttributeKey('IncidentNextDeadline', SearchAttributeType.DATETIME),
  detectedAt: defineSearchAttributeKey('IncidentDetectedAt', SearchAttributeType.DATETIME),
  recipientsPending: defineSearchAttributeKey('RecipientsPending', SearchAttributeType.INT),
  recipientsFailed: defineSearchAttributeKey('RecipientsFailed', SearchAttributeType.INT),
  entriesOpen: defineSearchAttributeKey('EntriesOpen', SearchAttributeType.INT),
};

/** Name and type of each, as `temporal operator search-attribute create` wants them. */
export const searchAttributes: readonly { readonly name: string; readonly type: string }[] =
  Object.values(keys);

/** Those that never change, given at the start. */
export function attributesAtStart({ incidentId, severity, mode }: Declaration) {
  return [
    { key: keys.incidentId, value: incidentId },
    { key: keys.severity, value: severity },
    { key: keys.role, value: 'incident' },
    { key: keys.drill, value: mode === 'drill' },
  ];
}

export function attributePairs(attributes: IncidentAttributes): SearchAttributeUpdatePair[] {
  return [
    { key: keys.phase, value: attributes.IncidentPhase },
    { key: keys.waitingFor, value: attributes.IncidentWaitingFor },
    { key: keys.services, value: [...attributes.IncidentServices] },
    { key: keys.nextDeadline, value: dateOf(attributes.IncidentNextDeadline) },
    { key: keys.detectedAt, value: dateOf(attributes.IncidentDetectedAt) },
    { key: keys.recipientsPending, value: attributes.RecipientsPending },
    { key: keys.recipientsFailed, value: attributes.RecipientsFailed },
    { key: keys.entriesOpen, value: attributes.EntriesOpen },
  ];
}

function dateOf(instant: string | undefined): Date | null {
  return instant === undefined ? null : new Date(Date.parse(instant));
}
