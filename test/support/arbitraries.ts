/**
 * Generated messages and events. Messages follow the contract's own schemas; names come from small pools, so that they
 * meet one another. `sampleEvents` holds one event of every type, which the compiler keeps complete.
 */
import fc from 'fast-check';
import { z } from 'zod';
import { CloseEntry, incidentUpdates, OpenEntry, ReopenEntry } from '../../src/contract/messages';
import type { EventBody, EventOf, EventType } from '../../src/domain/events';
import { fingerprintOf } from '../../src/domain/fingerprint';
import {
  assessmentOf,
  hours,
  obligationGroup,
  people,
  recorded,
  storage,
  totalsOf,
  type MessageName,
} from './incidents';

// Values by the name of their field

const services = ['storage', 'identity', 'mail-relay', 'archive'];
const entryRefs = ['BUG-1', 'BUG-2', 'BUG-3', 'DCR-1'];
const anchorIds = ['detection-1', 'detection-2', 'occurrence-1', 'determination-1'];
const hashes = [fingerprintOf('the text of the notice'), fingerprintOf('another text')];

/** Few enough that what one message names, another has made. */
const pools: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  service: fc.constantFrom(...services),
  ref: fc.constantFrom(...entryRefs),
  duplicateOf: fc.constantFrom(...entryRefs),
  entry: fc.constantFrom(...entryRefs),
  foothold: fc.constantFrom('web-shell', 'stolen-token'),
  vulnerability: fc.constantFrom('key-in-log', 'old-library'),
  noticeId: fc.constantFrom('first-1', 'second-1'),
  version: fc.integer({ min: 1, max: 3 }),
  revision: fc.integer({ min: 1, max: 3 }),
  generation: fc.integer({ min: 1, max: 4 }),
  action: fc.constantFrom('E1', 'E2'),
  actionId: fc.constantFrom('E1', 'E2'),
  anchor: fc.constantFrom(...anchorIds),
  anchorId: fc.constantFrom(...anchorIds),
  supersedes: fc.constantFrom(...anchorIds),
  party: fc.constantFrom('security-response', 'storage-team', 'identity-team'),
  contentHash: fc.constantFrom(...hashes),
  what: fc.constantFrom('revoke the key', 'rebuild the hosts'),
  ruleId: fc.constantFrom('eu-gdpr-33-2', 'de-bsig-32'),
  gate: fc.constantFrom(
    'eradication',
    'notice:first-1',
    'notice:second-1',
    'hold:H1',
    'status-post:storage-1',
  ),
  holdId: fc.constantFrom('H1', 'H2'),
  postId: fc.constantFrom('storage-1', 'storage-2'),
  step: fc.constantFrom('send/first-1/1/x', 'start-shards/first-1.1'),
  campaignId: fc.constantFrom('first-1.1', 'second-1.1'),
  shard: fc.integer({ min: 0, max: 2 }),
  shards: fc.integer({ min: 0, max: 2 }),
  zone: fc.constantFrom('UTC', 'Europe/Berlin'),
  restsOn: fc.subarray(['A1', 'A2']),
};

const pooled = (field: string, schema: JsonSchema): fc.Arbitrary<unknown> => pools[field] ?? valueOf(schema);

// Messages, from the contract

export const contractSchemas = {
  ...incidentUpdates,
  openEntry: OpenEntry,
  closeEntry: CloseEntry,
  reopenEntry: ReopenEntry,
};
export const messageNames = Object.keys(contractSchemas) as MessageName[];

/** As much of JSON Schema as zod writes for the messages. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

export function jsonSchemaOf(name: MessageName): JsonSchema {
  return z.toJSONSchema(contractSchemas[name], { io: 'input' }) as JsonSchema;
}

const senderFields = ['by', 'role', 'team', 'capacity', 'boundBy', 'messageId', 'happenedAt'];

/** The content of a message as its schema allows it, without a sender. */
export function contentArbitrary(name: MessageName): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = jsonSchemaOf(name);
  const own = Object.entries(properties).filter(([field]) => !senderFields.includes(field));
  return recordOf(Object.fromEntries(own), required).map(datedPrecisely);
}

export const senderArbitrary = fc.constantFrom(...Object.values(people));

/** A whole message that its schema accepts, sender and all; `full`: with every field that may be left out. */
export function messageArbitrary(name: MessageName, how?: 'full'): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = jsonSchemaOf(name);
  const fields = Object.entries(properties).map(([field, schema]) => [field, valueOf(schema)] as const);
  return fc
    .record(Object.fromEntries(fields), {
      requiredKeys: how === 'full' ? Object.keys(properties) : [...required],
      noNullPrototype: true,
    })
    .map(datedPrecisely);
}

const momentOf: Readonly<Record<string, string>> = {
  second: '2026-11-01T08:15:30Z',
  minute: '2026-11-01T08:15Z',
  day: '2026-11-01',
  month: '2026-11',
};

/** JSON Schema cannot say that a moment is written with the precision that stands beside it, or else to the second. */
function datedPrecisely(message: Record<string, unknown>): Record<string, unknown> {
  const fields = ['at', 'submittedAt', 'madeAt'].filter((field) => field in message);
  const { precision = 'second' } = message;
  const written = momentOf[String(precision)];
  return { ...message, ...Object.fromEntries(fields.map((field) => [field, written])) };
}

function recordOf(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]) {
  const fields = Object.entries(properties).map(([field, schema]) => [field, pooled(field, schema)] as const);
  const isRequired = ([field]: readonly [string, unknown]) => required.includes(field);
  return fc.record(Object.fromEntries(fields), {
    requiredKeys: fields.filter(isRequired).map(([field]) => field),
    noNullPrototype: true,
  });
}

function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valueOf));
  switch (schema.type) {
    case 'string':
      return stringOf(schema);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: 5 });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'object':
      return recordOf(schema.properties ?? {}, schema.required ?? []);
    default:
      throw new Error(`no values are known for ${JSON.stringify(schema)}`);
  }
}

const instantArbitrary = fc.integer({ min: -1000, max: 1000 }).map(hours);

function stringOf({ format, pattern, minLength = 0, maxLength = 200 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return instantArbitrary;
  if (pattern !== undefined)
    return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= maxLength);
  return fc.string({ minLength, maxLength: Math.min(maxLength, 40), unit: 'grapheme' });
}

// Events

const evidence = ['log:4711'];
const request = {
  services: [{ service: 'storage', regions: [] }],
  from: hours(-24),
  include: [],
  exclude: [],
  changed: [],
  everyFactChanged: false,
  reason: 'they used storage',
};

export const sampleEvents: { readonly [Type in EventType]: EventOf<Type> } = {
  declared: { type: 'declared', services: 2, policyDigest: fingerprintOf('policy') },
  'service-added': { type: 'service-added', service: storage },
  'fact-recorded': { type: 'fact-recorded', name: 'tenants-told-us', value: true },
  'impact-stated': {
    type: 'impact-stated',
    impact: { customers: ['acme'], customerData: ['mail'], ownSystems: [] },
  },
  'anchor-recorded': {
    type: 'anchor-recorded',
    anchor: {
      anchorId: 'occurrence-1',
      kind: 'occurrence',
      at: '2026-11-01',
      precision: 'day',
      basis: 'first forged token',
    },
  },
  'anchor-chosen': { type: 'anchor-chosen', anchorId: 'occurrence-1', reason: 'it is the surest' },
  'message-refused': { type: 'message-refused', message: 'openBug', problem: 'title is missing' },
  'further-messages-refused': {
    type: 'further-messages-refused',
    count: 3,
    messages: ['openBug'],
    until: hours(1),
  },
  'story-shortened': { type: 'story-shortened', types: [{ type: 'message-refused', count: 900 }] },
  'decision-received': {
    type: 'decision-received',
    decisionId: 'D1',
    token: 'a.b.c',
    claimedBy: 'eim-dora',
  },
  'decision-accepted': {
    type: 'decision-accepted',
    decisionId: 'D1',
    gate: 'eradication',
    generation: 1,
    objectHash: fingerprintOf('plan'),
    verdict: 'approve',
    approver: 'eim-dora',
    approverRoles: ['executive-incident-manager'],
    tokenId: 'token-1',
    keyId: 'key-1',
    issuedAt: hours(1),
  },
  'decision-refused': {
    type: 'decision-refused',
    decisionId: 'D1',
    code: 'expired',
    problem: 'The decision was good until yesterday; sign it again.',
  },
  'step-failed': { type: 'step-failed', step: 'prepare/first-1/1/1', problem: 'the text is gone' },
  'step-retried': { type: 'step-retried', step: 'prepare/first-1/1/1', reason: 'the text is back' },
  'deadlines-neared': { type: 'deadlines-neared', clocks: ['eu-gdpr-33-2/notice@x'], dueAt: hours(72) },
  'deadlines-missed': { type: 'deadlines-missed', clocks: ['eu-gdpr-33-2/notice@x'], dueAt: hours(72) },
  'latest-safe-start-reached': { type: 'latest-safe-start-reached', dueAt: hours(72) },
  'on-call-paged': { type: 'on-call-paged', idempotencyKey: 'inc-1/7' },
  'information-shared': {
    type: 'information-shared',
    with: 'police',
    what: 'the addresses that the intruder used',
    under: 'warrant 12',
    evidence,
  },
  'incident-closed': { type: 'incident-closed' },
  'analysis-recorded': { type: 'analysis-recorded', analysisId: 'A1', text: 'forged tokens', evidence },
  'emergency-action-recorded': {
    type: 'emergency-action-recorded',
    actionId: 'E1',
    what: 'pulled the plug',
    why: 'data was leaving',
    service: 'storage',
    reviewDueAt: hours(24),
  },
  'emergency-action-reviewed': {
    type: 'emergency-action-reviewed',
    actionId: 'E1',
    verdict: 'upheld',
    reason: 'it stopped the leak',
  },
  'sign-of-breach-reported': { type: 'sign-of-breach-reported', what: 'a new web shell', evidence },
  'plan-proposed': {
    type: 'plan-proposed',
    plan: 'eradication',
    version: 1,
    objective: 'remove the foothold',
    restsOn: ['A1'],
    tasks: [{ service: 'storage', what: 'rebuild the hosts', track: 'eradication' }],
    options: [],
    hash: fingerprintOf('plan'),
  },
  'agreement-given': {
    type: 'agreement-given',
    plan: 'eradication',
    version: 1,
    verdict: 'agree',
    party: 'storage',
  },
  'task-completed': {
    type: 'task-completed',
    service: 'storage',
    track: 'containment',
    what: 'revoke the key',
    evidence,
  },
  'service-marked-unaffected': {
    type: 'service-marked-unaffected',
    service: 'identity',
    reason: 'no token was forged',
  },
  'outside-statement-recorded': {
    type: 'outside-statement-recorded',
    service: 'mail-relay',
    statement: 'we are clean',
    evidence,
  },
  'foothold-recorded': { type: 'foothold-recorded', foothold: 'web-shell', evidence },
  'foothold-evicted': { type: 'foothold-evicted', foothold: 'web-shell', confidence: 'high', evidence },
  'vulnerability-recorded': {
    type: 'vulnerability-recorded',
    vulnerability: 'key-in-log',
    state: 'mitigated',
    evidence,
  },
  'root-cause-stated': { type: 'root-cause-stated', verdict: 'removed', confidence: 'high', evidence },
  'recovery-confirmed': { type: 'recovery-confirmed', reason: 'the intruder is out' },
  'recovery-recorded': {
    type: 'recovery-recorded',
    service: 'storage',
    part: 'restored',
    text: 'back in service',
    evidence,
  },
  'watch-started': { type: 'watch-started', endsAt: hours(720), controls: 'closer alerts' },
  'watch-ended': { type: 'watch-ended', planCarriedOut: 'It was.', noSignOfBreach: 'None was seen.' },
  'containment-alarm-raised': { type: 'containment-alarm-raised', services: ['storage'] },
  determined: { type: 'determined', customerReportable: 'yes', basis: 'data was read' },
  'affected-tenants-requested': { type: 'affected-tenants-requested', version: 1, request },
  'affected-tenants-identified': {
    type: 'affected-tenants-identified',
    version: 1,
    tenants: 1200,
    excluded: 1,
    added: 1200,
    removed: 0,
    changed: 0,
    unreachable: 2,
    digest: fingerprintOf('tenants'),
  },
  'obligations-assessed': {
    type: 'obligations-assessed',
    assessment: assessmentOf([obligationGroup()]),
    factsRevision: 1,
  },
  'removed-tenants-left': {
    type: 'removed-tenants-left',
    tenantSetVersion: 1,
    reason: 'they asked not to be written to again',
  },
  'undecided-decided': {
    type: 'undecided-decided',
    ruleId: 'eu-gdpr-33-2',
    applies: true,
    reason: 'it is personal data',
  },
  'notice-proposed': {
    type: 'notice-proposed',
    noticeId: 'first-1',
    revision: 1,
    stage: 'first',
    contentHash: fingerprintOf('the text of the notice'),
  },
  'notice-prepared': {
    type: 'notice-prepared',
    noticeId: 'first-1',
    revision: 1,
    objectHash: fingerprintOf('object'),
    templateHash: fingerprintOf('template'),
    tenantSetVersion: 1,
    packDigest: fingerprintOf('pack'),
    lacks: [],
    unreadLanguages: [],
  },
  'campaign-started': {
    type: 'campaign-started',
    noticeId: 'first-1',
    campaignId: 'first-1.1',
    shards: 1,
    totals: totalsOf({ planned: 1200 }),
  },
  'shards-started': { type: 'shards-started', campaignId: 'first-1.1' },
  'delivery-progressed': {
    type: 'delivery-progressed',
    campaignId: 'first-1.1',
    shard: 0,
    totals: totalsOf({ accepted: 1200 }),
    settled: true,
  },
  'deliveries-counted': {
    type: 'deliveries-counted',
    campaignId: 'first-1.1',
    news: 1,
    shards: [totalsOf({ accepted: 1200 })],
  },
  'told-by-hand': {
    type: 'told-by-hand',
    settlementId: 'M1',
    tenantId: 'initech',
    channel: 'phone',
    doneAt: hours(5),
    reference: 'call 4711',
  },
  'telling-waived': {
    type: 'telling-waived',
    settlementId: 'M1',
    tenantId: 'initech',
    reason: 'the company is wound up',
  },
  'hand-settlement-written': {
    type: 'hand-settlement-written',
    settlementId: 'M1',
    deliveries: 1,
    campaigns: ['first-1.1'],
  },
  'repetition-due': { type: 'repetition-due', noticeId: 'first-1', dueAt: hours(3) },
  'notice-repeated': {
    type: 'notice-repeated',
    noticeId: 'first-1',
    campaignId: 'first-1.1+1',
    shards: 1,
    totals: totalsOf({ planned: 1200 }),
  },
  'delivery-held': { type: 'delivery-held', order: 1, reason: 'the text names the wrong tenant' },
  'delivery-resumed': { type: 'delivery-resumed', order: 2, reason: 'it was a mistake' },
  'doubts-decided': {
    type: 'doubts-decided',
    order: 3,
    campaignId: 'first-1.1',
    decision: 'resend',
    messageIds: ['0123456789abcdef0123456789abcdef@provider.example'],
    reason: 'the relay has never seen it',
  },
  'delivery-order-carried-out': { type: 'delivery-order-carried-out', order: 3, settled: 1 },
  'standing-update-ended': { type: 'standing-update-ended', noticeId: 'first-1', reason: 'it is over' },
  'hold-proposed': {
    type: 'hold-proposed',
    holdId: 'H1',
    notices: ['first-1'],
    duties: ['eu-gdpr-33-2'],
    reason: 'the police ask for it',
    until: hours(48),
    hash: fingerprintOf('hold'),
  },
  'hold-released': { type: 'hold-released', holdId: 'H1', reason: 'the arrest was made' },
  'hold-expired': { type: 'hold-expired', holdId: 'H1', wasInForce: true },
  'status-post-proposed': {
    type: 'status-post-proposed',
    postId: 'storage-1',
    revision: 1,
    contentHash: fingerprintOf('the text of the post'),
    tlp: 'CLEAR',
  },
  'status-post-published': {
    type: 'status-post-published',
    postId: 'storage-1',
    revision: 1,
    issueId: 'SP0123456789ab',
    isResolved: false,
  },
  'filing-recorded': {
    type: 'filing-recorded',
    ruleId: 'de-bsig-32',
    stage: 'early-warning',
    reference: 'BSI-1',
    submittedAt: hours(20),
    countsFrom: ['detection-1'],
    evidence,
  },
  'filing-judged': {
    type: 'filing-judged',
    ruleId: 'de-bsig-32',
    stage: 'early-warning',
    submittedAt: hours(20),
    judgement: {
      verdict: 'in-time',
      earlyBy: 'PT4H',
      anchor: { kind: 'detection', at: hours(0), precision: 'second' },
      dueAt: hours(24),
      because: 'all its conditions are met',
    },
  },
  'promise-recorded': {
    type: 'promise-recorded',
    promiseId: 'P1',
    text: 'We tell every known victim within 72 hours.',
    hours: 72,
    madeAt: { at: '2026-11-23', precision: 'day' },
    covers: ['tenant-1'],
    basis: 'post on our blog',
  },
  'entry-opened': {
    type: 'entry-opened',
    ref: 'BUG-1',
    title: 'keys are logged',
    kind: 'bug',
    gating: true,
  },
  'entry-closed': { type: 'entry-closed', ref: 'BUG-1', resolution: 'duplicate-of', duplicateOf: 'BUG-2' },
  'entry-reopened': { type: 'entry-reopened', ref: 'BUG-1', reason: 'it is back' },
  'entry-assigned': { type: 'entry-assigned', ref: 'BUG-1', owner: 'ben' },
  'entry-waived': { type: 'entry-waived', ref: 'BUG-1', reason: 'the part is retired', expiresAt: hours(90) },
  'waiver-expired': { type: 'waiver-expired', ref: 'BUG-1' },
  'entries-reminded': { type: 'entries-reminded', refs: ['BUG-1'], because: 'unowned' },
  'entries-escalated': { type: 'entries-escalated', refs: ['BUG-1'], leadsOf: ['ben'] },
  'tracker-asked': {
    type: 'tracker-asked',
    issues: [{ ref: 'BUG-1', link: 'https://tracker.example/1', state: 'open' }],
  },
  'process-register-updated': {
    type: 'process-register-updated',
    entries: 1,
    digest: fingerprintOf('process failures'),
  },
  'triage-declared-done': { type: 'triage-declared-done' },
  'postmortem-part-recorded': {
    type: 'postmortem-part-recorded',
    part: 'finding',
    text: 'dumps hold keys',
    evidence,
    class: 'technical-lapse',
    key: true,
    entry: 'BUG-1',
  },
  'postmortem-completed': { type: 'postmortem-completed' },
};

/** An event of any type, its names and numbers drawn anew; it need not fit what went before. */
export const eventArbitrary: fc.Arbitrary<EventBody> = fc
  .constantFrom(...Object.values(sampleEvents))
  .chain((sample) => {
    const varied = Object.entries(sample).flatMap(([field, value]) => {
      const pool = typeof value === 'object' ? undefined : pools[field];
      return pool === undefined ? [] : [[field, pool] as const];
    });
    return fc
      .record(Object.fromEntries(varied), { noNullPrototype: true })
      .map((changes) => ({ ...sample, ...changes }));
  });

export const eventsArbitrary = fc
  .array(eventArbitrary, { minLength: 1, maxLength: 60 })
  .map((events) => recorded(...events));
