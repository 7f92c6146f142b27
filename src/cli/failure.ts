/** What a command that fails tells: one sentence, a type for programs, and whose move it is by the exit code. */
import { CommanderError } from 'commander';
import { ZodError } from 'zod';
import { InputProblem, type FileProblem } from '../contract/input-problem';
import { ToldInFull } from '../contract/told-in-full';

export interface Failure {
  /** 2: mend the input; 1: mend the surroundings, or us; 0: only help was asked for. */
  readonly exitCode: 0 | 1 | 2;
  readonly type: string;
  readonly message: string;
  /** The option, column, field or variable that holds the bad value, where there is one. */
  readonly field?: string;
  /** All that is wrong with a file, by line. */
  readonly problems?: readonly FileProblem[];
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return failureOfUsage(error);
  if (error instanceof InputProblem) return failureOfInput(error);
  if (error instanceof ZodError) return failureOfShape(error);
  return { exitCode: 1, type: typeOf(error), message: messageOf(error) };
}

function failureOfUsage({ exitCode, code, message }: CommanderError): Failure {
  const isHelp = code === 'commander.help';
  return {
    exitCode: exitCode === 0 ? 0 : 2,
    type: 'UsageProblem',
    message: `${isHelp ? 'a command is missing' : message.replace(/^error: /, '')}; see firebreak --help`,
  };
}

function failureOfInput(error: InputProblem): Failure {
  const { message, field, problems } = error;
  return {
    exitCode: 2,
    type: 'InputProblem',
    message,
    ...(field !== undefined && field !== '' && { field }),
    ...(problems && { problems }),
  };
}

function failureOfShape({ issues }: ZodError): Failure {
  const field = issues[0]?.path.map(String).join('.') ?? '';
  const message = `${field === '' ? 'the input' : field} is wrong: ${issues[0]?.message ?? ''}; correct it`;
  return { exitCode: 2, type: 'InputProblem', message, ...(field !== '' && { field }) };
}

function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

/** What lies behind it is told too, unless the message has said it already. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message =
    error.message === '' && error instanceof AggregateError ? messageOf(error.errors[0]) : error.message;
  return error instanceof ToldInFull || !(error.cause instanceof Error)
    ? message
    : `${message} (${messageOf(error.cause)})`;
}
