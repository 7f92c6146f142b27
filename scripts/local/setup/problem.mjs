/** What set-up cannot do, told so that the reader knows what to do; shown without a stack. */
export class SetupProblem extends Error {
  name = 'SetupProblem';

  /** @param {string} message @param {{ isYourInput?: boolean }} [details] */
  constructor(message, { isYourInput = false } = {}) {
    super(message);
    this.isYourInput = isYourInput;
  }
}
