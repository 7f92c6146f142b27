/** The acts of the response: from the first report to the end of the watch. */
import type { IncidentUpdates, TogetherItem } from '../../src/client';
import type { PlannedTask } from '../../src/contract/messages';
import { cast } from './cast';
import { moved } from './dates';
import { chapter, say } from './narrator';
import {
  eradicationTask,
  everyService,
  item,
  services,
  tell,
  tellTogether,
  type Scene,
  type Service,
} from './scene';
import type { Stage } from './stage';

export async function declare({ firebreak }: Stage): Promise<string> {
  chapter('A customer sees its token used in a way it cannot explain. A service declares an incident');
  const { incidentId, workflowId } = await firebreak.declareIncident({
    title: 'Suspicious use of GitHub OAuth tokens',
    summary: 'A customer reports that its GitHub OAuth token was used in a way it cannot explain.',
    severity: 'high',
    services: [{ service: 'github-oauth-tokens', team: services['github-oauth-tokens'], regions: [] }],
    dataClasses: ['credentials', 'personal-data'],
    detection: { at: moved('2022-12-29T12:00:00Z'), precision: 'second', basis: 'report by a customer' },
    reporter: { ...cast.srt, boundBy: 'stated' },
  });
  say(`Incident ${incidentId} is one durable workflow now: ${workflowId}.`);
  say('It may take months. If every process dies, it goes on where it was.');
  return incidentId;
}

export async function analyse(scene: Scene): Promise<void> {
  chapter('The security response team analyses, and finds the first foothold');
  await tell(
    scene,
    'recordAnalysis',
    cast.srt,
    { text: 'One token of one customer is in foreign hands.', evidence: ['token audit log'] },
    moved('2022-12-30T12:00:00Z'),
  );
  await tell(scene, 'recordAnchor', cast.srt, {
    kind: 'confirmation',
    at: moved('2022-12-30T12:00:00Z'),
    precision: 'second',
    basis: 'one token shown to be in foreign hands',
  });
  await tell(scene, 'recordEviction', cast.srt, {
    foothold: 'stolen-oauth-tokens',
    state: 'known',
    service: 'github-oauth-tokens',
  });
}

export async function approveFirstPlan(scene: Scene): Promise<void> {
  chapter('Eradication, version 1: rotate the tokens. It is risky, so an executive has to approve');
  await proposeEradication(
    scene,
    ['github-oauth-tokens'],
    'Rotate every GitHub OAuth token on behalf of customers.',
    ['A1'],
  );
  await agree(scene, 1, ['github-oauth-tokens']);
  const closed = (await scene.firebreak.gates(scene.incidentId)).find((gate) => gate.gate === 'eradication');
  say(
    `The gate still lacks: ${(closed?.lacks ?? []).map((lack) => `${lack.sentence} (${lack.who})`).join('; ')}`,
  );
  await scene.executive.approve(
    scene.incidentId,
    'eradication',
    'Customers cannot rotate fast enough themselves.',
  );
  say('eim-omar signs with an Ed25519 key; the signature is verified; the gate is open for version 1.');
}

function proposeEradication(scene: Scene, covered: readonly Service[], objective: string, restsOn: string[]) {
  const tasks = covered.map((service): PlannedTask => ({
    service,
    track: 'eradication',
    what: eradicationTask[service] ?? 'inspect',
    supporter: 'srt-ines',
  }));
  return tell(scene, 'proposePlan', cast.srt, {
    kind: 'eradication',
    objective,
    restsOn,
    tasks,
    recommendation: {
      technique: objective,
      nature: 'Theft of a session that had passed two-factor sign-in, then of secrets.',
      scope: 'Every customer that stored secrets.',
      depthOfPenetration: 'Production data stores, read access.',
      repercussions: 'Whoever holds a secret can use it at third parties until it is rotated.',
    },
    options: [
      {
        option: 'rotate on behalf of customers',
        businessImpact: 'Builds may fail for minutes; API limits of third parties.',
      },
      { option: 'ask customers to rotate', businessImpact: 'No outage, but days of exposure.' },
    ],
  });
}

async function agree(scene: Scene, version: number, covered: readonly Service[]): Promise<void> {
  await tellTogether(scene, [
    item('agree', cast.srt, { kind: 'eradication', version, verdict: 'agree' }),
    ...covered.map((service) =>
      item('agree', cast.teamOf(services[service]), {
        kind: 'eradication',
        version,
        verdict: 'agree',
        service,
      }),
    ),
  ]);
}

export async function widen(scene: Scene): Promise<void> {
  chapter(
    'Scope and way in are known: production was reached. Five more services are concerned, customers must be told',
  );
  const added = everyService.filter((service) => service !== 'github-oauth-tokens');
  await tellTogether(scene, [
    item('addServices', cast.srt, {
      services: added.map((service) => ({ service, team: services[service] })),
    }),
    item('recordAnalysis', cast.srt, {
      text: 'A stolen session of an engineer reached production and copied customer secrets.',
      evidence: ['access log', 'forensic image'],
    }),
    item('recordEviction', cast.srt, {
      foothold: 'stolen-session',
      state: 'known',
      service: 'production-access',
    }),
    item('recordVulnerability', cast.srt, {
      vulnerability: 'session-theft-on-laptops',
      state: 'known',
    }),
    item(
      'determine',
      cast.legal,
      { customerReportable: 'yes', basis: 'secrets of customers were within reach' },
      moved('2023-01-04T16:00:00Z'),
    ),
    item('recordAnchor', cast.srt, {
      kind: 'awareness',
      at: moved('2023-01-04T16:00:00Z'),
      precision: 'second',
      basis: 'scope and way in established',
    }),
    item('recordFact', cast.srt, {
      impact: {
        customers: ['all that stored secrets'],
        customerData: ['stored secrets and tokens'],
        ownSystems: everyService,
      },
    }),
    ...Object.entries(knownFacts).map(([name, value]) => item('recordFact', cast.legal, { name, value })),
  ]);
}

/** What the rules ask about and this incident knows. What nobody knows stays undecided and blocks closing. */
const knownFacts: Readonly<Record<string, string | number | boolean | string[]>> = {
  impact: ['confidentiality'],
};

export async function contain(scene: Scene): Promise<void> {
  chapter('Containment, service by service, beside the eradication that has begun');
  const ofAccess = { service: 'production-access', track: 'containment', supporter: 'srt-ines' } as const;
  const tasks: PlannedTask[] = [
    { ...ofAccess, what: "remove the employee's access" },
    { ...ofAccess, what: 'limit production access to a small group' },
  ];
  await tell(scene, 'proposePlan', cast.srt, {
    kind: 'containment',
    objective: 'Cut the way in with the least effect on customers.',
    tasks,
    restsOn: ['A2'],
  });
  await completeAll(scene, [
    {
      service: 'production-access',
      track: 'containment',
      what: "remove the employee's access",
      at: moved('2023-01-04T16:35:00Z'),
    },
    {
      service: 'production-access',
      track: 'containment',
      what: 'limit production access to a small group',
      at: moved('2023-01-04T18:30:00Z'),
    },
  ]);
}

interface Done {
  readonly service: Service;
  readonly track: 'containment' | 'eradication';
  readonly what: string;
  readonly at?: string;
}

function completeAll(scene: Scene, done: readonly Done[]): Promise<unknown> {
  return tellTogether(
    scene,
    done.map(({ service, track, what, at }) =>
      item(
        'completeTask',
        cast.teamOf(services[service]),
        { service, track, what, evidence: ['change record'] },
        at,
      ),
    ),
  );
}

export async function approveSecondPlan(scene: Scene): Promise<void> {
  chapter('Eradication, version 2, covers everything. The approval of version 1 does not carry over');
  await proposeEradication(scene, everyService, 'Replace hosts, revoke or rotate every kind of token.', [
    'A1',
    'A2',
  ]);
  await agree(scene, 2, everyService);
  await scene.executive.approve(
    scene.incidentId,
    'eradication',
    'Customers have to be safe before they are told.',
  );
  await completeAll(scene, [
    {
      service: 'production-hosts',
      track: 'eradication',
      what: eradicationTask['production-hosts'] ?? '',
      at: moved('2023-01-04T22:30:00Z'),
    },
  ]);
  say('Version 2 is approved anew, and the production hosts are replaced.');
}

export async function finishEradication(scene: Scene): Promise<void> {
  chapter('Meanwhile eradication ends (in the real incident two days and five hours later)');
  const rest = everyService.filter((service) => service !== 'production-hosts');
  await completeAll(
    scene,
    rest.map((service) => ({ service, track: 'eradication', what: eradicationTask[service] ?? '' })),
  );
  await tellTogether(scene, [
    item('recordEviction', cast.srt, {
      foothold: 'stolen-oauth-tokens',
      state: 'evicted',
      confidence: 'high',
      evidence: ['rotation log'],
      service: 'github-oauth-tokens',
    }),
    item('recordEviction', cast.srt, {
      foothold: 'stolen-session',
      state: 'evicted',
      confidence: 'high',
      evidence: ['session store'],
      service: 'production-access',
    }),
    item('recordVulnerability', cast.srt, {
      vulnerability: 'session-theft-on-laptops',
      state: 'mitigated',
      evidence: ['step-up sign-in for production'],
    }),
    item('stateRootCause', cast.srt, {
      verdict: 'removed',
      confidence: 'high',
      evidence: ['forensic report'],
    }),
    item('confirmRecovery', cast.srt, { reason: 'no foothold below high confidence, no known path open' }),
  ]);
}

/** What a team does for a service before the response team is consulted. */
const workOfTheTeam = ['baseline', 'last-known-good', 'restore', 'inspection'] as const;

export async function recover(scene: Scene): Promise<void> {
  chapter(
    'Recovery, each service to its last known good state, inspected and with the response team consulted',
  );
  await tell(scene, 'recordAnchor', cast.srt, {
    kind: 'occurrence',
    at: moved('2022-12-16T00:00:00Z'),
    precision: 'second',
    basis: 'laptop infected, by the investigation',
  });
  await tellTogether(
    scene,
    everyService.flatMap((service) => workOfTheTeam.map((part) => recovery(service, part))),
  );
  await tellTogether(
    scene,
    everyService.map((service) => recovery(service, 'consultation')),
  );
  await tellTogether(
    scene,
    everyService.map((service) => recovery(service, 'restored')),
  );
  await tell(scene, 'startWatch', cast.srt, {
    endsAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
    controls: 'alerts on every production sign-in',
  });
  await tell(scene, 'endWatch', cast.srt, {
    planCarriedOut: 'Every service runs from its baseline.',
    noSignOfBreach: 'No alert of the new controls.',
  });
  say(
    'Watched, both exit checks given: the response is stable. (A real watch lasts days; any sign of breach would go back to containment.)',
  );
}

function recovery(service: Service, part: IncidentUpdates['recordRecovery']['part']): TogetherItem {
  const sender = part === 'consultation' ? cast.srt : cast.teamOf(services[service]);
  return item('recordRecovery', sender, {
    service,
    part,
    text: `${part} of ${service}`,
    evidence: ['build 2022-12-15'],
    ...(part === 'last-known-good' && { goodAt: moved('2022-12-15T00:00:00Z') }),
    ...(part === 'inspection' && { vulnerability: 'session-theft-on-laptops' }),
  });
}
