/** Whether a gate is open, and what it says that it lacks. */
import { sql } from 'kysely';
import type { Gate } from '../../../src/client';
import { determinationLacks } from '../../../src/domain/gates/notice-gates';
import type { Check } from '../case-format';
import { gateNameOf, lackWordsOf } from '../words';
import { differing, shown, type Situation } from './situation';

export async function gateDifferences(
  situation: Situation,
  check: Check<'gate'>,
): Promise<readonly string[]> {
  const gate = gateOf(situation, gateNameOf(check));
  const words = await wordsOf(situation, gate);
  const lacking = (check.lacks ?? []).filter((wanted) => !words.includes(wanted));
  const unwanted = (check.lacksNot ?? []).filter((word) => words.includes(word));
  return [
    ...differing('open', check.open, gate.isOpen),
    ...lacking.map((word) => `${word} is not among what it lacks: ${shown(words.join(', '))}`),
    ...unwanted.map((word) => `${word} is among what it lacks`),
  ];
}

/** A notice that was never taken has no gate of its own: what kept it out is what it lacks. */
function gateOf({ gates, state }: Situation, name: string): Pick<Gate, 'isOpen' | 'lacks'> {
  return gates.find(({ gate }) => gate === name) ?? { isOpen: false, lacks: determinationLacks(state) };
}

async function wordsOf(situation: Situation, { lacks }: Pick<Gate, 'lacks'>): Promise<readonly string[]> {
  const words = await Promise.all(
    lacks.map(async ({ code }) => {
      const ruleId = /^undecided:(.*)$/.exec(code)?.[1];
      return ruleId === undefined
        ? lackWordsOf(code, situation.deeds.idOf)
        : [code, ...(await groupsUndecidedBy(situation, ruleId)).map((group) => `undecided:${group}`)];
    }),
  );
  return words.flat();
}

/** The groups of whose tenants the database says that the rule is undecided for them. */
async function groupsUndecidedBy(
  { stage, incident, file, tenants }: Situation,
  ruleId: string,
): Promise<readonly string[]> {
  const { rows } = await sql<{ tenantId: string }>`
    select tenant_id as "tenantId" from obligation
     where incident_id = ${incident.incidentId} and rule_id = ${ruleId} and outcome = 'undecided'`.execute(
    stage.database,
  );
  const undecided = new Set(rows.map(({ tenantId }) => tenantId));
  return file.fixture.tenantGroups
    .map(({ group }) => group)
    .filter((group) => tenants.idsOf(group).some((id) => undecided.has(id)));
}
