/** What the messages of the follow-up track become. */
import type {
  AssignEntry,
  CloseEntry,
  DeclareTriageDone,
  OpenEntry,
  Postmortem,
  RecordEntry,
  ReopenEntry,
  WaiveEntry,
} from '../../contract/messages';
import type { Sender } from '../../contract/principal';
import { refusalOfRole } from '../authority';
import type { EventBody } from '../events';
import { findEntry, isSettled, type Entry } from '../follow-up';
import { partiesToSignOff } from '../gates';
import type { Incident } from '../incident';
import { compareInstants, instantOf, type Instant } from '../instant';
import { optional } from './optional';
import { refuse, refuseIf, required } from './refusal';

export function acceptOpenEntry(incident: Incident, message: OpenEntry): EventBody[] {
  refuseIf(refusalOfRole('open-entry', message));
  if (findEntry(incident.followUp, message.ref) !== undefined)
    refuse('AlreadyDone', `entry ${message.ref} is recorded already`);
  const { ref, title, owner, priority } = message;
  return [
    {
      type: 'entry-opened',
      ref,
      title,
      kind: message.kind ?? 'bug',
      gating: message.gating ?? true,
      ...optional({ owner, priority }),
    },
  ];
}

export function acceptCloseEntry(incident: Incident, message: CloseEntry): EventBody[] {
  refuseIf(refusalOfRole('close-entry', message));
  const entry = ownEntry(incident, message);
  if (entry.state.kind === 'resolved') refuse('AlreadyDone', `entry ${message.ref} is resolved already`);
  const resolution = message.resolution ?? 'resolved';
  if (resolution !== 'duplicate-of') return [{ type: 'entry-closed', ref: entry.ref, resolution }];
  return [
    { type: 'entry-closed', ref: entry.ref, resolution, duplicateOf: duplicateTarget(incident, message) },
  ];
}

function duplicateTarget(incident: Incident, message: CloseEntry): string {
  const target = required(message.duplicateOf, 'duplicateOf is missing: say which entry it duplicates');
  if (target === message.ref) refuse('Malformed', `entry ${message.ref} cannot duplicate itself`);
  if (leadsTo(incident, knownEntry(incident, target), message.ref))
    refuse('Malformed', `entry ${target} already leads back to ${message.ref}; a circle is never resolved`);
  return target;
}

function leadsTo(incident: Incident, entry: Entry, ref: string): boolean {
  if (entry.ref === ref) return true;
  if (entry.state.kind !== 'duplicate-of') return false;
  const next = findEntry(incident.followUp, entry.state.target);
  return next !== undefined && leadsTo(incident, next, ref);
}

export function acceptReopenEntry(incident: Incident, message: ReopenEntry): EventBody[] {
  refuseIf(refusalOfRole('close-entry', message));
  const entry = ownEntry(incident, message);
  if (entry.state.kind === 'open') refuse('AlreadyDone', `entry ${message.ref} is open already`);
  return [{ type: 'entry-reopened', ref: entry.ref, reason: message.reason }];
}

/** A service team leaves alone what another team owns; a person who owns an entry may be of any team. */
function ownEntry(incident: Incident, message: Sender & { readonly ref: string }): Entry {
  const entry = knownEntry(incident, message.ref);
  const others = incident.response.services.map(({ team }) => team).filter((team) => team !== message.team);
  if (message.role === 'service-team' && entry.owner !== undefined && others.includes(entry.owner))
    refuse('NotAllowed', `entry ${entry.ref} belongs to ${entry.owner}; they or security-response change it`);
  return entry;
}

function knownEntry(incident: Incident, ref: string): Entry {
  return (
    findEntry(incident.followUp, ref) ??
    refuse('NotKnown', `entry ${ref} was never opened in this incident; open it with openBug first`)
  );
}

export function acceptRecordEntry(incident: Incident, message: RecordEntry): EventBody[] {
  const { change, reason, ...rest } = message;
  switch (change) {
    case 'open':
      return acceptOpenEntry(incident, {
        ...rest,
        title: required(message.title, 'title is missing: say what is to be fixed'),
      });
    case 'close':
      return acceptCloseEntry(incident, rest);
    case 'reopen':
      return acceptReopenEntry(incident, {
        ...rest,
        reason: required(reason, 'reason is missing: say why it is opened again'),
      });
  }
}

export function acceptAssignEntry(incident: Incident, message: AssignEntry): EventBody[] {
  refuseIf(refusalOfRole('assign-entry', message));
  return [{ type: 'entry-assigned', ref: ownEntry(incident, message).ref, owner: message.owner }];
}

export function acceptWaiveEntry(incident: Incident, message: WaiveEntry, now: Instant): EventBody[] {
  refuseIf(refusalOfRole('waive-entry', message));
  const entry = knownEntry(incident, message.ref);
  if (isSettled(incident.followUp, entry))
    refuse('AlreadyDone', `entry ${message.ref} is ${entry.state.kind} already`);
  if (compareInstants(message.expiresAt, now) <= 0)
    refuse('Malformed', 'expiresAt lies in the past: a waiver ends some day to come');
  return [
    { type: 'entry-waived', ref: entry.ref, reason: message.reason, expiresAt: instantOf(message.expiresAt) },
  ];
}

/** An empty list never passes by itself: someone has to say that there is nothing to fix, and why. */
export function acceptTriageDone(incident: Incident, message: DeclareTriageDone): EventBody[] {
  refuseIf(refusalOfRole('run-postmortem', message));
  const { nothingToFix } = message;
  if (incident.followUp.entries.length === 0)
    required(
      nothingToFix,
      'nothingToFix is missing: no entry is recorded, so say why there is nothing to fix',
    );
  return [{ type: 'triage-declared-done', ...optional({ nothingToFix }) }];
}

export function acceptPostmortem(incident: Incident, message: Postmortem): EventBody[] {
  refuseIf(refusalOfRole(message.part === 'sign-off' ? 'sign-off' : 'run-postmortem', message));
  refusePart(incident, message);
  const { part, text, class: findingClass, key, entry, verdict, consulted, procedure, party } = message;
  return [
    {
      type: 'postmortem-part-recorded',
      part,
      text,
      evidence: message.evidence ?? [],
      ...optional({ class: findingClass, key, entry, verdict, consulted, procedure, party }),
    },
  ];
}

function refusePart(incident: Incident, message: Postmortem): void {
  switch (message.part) {
    case 'technical-summary':
      if ((message.evidence ?? []).length === 0)
        refuse('Incomplete', 'evidence is missing: each claim of the summary is shown');
      return;
    case 'actors':
      if ((message.evidence ?? []).length === 0)
        refuse('Incomplete', 'evidence is missing: whoever is named as an actor is shown to be one');
      return;
    case 'finding':
    case 'none-found':
      required(message.class, 'class is missing: say which of the six finding classes this answers');
      return;
    case 'sufficiency':
    case 'completeness':
    case 'requirement':
      refuseOtherVerdict(message, ['yes', 'no']);
      return;
    case 'suggestion':
      refuseOtherVerdict(message, ['accepted', 'rejected']);
      required(message.consulted, 'consulted is missing: say who was asked');
      if (message.verdict === 'accepted')
        required(
          message.procedure,
          'procedure is missing: name the version of the procedure that it changed',
        );
      return;
    case 'sign-off':
      refuseStrangeParty(incident, message);
      return;
    case 'sequence-of-events':
    case 'response-review':
      return;
  }
}

function refuseOtherVerdict({ part, verdict }: Postmortem, known: readonly string[]): void {
  const choice = known.join(' or ');
  const given = required(verdict, `verdict is missing: say ${choice}`);
  if (!known.includes(given)) refuse('Malformed', `verdict ${given} is none of ${part}; say ${choice}`);
}

function refuseStrangeParty(incident: Incident, message: Postmortem): void {
  const party = required(message.party, 'party is missing: say for whom you sign off');
  const parties = partiesToSignOff(incident);
  if (!parties.includes(party))
    refuse('NotKnown', `${party} took no part; those who sign off are ${parties.join(', ')}`);
  const speaksFor = message.role === 'service-team' ? message.team : message.role;
  const isImpostor = message.role === 'service-team' && party === 'security-response';
  if (speaksFor !== party || isImpostor)
    refuse('NotAllowed', `${message.by} speaks for ${speaksFor ?? 'no team'}, not for ${party}`);
}
