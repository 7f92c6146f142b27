/** The error for what the caller got wrong, as against what broke on our side. */

/** `message` says to a person what is wrong and what to do; the command line ends with exit code 2 on it. */
export class InputProblem extends Error {
  readonly type = 'InputProblem';

  /** @param field the option, column or field that holds the bad value, where there is one */
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
    this.name = 'InputProblem';
  }
}
