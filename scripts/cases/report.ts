/** What came of a case, for people and for programs. */

export interface Judgement {
  readonly outcome: 'pass' | 'fail' | 'skipped';
  /** What was found instead, or why it was not looked at; empty when it holds. */
  readonly found: readonly string[];
}

export interface JudgedExpectation extends Judgement {
  readonly id: string;
  readonly kind: string;
  readonly after: string;
  readonly then: string;
  readonly why: string;
}

export interface CaseReport {
  readonly case: string;
  readonly title: string;
  readonly expectations: readonly JudgedExpectation[];
  /** Not verified, and so not played. */
  readonly skippedInputs: readonly string[];
  /** What the incident said no to, in its own words; for some cases that is the point. */
  readonly refusedInputs: readonly { readonly input: string; readonly sentence: string }[];
}

export function failuresOf({ expectations }: CaseReport): readonly JudgedExpectation[] {
  return expectations.filter(({ outcome }) => outcome === 'fail');
}

export function reportText(report: CaseReport): string {
  const { title, expectations, refusedInputs, skippedInputs } = report;
  return [
    `${report.case}: ${title}`,
    ...expectations.flatMap(linesOf),
    ...refusedInputs.map(({ input, sentence }) => `  input ${input} was refused: ${sentence}`),
    ...(skippedInputs.length > 0 ? [`  not played, not verified: ${skippedInputs.join(', ')}`] : []),
    sumLine(report),
  ].join('\n');
}

const signs = { pass: 'pass', fail: 'FAIL', skipped: 'skip' } as const;

function linesOf({ id, outcome, then, why, found }: JudgedExpectation): string[] {
  const line = `  ${signs[outcome]}  ${id}`;
  if (outcome === 'pass') return [line];
  if (outcome === 'skipped') return [`${line} (${found.join('; ')})`];
  return [line, ...told('then', then), ...told('why', why), ...found.flatMap((each) => told('found', each))];
}

function told(name: string, text: string): string[] {
  return text === '' ? [] : [`        ${name}: ${text}`];
}

function sumLine({ expectations }: CaseReport): string {
  const count = (outcome: Judgement['outcome']) =>
    String(expectations.filter((each) => each.outcome === outcome).length);
  return `${count('pass')} pass, ${count('fail')} fail, ${count('skipped')} skipped`;
}

/** The same for programs. */
export function reportJson(report: CaseReport): object {
  const { expectations } = report;
  const count = (outcome: Judgement['outcome']) =>
    expectations.filter((each) => each.outcome === outcome).length;
  return {
    ...report,
    passed: count('pass'),
    failed: count('fail'),
    skipped: count('skipped'),
  };
}
