#!/usr/bin/env node
/** `firebreak`: thin over the client and the adapters. Exit codes: 0 done, 2 your input, 1 ours. */
import { Command } from 'commander';
import { readConfig } from '../config';
import { cliContext, type CliContext } from './context';
import { failureOf } from './failure';

type Loader = (context: CliContext) => Promise<Command>;

/** In the order of the help. Each is loaded when it is asked for: nobody waits for what another command needs. */
const commands: Readonly<Record<string, Loader>> = {
  declare: async (context) => (await import('./declare.js')).declareCommand(context),
  status: async (context) => (await import('./status.js')).statusCommand(context),
  gates: async (context) => (await import('./status.js')).gatesCommand(context),
  timeline: async (context) => (await import('./status.js')).timelineCommand(context),
  obligations: async (context) => (await import('./obligations.js')).obligationsCommand(context),
  clocks: async (context) => (await import('./clocks.js')).clocksCommand(context),
  rules: async (context) => (await import('./rules.js')).rulesCommand(context),
  report: async (context) => (await import('./report.js')).reportCommand(context),
  todo: async (context) => (await import('./todo.js')).todoCommand(context),
  metrics: async (context) => (await import('./metrics.js')).metricsCommand(context),
  register: async (context) => (await import('./register.js')).registerCommand(context),
  deliveries: async (context) => (await import('./deliveries.js')).deliveriesCommand(context),
  bounces: async (context) => (await import('./bounces.js')).bouncesCommand(context),
  ack: async (context) => (await import('./ack.js')).ackCommand(context),
  approve: async (context) => (await import('./decide.js')).decideCommand(context, 'approve'),
  reject: async (context) => (await import('./decide.js')).decideCommand(context, 'reject'),
  bug: async (context) => (await import('./bug.js')).bugCommand(context),
  tell: async (context) => (await import('./tell.js')).tellCommand(context),
  notice: async (context) => (await import('./notice.js')).noticeCommand(context),
  templates: async (context) => (await import('./templates.js')).templatesCommand(context),
  evidence: async (context) => (await import('./evidence.js')).evidenceCommand(context),
  watch: async (context) => (await import('./watch.js')).watchCommand(context),
  dashboard: async (context) => (await import('./dashboard.js')).dashboardCommand(context),
  tenants: async (context) => (await import('./tenants.js')).tenantsCommand(context),
  keys: async (context) => (await import('./keys.js')).keysCommand(context),
  policy: async (context) => (await import('./policy.js')).policyCommand(context),
  migrate: async (context) => (await import('./migrate.js')).migrateCommand(context),
  worker: async (context) => (await import('./worker.js')).workerCommand(context),
  demo: async (context) => (await import('./demo.js')).demoCommand(context),
  case: async (context) => (await import('./case.js')).caseCommand(context),
};

const isJson = process.argv.includes('--json');

async function main(): Promise<void> {
  const program = new Command('firebreak').description(
    'durable security-incident response and breach notification',
  );
  const context = cliContext(readConfig(), () => isJson);
  for (const load of askedFor(process.argv.slice(2))) program.addCommand(await load(context));
  for (const command of [program, ...allOf(program)]) prepare(command);
  await program.parseAsync();
}

/** All of them where none is named: for the help, and to say which there are. */
function askedFor(words: readonly string[]): readonly Loader[] {
  const name = words.find((word) => !word.startsWith('-')) ?? '';
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return named === undefined ? Object.values(commands) : [named];
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
