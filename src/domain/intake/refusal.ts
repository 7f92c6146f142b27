/** A message that cannot be accepted, with the sentence that says why and what to do instead. */
export type RefusalType =
  'NotAllowed' | 'NotNow' | 'NotKnown' | 'Incomplete' | 'AlreadyDone' | 'Stale' | 'Malformed';

export class Refusal extends Error {
  constructor(
    readonly type: RefusalType,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function refuse(type: RefusalType, sentence: string): never {
  throw new Refusal(type, sentence);
}

export function refuseIf(sentence: string | undefined, type: RefusalType = 'NotAllowed'): void {
  if (sentence !== undefined) refuse(type, sentence);
}

/** The value, or a refusal that names the field that is missing. */
export function required<Value>(value: Value | undefined, sentence: string): Value {
  return value ?? refuse('Incomplete', sentence);
}
