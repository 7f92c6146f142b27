/** What an event makes of the follow-up track: entries, triage, the parts of the postmortem. */
import type { EventOf, IncidentEvent, Recording } from './events';
import {
  unsettledGatingEntries,
  type Entry,
  type EntryState,
  type Finding,
  type FollowUpTrack,
  type PostmortemReport,
  type PostmortemRequirement,
  type Triage,
  type Verdict,
} from './follow-up';

export function applyToFollowUp(
  track: FollowUpTrack,
  event: IncidentEvent,
  isResponseStable: () => boolean,
): FollowUpTrack {
  return withHonestPostmortem(changed(track, event, isResponseStable), event);
}

/** A gating entry that is open again, or an intruder who is back, undoes what was complete (process: follow-up). */
function withHonestPostmortem(track: FollowUpTrack, event: IncidentEvent): FollowUpTrack {
  if (track.postmortem.kind === 'open') return track;
  const isUndone = event.type === 'sign-of-breach-reported' || unsettledGatingEntries(track).length > 0;
  return isUndone ? { ...track, postmortem: { kind: 'open' } } : track;
}

function changed(track: FollowUpTrack, event: IncidentEvent, isResponseStable: () => boolean): FollowUpTrack {
  switch (event.type) {
    case 'entry-opened':
      return { ...track, entries: [...track.entries, entryFrom(event, isResponseStable())] };
    case 'entry-closed':
      return changeEntry(track, event.ref, { state: closedState(event) });
    case 'entry-reopened':
    case 'waiver-expired':
      return changeEntry(track, event.ref, { state: { kind: 'open' } });
    case 'entry-assigned':
      return changeEntry(track, event.ref, { owner: event.owner });
    case 'entry-waived':
      return changeEntry(track, event.ref, { state: waivedState(event) });
    case 'triage-declared-done':
      return { ...track, triage: triageFrom(event) };
    case 'postmortem-part-recorded':
      return withPart(track, event);
    case 'entries-reminded':
      return {
        ...track,
        reminded: { ...track.reminded, [event.because]: event.at },
        entries: track.entries.map((entry) => reminded(entry, event)),
      };
    case 'entries-escalated':
      return {
        ...track,
        entries: track.entries.map((entry) =>
          event.refs.includes(entry.ref) ? { ...entry, reminders: 0, escalatedAt: event.at } : entry,
        ),
      };
    case 'process-register-updated':
      return { ...track, registered: event.digest };
    case 'tracker-asked':
      return {
        ...track,
        trackerAskedAt: event.at,
        entries: track.entries.map((entry) => withIssue(entry, event)),
      };
    case 'postmortem-completed':
      return { ...track, postmortem: { kind: 'complete', at: event.at } };
    default:
      return track;
  }
}

function entryFrom(event: EventOf<'entry-opened'> & Recording, isResponseStable: boolean): Entry {
  return {
    ref: event.ref,
    kind: event.kind,
    title: event.title,
    foundIn: isResponseStable ? 'postmortem' : 'response',
    gating: event.gating,
    openedAt: event.at,
    state: { kind: 'open' },
    reminders: 0,
    ...(event.owner !== undefined && { owner: event.owner }),
    ...(event.priority !== undefined && { priority: event.priority }),
  };
}

/** Something was done about it: reminders count anew, and it stands no longer as escalated. */
function changeEntry(track: FollowUpTrack, ref: string, change: Partial<Entry>): FollowUpTrack {
  const afresh = ({ remindedAt: _, escalatedAt: __, ...entry }: Entry): Entry => ({
    ...entry,
    ...change,
    reminders: 0,
  });
  return { ...track, entries: track.entries.map((entry) => (entry.ref === ref ? afresh(entry) : entry)) };
}

function reminded(entry: Entry, { at, refs, times }: EventOf<'entries-reminded'> & Recording): Entry {
  const index = refs.indexOf(entry.ref);
  return index === -1 ? entry : { ...entry, reminders: times?.[index] ?? 1, remindedAt: at };
}

function withIssue(entry: Entry, { issues }: EventOf<'tracker-asked'>): Entry {
  const found = issues.find(({ ref }) => ref === entry.ref);
  return found === undefined ? entry : { ...entry, issue: { link: found.link, state: found.state } };
}

function closedState(event: EventOf<'entry-closed'> & Recording): EntryState {
  switch (event.resolution) {
    case 'resolved':
      return { kind: 'resolved', at: event.at };
    case 'not-planned':
      return { kind: 'not-planned' };
    case 'duplicate-of':
      return { kind: 'duplicate-of', target: event.duplicateOf ?? '' };
  }
}

function waivedState(event: EventOf<'entry-waived'> & Recording): EntryState {
  return { kind: 'waived', by: event.by, reason: event.reason, expiresAt: event.expiresAt };
}

function triageFrom(event: EventOf<'triage-declared-done'>): Triage {
  return { kind: 'done', ...(event.nothingToFix !== undefined && { nothingToFix: event.nothingToFix }) };
}

function withPart(track: FollowUpTrack, event: EventOf<'postmortem-part-recorded'>): FollowUpTrack {
  if (event.part === 'requirement') return { ...track, requirement: requirementFrom(event) };
  return { ...track, report: reportWith(track.report, event) };
}

function requirementFrom(event: EventOf<'postmortem-part-recorded'>): PostmortemRequirement {
  return { kind: event.verdict === 'no' ? 'not-required' : 'required', reason: event.text };
}

function reportWith(report: PostmortemReport, event: EventOf<'postmortem-part-recorded'>): PostmortemReport {
  switch (event.part) {
    case 'sequence-of-events':
      return { ...report, sequenceOfEvents: [...report.sequenceOfEvents, event.text] };
    case 'technical-summary':
      return {
        ...report,
        technicalSummary: [...report.technicalSummary, { claim: event.text, evidence: event.evidence }],
      };
    case 'actors':
      return { ...report, actors: [...report.actors, { claim: event.text, evidence: event.evidence }] };
    case 'response-review':
      return { ...report, responseReview: [...report.responseReview, event.text] };
    case 'finding':
      return { ...report, findings: [...report.findings, findingFrom(event)] };
    case 'none-found':
      return event.class === undefined
        ? report
        : { ...report, noneFound: [...report.noneFound, event.class] };
    case 'sufficiency':
      return { ...report, sufficiency: verdictFrom(event) };
    case 'completeness':
      return { ...report, completeness: verdictFrom(event) };
    case 'suggestion':
      return { ...report, suggestions: [...report.suggestions, suggestionFrom(event)] };
    case 'sign-off':
      return { ...report, signOffs: [...new Set([...report.signOffs, event.party ?? ''])] };
    case 'requirement':
      return report;
  }
}

function findingFrom(event: EventOf<'postmortem-part-recorded'>): Finding {
  return {
    class: event.class ?? 'technical-lapse',
    text: event.text,
    key: event.key ?? false,
    ...(event.entry !== undefined && { entry: event.entry }),
  };
}

function verdictFrom(event: EventOf<'postmortem-part-recorded'>): Verdict {
  return { verdict: event.verdict === 'no' ? 'no' : 'yes', reason: event.text };
}

function suggestionFrom(event: EventOf<'postmortem-part-recorded'>): PostmortemReport['suggestions'][number] {
  return {
    text: event.text,
    verdict: event.verdict === 'rejected' ? 'rejected' : 'accepted',
    consulted: event.consulted ?? '',
    ...(event.procedure !== undefined && { procedure: event.procedure }),
  };
}
