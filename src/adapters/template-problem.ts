/** What is wrong with a template: one sentence for people, and file, line and problem apart for programs. */
import { InputProblem } from '../contract/input-problem';

export interface TemplateFault {
  /** Such as `first/ja.md.hbs`. */
  readonly file: string;
  /** From 1, where the problem has one. */
  readonly line?: number;
  readonly problem: string;
}

export class TemplateProblem extends Error {
  readonly type = 'TemplateProblem';

  constructor(
    message: string,
    readonly faults: readonly TemplateFault[] = [],
  ) {
    super(message);
    this.name = 'TemplateProblem';
  }
}

export function faultSentence({ file, line, problem }: TemplateFault): string {
  return `The template ${file}${line === undefined ? '' : `, line ${String(line)}`}, ${problem}.`;
}

/** @throws TemplateProblem with the first fault as its sentence, when there is one. */
export function refuseFaults(faults: readonly TemplateFault[]): void {
  const [first] = faults;
  if (first !== undefined) throw new TemplateProblem(faultSentence(first), faults);
}

/** A folder of templates in which something is wrong: all of it, a line each. */
export class TemplatesRefused extends InputProblem {
  constructor(
    folder: string,
    override readonly problems: readonly TemplateFault[],
  ) {
    const lines = problems.map(
      ({ file, line, problem }) => `\n${file}${line === undefined ? '' : `:${String(line)}`}  ${problem}`,
    );
    super(`the templates in ${folder} cannot be used; correct them:${lines.join('')}`, 'folder');
  }
}
