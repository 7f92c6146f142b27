#!/usr/bin/env node
/** `firebreak`: thin over the client and the adapters. Exit codes: 0 done, 2 your input, 1 ours. */
import { Command, CommanderError } from 'commander';
import { readConfig } from '../config';
import { InputProblem } from '../contract/input-problem';
import { bugCommand } from './bug';
import { cliContext } from './context';
import { decideCommand } from './decide';
import { declareCommand } from './declare';
import { demoCommand } from './demo';
import { keysCommand } from './keys';
import { migrateCommand } from './migrate';
import { noticeCommand } from './notice';
import { gatesCommand, reportCommand, statusCommand, timelineCommand } from './status';
import { tellCommand } from './tell';
import { tenantsCommand } from './tenants';
import { workerCommand } from './worker';

const isJson = process.argv.includes('--json');

async function main(): Promise<void> {
  const program = new Command('firebreak')
    .description('durable security-incident response and breach notification')
    .option('--json', 'answer in JSON, for programs');
  const context = cliContext(readConfig(), () => isJson);
  const commands = [
    declareCommand(context),
    statusCommand(context),
    gatesCommand(context),
    timelineCommand(context),
    reportCommand(context),
    decideCommand(context, 'approve'),
    decideCommand(context, 'reject'),
    bugCommand(context),
    tellCommand(context),
    noticeCommand(context),
    tenantsCommand(context),
    keysCommand(context),
    migrateCommand(context),
    workerCommand(context),
    demoCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of allOf(program))
    command.exitOverride().option('--json', 'answer in JSON, for programs');
  await program.parseAsync();
}

function allOf(program: Command): Command[] {
  return program.commands.flatMap((command) => [command, ...allOf(command)]);
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const isTheirs = error instanceof InputProblem;
    process.exitCode = isTheirs ? 2 : 1;
    tell(error, isTheirs);
  }
}

function tell(error: unknown, isTheirs: boolean): void {
  const message = error instanceof Error ? error.message : String(error);
  if (isJson)
    process.stdout.write(
      `${JSON.stringify({ error: { type: isTheirs ? 'InputProblem' : typeOf(error), message } })}\n`,
    );
  process.stderr.write(`firebreak: ${message}\n`);
}

function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

main().catch(fail);
