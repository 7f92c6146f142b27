/** `firebreak status`, `gates`, `timeline`: what there is to know about an incident. */
import { Command } from 'commander';
import type { Gate, IncidentStatus, TimelineLine } from '../client';
import { laterOutcomes } from '../domain/delivery';
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
    ...status.alarms.map((alarm) => `ALARM         ${alarm}`),
    `phase         ${status.phase}, round ${String(status.response.round)}`,
    ...status.eradicationPlans.map(eradicationLine),
    `notification  ${status.notification.phase}${status.notification.tenants === undefined ? '' : `, ${String(status.notification.tenants)} tenants`}`,
    `follow-up     ${status.followUp.phase}, ${String(status.followUp.entriesOpen)} entries open`,
    `waiting for   ${status.waitingFor}`,
    `next deadline ${status.nextDeadline === undefined ? 'none' : `${status.nextDeadline.dueAt} (${status.nextDeadline.basis}) ${status.nextDeadline.clock}`}`,
    ...latestSafeStartLines(status),
    ...status.holds.filter(isLiveHold).map(holdLine),
    `deliveries    ${String(deliveries.accepted)} accepted, ${String(deliveries.deferred)} deferred, ${String(deliveries.refused)} refused, ${String(deliveries.inDoubt)} in doubt, ${String(deliveries.needsHuman)} for a person`,
    ...laterOutcomes(deliveries).map((outcome) => `              ${outcome}`),
    `policy        ${status.policyDigest ?? 'not recorded'}`,
    ...status.services.map(({ service, team, phase }) => `  ${service} (${team}): ${phase}`),
  ].join('\n');
}

function latestSafeStartLines({ latestSafeStart: start }: IncidentStatus): string[] {
  return start === undefined
    ? []
    : [`safe start    ${start.at} at the latest, for ${start.dueAt} (${start.basis})`];
}

type HoldView = IncidentStatus['holds'][number];

function isLiveHold({ state }: HoldView): boolean {
  return state === 'proposed' || state === 'in-force';
}

function holdLine({ holdId, state, until, notices, duties }: HoldView): string {
  return `hold          ${holdId} (${state}) until ${until}: ${[...notices, ...duties].join(', ')}`;
}

function eradicationLine({ version, services, state }: IncidentStatus['eradicationPlans'][number]): string {
  return `eradication   version ${String(version)} of the plan, for ${services.join(', ')}: ${state}`;
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
