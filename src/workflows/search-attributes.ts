/**
 * What incidents are filtered by in the Temporal UI. Set-up registers exactly these: a start with one that is not
 * registered is rejected by the server.
 */
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
  type TypedSearchAttributes,
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

type Attribute = IncidentAttributes[keyof IncidentAttributes];

/** Those that follow the state. */
const keysShown = {
  IncidentPhase: keys.phase,
  IncidentWaitingFor: keys.waitingFor,
  IncidentServices: keys.services,
  IncidentNextDeadline: keys.nextDeadline,
  IncidentDetectedAt: keys.detectedAt,
  RecipientsPending: keys.recipientsPending,
  RecipientsFailed: keys.recipientsFailed,
  EntriesOpen: keys.entriesOpen,
} satisfies Record<keyof IncidentAttributes, unknown>;

/** One pair for each of the names; an attribute that is not there any more is taken away. */
export function attributePairs(
  attributes: IncidentAttributes,
  names: readonly (keyof IncidentAttributes)[],
): SearchAttributeUpdatePair[] {
  return names.map((name) => {
    const key = keysShown[name];
    return { key, value: valueFor(key, attributes[name]) } as SearchAttributeUpdatePair;
  });
}

/** What an earlier run of the incident has left shown. */
export function attributesIn(shown: TypedSearchAttributes): Partial<IncidentAttributes> {
  const entries = Object.entries(keysShown).map(([name, key]) => {
    const value: unknown = shown.get(key);
    return [name, value instanceof Date ? value.toISOString() : value];
  });
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined),
  ) as Partial<IncidentAttributes>;
}

function valueFor(key: { readonly type: SearchAttributeType }, value: Attribute): unknown {
  if (value === undefined) return null;
  if (typeof value === 'object') return [...value];
  return key.type === SearchAttributeType.DATETIME ? new Date(Date.parse(String(value))) : value;
}
