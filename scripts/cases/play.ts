/** A case under way: what it plays on, and what was done for each of its inputs. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drillFileOf } from '../../src/adapters/drill-mailbox';
import type { IncidentUpdates } from '../../src/client';
import { instantFromEpochMs, type Instant } from '../../src/domain/instant';
import { refusalOf, type CaseIncident } from './case-incident';
import type { CaseFile, Input, InputOf } from './case-format';
import type { Tenants } from './filler';
import { momentOf } from './moments';
import type { Signatory } from './signatories';
import type { CaseStage } from './stage';

export interface Play {
  readonly file: CaseFile;
  readonly stage: CaseStage;
  readonly incident: CaseIncident;
  readonly tenants: Tenants;
  readonly deeds: Deeds;
}

/** What came of the inputs. */
export interface Deeds {
  /** Which input an event comes from, by its number. */
  readonly inputOf: Map<number, Input>;
  /** The id that an input got, such as that of an emergency action. */
  readonly idOf: Map<string, string>;
  readonly refusals: { readonly input: string; readonly sentence: string }[];
  /** The holds so far; some have ended. */
  readonly holds: InputOf<'holdNotice'>[];
  /** What left with each notice, by its id: name of the message and its digest when it was first seen. */
  readonly mails: Map<string, Map<string, string>>;
}

export function noDeeds(): Deeds {
  return { inputOf: new Map(), idOf: new Map(), refusals: [], holds: [], mails: new Map() };
}

/** When an input happened: the instant, or the first one that a day or month can mean. */
export function happenedAt({ file }: Play, { at }: Input): Instant {
  return instantFromEpochMs(momentOf(at, file.zone).fromMs);
}

/** Says it for an input. @returns the id that was made; nothing when it was refused, which is noted */
export async function tell<Name extends keyof IncidentUpdates>(
  play: Play,
  input: Input,
  name: Name,
  message: IncidentUpdates[Name],
): Promise<string | undefined> {
  const { incident, deeds } = play;
  const dated = { ...message, happenedAt: happenedAt(play, input) };
  let id: string | undefined;
  const sentence = await refusalOf(
    incident.tell(name, dated).then((receipt) => {
      for (const { seq } of receipt.recorded) deeds.inputOf.set(seq, input);
      id = receipt.id;
    }),
  );
  if (sentence !== undefined) note(play, input, sentence);
  return id;
}

/** Signs at a gate for an input; a refusal is noted. */
export async function sign(
  play: Play,
  input: Input,
  gate: string,
  verdict: 'approve' | 'reject',
  by: Signatory,
): Promise<void> {
  const { stage, incident } = play;
  const decision = { incidentId: incident.incidentId, gate, by, verdict, reason: 'as published' };
  const sentence = await refusalOf(stage.signatories.decide(incident.firebreak, decision));
  if (sentence !== undefined) note(play, input, sentence);
}

export function note({ deeds }: Play, { id }: Input, sentence: string): void {
  deeds.refusals.push({ input: id, sentence });
}

/** Takes the digest of every message that has come into the mailbox since it was last looked at. */
export async function lookAtMails({ stage, incident, deeds }: Play): Promise<void> {
  for (const { notice, file } of await mailsOf(stage, incident.incidentId)) {
    const kept = deeds.mails.get(notice) ?? new Map<string, string>();
    const digest = kept.has(file) ? undefined : digestOf(join(stage.mailbox, file));
    if (digest !== undefined) deeds.mails.set(notice, kept.set(file, digest));
  }
}

/** The messages of an incident by their notice, as the ledger has them. */
async function mailsOf({ database }: CaseStage, incidentId: string) {
  const rows = await database
    .selectFrom('delivery')
    .select(['notice_id as notice', 'message_id as messageId'])
    .where('incident_id', '=', incidentId)
    .where('state', '=', 'accepted')
    .execute();
  return rows.flatMap(({ notice, messageId }) =>
    messageId === null ? [] : [{ notice, file: drillFileOf(messageId) }],
  );
}

/** Nothing when the file is not there. */
export function digestOf(file: string): string | undefined {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
}
