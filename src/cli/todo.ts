/** `firebreak todo`: what one person owes, over all open incidents, the most urgent first. */
import { Command } from 'commander';
import type { Firebreak, Principal, TodoItem } from '../client';
import { InputProblem } from '../contract/input-problem';
import { Role } from '../contract/principal';
import { byDueTime } from '../domain/todo';
import { withClient, type CliContext } from './context';

interface TodoOptions {
  readonly as?: string;
  readonly role?: string;
  readonly team?: string;
}

type OwedItem = TodoItem & { readonly incidentId: string };

export function todoCommand(context: CliContext): Command {
  return new Command('todo')
    .description('what you owe today, over all open incidents')
    .option('--as <principal>', 'whose list it is; the configured identity unless given')
    .option('--role <role>', 'in which role; the configured one unless given')
    .option('--team <team>', 'of a service team')
    .action(async (options: TodoOptions) => {
      const principal = principalFrom(context, options);
      const owed = await withClient(context, (firebreak) => owedBy(firebreak, principal));
      context.print(owed, owed.length === 0 ? `${principal.by} owes nothing.` : owed.map(lineOf).join('\n'));
    });
}

/** Role and team of the configured identity are that person's, and nobody else's. */
function principalFrom({ config }: CliContext, options: TodoOptions): Principal {
  const by = options.as ?? config.principal?.by;
  if (by === undefined)
    throw new InputProblem('as is missing: say whose list you want, or set FIREBREAK_PRINCIPAL', 'as');
  const configured = config.principal?.by === by ? config.principal : undefined;
  const role = options.role === undefined ? configured?.role : roleFrom(options.role);
  const team = options.team ?? configured?.team;
  if (role === undefined)
    throw new InputProblem(`role is missing: say in which role ${by} acts, e.g. --role legal`, 'role');
  if (role === 'service-team' && team === undefined)
    throw new InputProblem('team is missing: a service team has a name, e.g. --team storage', 'team');
  return { by, role, ...(team !== undefined && { team }) };
}

function roleFrom(text: string): Role {
  const role = Role.safeParse(text);
  if (role.success) return role.data;
  throw new InputProblem(`role ${text} is not known; it is one of ${Role.options.join(', ')}`, 'role');
}

async function owedBy(firebreak: Firebreak, principal: Principal): Promise<readonly OwedItem[]> {
  const owed: OwedItem[] = [];
  for (const { incidentId } of await firebreak.listIncidents({ onlyOpen: true })) {
    const items = await firebreak.todo(incidentId, principal);
    owed.push(...items.map((item) => ({ incidentId, ...item })));
  }
  return owed.sort(byDueTime);
}

const dueWidth = '2026-11-23T15:20:00.000Z'.length;

function lineOf({ incidentId, what, how, dueAt }: OwedItem): string {
  return `${(dueAt ?? 'no due time').padEnd(dueWidth)}  ${incidentId}  ${what} → ${how}`;
}
