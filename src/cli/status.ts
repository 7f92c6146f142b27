/** `firebreak status`, `gates`, `timeline`, `report`: what there is to know about an incident. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { markdownPage } from '../adapters/markdown-page';
import type { Gate, IncidentStatus, TimelineLine } from '../client';
import { InputProblem } from '../contract/input-problem';
import { lackText } from '../domain/operator-view';
import { withClient, type CliContext } from './context';

export function statusCommand(context: CliContext): Command {
  return new Command('status')
    .description('where an incident stands and whose move it is')
    .argument('<incident>')
    .action(async (incidentId: string) => {
      const status = await withClient(context, (firebreak) => firebreak.status(incidentId));
      context.print(status, statusText(status));
    });
}

function statusText(status: IncidentStatus): string {
  const { deliveries } = status;
  return [
    `${status.incidentId}: ${status.title} (${status.severity}${status.mode === 'drill' ? ', DRILL' : ''})`,
    `phase         ${status.phase}, round ${String(status.response.round)}`,
    `notification  ${status.notification.phase}${status.notification.tenants === undefined ? '' : `, ${String(status.notification.tenants)} tenants`}`,
    `follow-up     ${status.followUp.phase}, ${String(status.followUp.entriesOpen)} entries open`,
    `waiting for   ${status.waitingFor}`,
    `next deadline ${status.nextDeadline === undefined ? 'none' : `${status.nextDeadline.dueAt} (${status.nextDeadline.basis}) ${status.nextDeadline.clock}`}`,
    `deliveries    ${String(deliveries.accepted)} accepted, ${String(deliveries.deferred)} deferred, ${String(deliveries.refused)} refused, ${String(deliveries.inDoubt)} in doubt, ${String(deliveries.needsHuman)} for a person`,
    ...status.services.map(({ service, team, phase }) => `  ${service} (${team}): ${phase}`),
  ].join('\n');
}

export function gatesCommand(context: CliContext): Command {
  return new Command('gates')
    .description('what each gate still lacks and who can supply it')
    .argument('<incident>')
    .action(async (incidentId: string) => {
      const gates = await withClient(context, (firebreak) => firebreak.gates(incidentId));
      context.print(gates, gates.map(gateText).join('\n'));
    });
}

function gateText(gate: Gate): string {
  const lacks = gate.lacks.map((lack) => `    ${lackText(lack)}`);
  return [`${gate.gate}: ${gate.isOpen ? 'open' : 'closed'}`, ...lacks].join('\n');
}

export function timelineCommand(context: CliContext): Command {
  return new Command('timeline')
    .description('all that happened, a sentence each')
    .argument('<incident>')
    .action(async (incidentId: string) => {
      const lines = await withClient(context, (firebreak) => firebreak.timeline(incidentId));
      context.print(lines, lines.map(lineText).join('\n'));
    });
}

function lineText({ at, by, role, boundBy, text }: TimelineLine): string {
  return `${at}  ${by} (${role}, ${boundBy})  ${text}`;
}

export function reportCommand(context: CliContext): Command {
  return new Command('report')
    .description('the postmortem as it stands, in Markdown and HTML')
    .argument('<incident>')
    .option('--out <name>', 'write <name>.md and <name>.html instead of printing')
    .action(async (incidentId: string, { out }: { out?: string }) => {
      const markdown = await withClient(context, (firebreak) => firebreak.postmortemReport(incidentId));
      if (out === undefined) return context.print({ markdown }, markdown);
      const files = [`${out}.md`, `${out}.html`] as const;
      await write(files[0], markdown);
      await write(files[1], markdownPage(`Postmortem ${incidentId}`, markdown));
      context.print({ files }, `Written: ${files.join(', ')}`);
    });
}

async function write(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new InputProblem(
      `${file} cannot be written: ${error instanceof Error ? error.message : ''}; choose another place`,
      'out',
    );
  }
}
