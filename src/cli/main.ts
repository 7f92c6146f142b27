#!/usr/bin/env node
/** `firebreak`: thin over the client and the adapters. Exit codes: 0 done, 2 your input, 1 ours. */
import { Command } from 'commander';
import { readConfig } from '../config';
import { bugCommand } from './bug';
import { ackCommand } from './ack';
import { bouncesCommand } from './bounces';
import { caseCommand } from './case';
import { clocksCommand } from './clocks';
import { cliContext } from './context';
import { dashboardCommand } from './dashboard';
import { decideCommand } from './decide';
import { declareCommand } from './declare';
import { deliveriesCommand } from './deliveries';
import { demoCommand } from './demo';
import { evidenceCommand } from './evidence';
import { failureOf } from './failure';
import { keysCommand } from './keys';
import { metricsCommand } from './metrics';
import { migrateCommand } from './migrate';
import { noticeCommand } from './notice';
import { obligationsCommand } from './obligations';
import { policyCommand } from './policy';
import { registerCommand } from './register';
import { reportCommand } from './report';
import { rulesCommand } from './rules';
import { gatesCommand, statusCommand, timelineCommand } from './status';
import { tellCommand } from './tell';
import { templatesCommand } from './templates';
import { tenantsCommand } from './tenants';
import { todoCommand } from './todo';
import { watchCommand } from './watch';
import { workerCommand } from './worker';

const isJson = process.argv.includes('--json');

async function main(): Promise<void> {
  const program = new Command('firebreak').description(
    'durable security-incident response and breach notification',
  );
  const context = cliContext(readConfig(), () => isJson);
  const commands = [
    declareCommand(context),
    statusCommand(context),
    gatesCommand(context),
    timelineCommand(context),
    obligationsCommand(context),
    clocksCommand(context),
    rulesCommand(context),
    reportCommand(context),
    todoCommand(context),
    metricsCommand(context),
    registerCommand(context),
    deliveriesCommand(context),
    bouncesCommand(context),
    ackCommand(context),
    decideCommand(context, 'approve'),
    decideCommand(context, 'reject'),
    bugCommand(context),
    tellCommand(context),
    noticeCommand(context),
    templatesCommand(context),
    evidenceCommand(context),
    watchCommand(context),
    dashboardCommand(context),
    tenantsCommand(context),
    keysCommand(context),
    policyCommand(context),
    migrateCommand(context),
    workerCommand(context),
    demoCommand(context),
    caseCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...allOf(program)]) prepare(command);
  await program.parseAsync();
}

/** What is wrong with the words of the command line is told as everything else is: see `fail`. */
function prepare(command: Command): void {
  command
    .option('--json', 'answer in JSON, for programs')
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
}

function allOf(program: Command): Command[] {
  return program.commands.flatMap((command) => [command, ...allOf(command)]);
}

function fail(error: unknown): void {
  const { exitCode, ...failure } = failureOf(error);
  process.exitCode = exitCode;
  if (exitCode === 0) return;
  if (isJson) process.stdout.write(`${JSON.stringify({ error: failure })}\n`);
  process.stderr.write(`firebreak: ${failure.message}\n`);
  // A connection that does not end must not keep a command that has failed.
  setTimeout(() => process.exit(), exitsWithinMs).unref();
}

const exitsWithinMs = 1000;

main().catch(fail);
