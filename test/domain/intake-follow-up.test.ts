import type { Sender } from '../../src/contract/principal';
import type { RefusalType } from '../../src/domain/intake/refusal';
import {
  entries,
  hours,
  incidentInMemory,
  people,
  played,
  refusalOf,
  resolution,
  step,
  type Content,
  type MemoryIncident,
  type MessageName,
  type Step,
} from '../support/incidents';

const { responder, storageTeam, identityTeam, executive } = people;
const second = step('openEntry', responder, { ref: 'BUG-2', title: 'again' });
const third = step('openEntry', responder, { ref: 'BUG-3', title: 'and again' });
const duplicate = (ref: string, duplicateOf: string) =>
  step('closeEntry', storageTeam, { ref, resolution: 'duplicate-of', duplicateOf });
const waiver = { ref: 'BUG-1', reason: 'the part is retired', expiresAt: hours(99) };

function refusal<Name extends MessageName>(
  given: readonly Step[],
  name: Name,
  sender: Sender,
  content: Content<Name>,
  type: RefusalType,
  sentence: string,
) {
  const send = (incident: MemoryIncident) => refusalOf(incident, name, sender, content);
  return [`${name}: ${sentence}`, { given, send, type, sentence }] as const;
}

test.each([
  refusal(
    entries,
    'openEntry',
    responder,
    { ref: 'BUG-1', title: 'keys are logged' },
    'AlreadyDone',
    'entry BUG-1 is recorded already',
  ),
  refusal(
    [...entries, ...resolution],
    'closeEntry',
    storageTeam,
    { ref: 'BUG-1' },
    'AlreadyDone',
    'entry BUG-1 is resolved already',
  ),
  refusal(
    [],
    'closeEntry',
    storageTeam,
    { ref: 'BUG-7' },
    'NotKnown',
    'entry BUG-7 was never opened in this incident; open it with openBug first',
  ),
  refusal(
    entries,
    'closeEntry',
    storageTeam,
    { ref: 'BUG-1', resolution: 'duplicate-of' },
    'Incomplete',
    'duplicateOf is missing: say which entry it duplicates',
  ),
  refusal(
    entries,
    'closeEntry',
    storageTeam,
    { ref: 'BUG-1', resolution: 'duplicate-of', duplicateOf: 'BUG-1' },
    'Malformed',
    'entry BUG-1 cannot duplicate itself',
  ),
  refusal(
    entries,
    'closeEntry',
    storageTeam,
    { ref: 'BUG-1', resolution: 'duplicate-of', duplicateOf: 'BUG-7' },
    'NotKnown',
    'entry BUG-7 was never opened in this incident; open it with openBug first',
  ),
  refusal(
    [...entries, second, third, duplicate('BUG-2', 'BUG-3'), duplicate('BUG-3', 'BUG-1')],
    'closeEntry',
    storageTeam,
    { ref: 'BUG-1', resolution: 'duplicate-of', duplicateOf: 'BUG-2' },
    'Malformed',
    'entry BUG-2 already leads back to BUG-1; a circle is never resolved',
  ),
  refusal(
    entries,
    'reopenEntry',
    storageTeam,
    { ref: 'BUG-1', reason: 'it is back' },
    'AlreadyDone',
    'entry BUG-1 is open already',
  ),
  refusal(
    [],
    'recordEntry',
    responder,
    { change: 'open', ref: 'BUG-1' },
    'Incomplete',
    'title is missing: say what is to be fixed',
  ),
  refusal(
    [...entries, ...resolution],
    'recordEntry',
    responder,
    { change: 'reopen', ref: 'BUG-1' },
    'Incomplete',
    'reason is missing: say why it is opened again',
  ),
  refusal(
    [],
    'assignEntry',
    responder,
    { ref: 'BUG-7', owner: 'ben' },
    'NotKnown',
    'entry BUG-7 was never opened in this incident; open it with openBug first',
  ),
  refusal(
    [...entries, ...resolution],
    'waiveEntry',
    executive,
    waiver,
    'AlreadyDone',
    'entry BUG-1 is resolved already',
  ),
  refusal(
    entries,
    'waiveEntry',
    executive,
    { ...waiver, expiresAt: hours(0) },
    'Malformed',
    'expiresAt lies in the past: a waiver ends some day to come',
  ),
  refusal(
    [],
    'declareTriageDone',
    responder,
    {},
    'Incomplete',
    'nothingToFix is missing: no entry is recorded, so say why there is nothing to fix',
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'technical-summary', text: 'the key was read' },
    'Incomplete',
    'evidence is missing: each claim of the summary is shown',
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'finding', text: 'dumps hold keys' },
    'Incomplete',
    'class is missing: say which of the six finding classes this answers',
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'none-found', text: 'none' },
    'Incomplete',
    'class is missing: say which of the six finding classes this answers',
  ),
  ...(['sufficiency', 'completeness', 'requirement'] as const).map((part) =>
    refusal(
      [],
      'postmortem',
      responder,
      { part, text: 'it was enough' },
      'Incomplete',
      'verdict is missing: say yes or no',
    ),
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'suggestion', text: 'call sooner', consulted: 'storage-team' },
    'Incomplete',
    'verdict is missing: say accepted or rejected',
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'suggestion', text: 'call sooner', verdict: 'accepted' },
    'Incomplete',
    'consulted is missing: say who was asked',
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'suggestion', text: 'call sooner', verdict: 'accepted', consulted: 'storage-team' },
    'Incomplete',
    'procedure is missing: name the version of the procedure that it changed',
  ),
  refusal(
    [],
    'postmortem',
    responder,
    { part: 'actors', text: 'a group known for stolen keys' },
    'Incomplete',
    'evidence is missing: whoever is named as an actor is shown to be one',
  ),
  refusal(
    [],
    'postmortem',
    storageTeam,
    { part: 'sign-off', text: 'agreed' },
    'Incomplete',
    'party is missing: say for whom you sign off',
  ),
  refusal(
    [],
    'postmortem',
    storageTeam,
    { part: 'sign-off', text: 'agreed', party: 'mail-team' },
    'NotKnown',
    'mail-team took no part; those who sign off are security-response, storage-team, identity-team',
  ),
  refusal(
    [],
    'postmortem',
    identityTeam,
    { part: 'sign-off', text: 'agreed', party: 'storage-team' },
    'NotAllowed',
    'identity-cleo speaks for identity-team, not for storage-team',
  ),
  refusal(
    [],
    'postmortem',
    { by: 'ben', role: 'service-team' },
    { part: 'sign-off', text: 'agreed', party: 'storage-team' },
    'NotAllowed',
    'ben speaks for no team, not for storage-team',
  ),
])('%s', (_, { given, send, type, sentence }) => {
  const found = send(played(given));
  expect({ type: found?.type, sentence: found?.message }).toEqual({ type, sentence });
});

test('a bug is gating and of kind bug unless it says otherwise', () => {
  const [event] = incidentInMemory().send('openEntry', responder, { ref: 'BUG-1', title: 'keys are logged' });
  expect(event).toMatchObject({ kind: 'bug', gating: true });
});

test('one update opens, closes and reopens as the three signals do', () => {
  const incident = incidentInMemory();
  incident.send('recordEntry', responder, { change: 'open', ref: 'BUG-1', title: 'keys are logged' });
  incident.send('recordEntry', storageTeam, { change: 'close', ref: 'BUG-1' });
  expect(incident.state.followUp.entries[0]?.state.kind).toBe('resolved');
  incident.send('recordEntry', storageTeam, { change: 'reopen', ref: 'BUG-1', reason: 'it is back' });
  expect(incident.state.followUp.entries[0]?.state.kind).toBe('open');
});

describe('the verdict of a postmortem part is one that the part knows', () => {
  test.each([
    ['sufficiency', 'rejected'],
    ['completeness', 'accepted'],
    ['requirement', 'rejected'],
    ['suggestion', 'no'],
    ['suggestion', 'yes'],
  ] as const)('%s does not take %s', (part, verdict) => {
    const content = { part, verdict, text: 'call sooner', consulted: 'storage-team' };
    expect(refusalOf(incidentInMemory(), 'postmortem', responder, content)?.type).toBe('Malformed');
  });
});
