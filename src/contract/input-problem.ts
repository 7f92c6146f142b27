/** The error for what the caller got wrong, as against what broke on our side. */

/** One of several things that are wrong with a file or a folder. */
export interface FileProblem {
  readonly file: string;
  /** From 1, where it has one. */
  readonly line?: number;
  readonly problem: string;
}

/** `message` says to a person what is wrong and what to do; the command line ends with exit code 2 on it. */
export class InputProblem extends Error {
  readonly type = 'InputProblem';
  /** All that is wrong, where it is more than the message can say. */
  readonly problems?: readonly FileProblem[];

  /** @param field the option, column or field that holds the bad value, where there is one */
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
    this.name = 'InputProblem';
  }
}
