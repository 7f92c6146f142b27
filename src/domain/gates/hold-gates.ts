/** The gate of a hold, which two people open together, and what a hold in force says at the gate of a notice. */
import { holdGate, holdsOn, isLive, signersAs, type Hold, type HoldSignature } from '../holds';
import type { Incident } from '../incident';
import type { Notice } from '../notification';
import { gateOf, type Gate, type Lack } from './gate';

/** A hold has one text for all its life, so its gate has one generation. */
const generation = 1;

/** Of the holds that wait for signatures or are in force; the others have nothing left to open. */
export function holdGates({ holds }: Incident): readonly Gate[] {
  return holds.filter(isLive).map(holdGateOf);
}

function holdGateOf({ holdId, hash, state }: Hold): Gate {
  const gate = holdGate(holdId);
  if (state.kind !== 'proposed') return gateOf(gate, generation, []);
  return gateOf(gate, generation, signatureLacks(state.signatures), hash);
}

function signatureLacks(signatures: readonly HoldSignature[]): readonly Lack[] {
  const legal = signersAs(signatures, 'legal');
  const executives = signersAs(signatures, 'executive-incident-manager');
  if (legal.length > 0 && executives.length > 0) return [secondPerson];
  return [...(legal.length > 0 ? [] : [legalMissing]), ...(executives.length > 0 ? [] : [executiveMissing])];
}

/** Whose signature a proposed hold waits for; an executive's first, who may be asked to sign for either. */
export function awaitedHoldSigner(incident: Incident): 'legal' | 'executive-incident-manager' | undefined {
  const lacks = holdGates(incident).flatMap((gate) => gate.lacks);
  if (lacks.length === 0) return undefined;
  return lacks.every((lack) => lack === legalMissing) ? 'legal' : 'executive-incident-manager';
}

const legalMissing: Lack = {
  code: 'approval:legal',
  sentence: 'legal has not signed the hold',
  who: 'legal (approve)',
};

const executiveMissing: Lack = {
  code: 'approval:executive-incident-manager',
  sentence: 'no executive-incident-manager has signed the hold',
  who: 'an executive-incident-manager (approve)',
};

const secondPerson: Lack = {
  code: 'approval:second-person',
  sentence: 'one person has signed the hold for legal and as executive; it takes two',
  who: 'somebody else of legal, or another executive-incident-manager (approve)',
};

/** What keeps a notice back, and until when. */
export function holdLacks(incident: Incident, { noticeId }: Notice): readonly Lack[] {
  return holdsOn(incident.holds, incident.notification, noticeId).map(({ holdId, until }) => ({
    code: holdGate(holdId),
    sentence: `the notice is held by ${holdId} until ${until}`,
    who: 'legal or an executive-incident-manager (releaseHold); else it ends by itself',
  }));
}
