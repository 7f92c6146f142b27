/** The incident, act by act: what people enter, and what comes of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownPage } from '../../src/adapters/markdown-page';
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import { saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import type { Firebreak, IncidentUpdates, TogetherItem } from '../../src/client';
import type { PlannedTask } from '../../src/contract/messages';
import type { Sender } from '../../src/contract/principal';
import { obligationLines } from './obligations';
import { cast, type Approver } from './cast';
import { moved } from './dates';
import { chapter, progress, say } from './narrator';
import type { Stage } from './stage';

const services = {
  'github-oauth-tokens': 'integrations',
  'production-access': 'platform',
  'production-hosts': 'platform',
  'project-api-tokens': 'api',
  'personal-api-tokens': 'api',
  'bitbucket-tokens': 'integrations',
} as const;
type Service = keyof typeof services;
const everyService = Object.keys(services) as Service[];
const teams = [...new Set(Object.values(services))];

const eradicationTask: Partial<Record<Service, string>> = {
  'github-oauth-tokens': 'rotate all GitHub OAuth tokens',
  'production-access': 'replace every credential of the production sign-in',
  'production-hosts': 'replace all production hosts',
  'project-api-tokens': 'revoke all project API tokens',
  'personal-api-tokens': 'revoke all personal API tokens',
  'bitbucket-tokens': 'rotate all Bitbucket tokens',
};

/** What all acts share. */
export interface Scene {
  readonly stage: Stage;
  readonly firebreak: Firebreak;
  readonly incidentId: string;
  readonly executive: Approver;
}

function tell<Name extends keyof IncidentUpdates>(
  { firebreak, incidentId }: Scene,
  name: Name,
  sender: Sender,
  message: Omit<IncidentUpdates[Name], keyof Sender>,
  happenedAt?: string,
) {
  const full = {
    ...sender,
    ...(happenedAt !== undefined && { happenedAt }),
    ...message,
  } as unknown as IncidentUpdates[Name];
  return firebreak.tell(incidentId, name, full);
}

/** One item of a form that is sent as a whole. */
function item<Name extends keyof IncidentUpdates>(
  name: Name,
  sender: Sender,
  message: Omit<IncidentUpdates[Name], keyof Sender>,
  happenedAt?: string,
): TogetherItem {
  return {
    message: name,
    ...sender,
    ...(happenedAt !== undefined && { happenedAt }),
    ...message,
  } as unknown as TogetherItem;
}

function tellTogether({ firebreak, incidentId }: Scene, items: readonly TogetherItem[]) {
  return firebreak.tellTogether(incidentId, items);
}

export async function importDirectory(stage: Stage, file: string): Promise<void> {
  chapter('The directory of tenants is imported');
  const result = await importTenants(stage.database, file);
  say(
    `${result.inserted.toLocaleString('en')} tenants with ${result.contacts.toLocaleString('en')} contacts are known to PostgreSQL.`,
  );
}

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
  const tasks: PlannedTask[] = [
    { service: 'production-access', track: 'containment', what: "remove the employee's access" },
    { service: 'production-access', track: 'containment', what: 'limit production access to a small group' },
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

export async function findTenants(scene: Scene): Promise<void> {
  chapter(
    'Who is affected, and what does the law ask? Two activities answer; notices do not wait for recovery',
  );
  await tell(scene, 'setAffectedTenants', cast.comms, {
    services: everyService.map((service) => ({ service })),
    from: moved('2022-12-16T00:00:00Z'),
    reason: 'every customer that used one of these services since the intrusion began',
  });
  const { firebreak, incidentId } = scene;
  const status = await firebreak.waitFor(
    incidentId,
    ({ notification }) => notification.phase === 'drafting',
    { timeoutMs: 30_000, pollMs: 200 },
  );
  say(
    `${(status.notification.tenants ?? 0).toLocaleString('en')} affected tenants, version ${String(status.notification.tenantSetVersion)}.`,
  );
  for (const line of await obligationLines(scene.stage.database, incidentId)) say(line);
}

export async function proposeNotice(scene: Scene): Promise<void> {
  chapter(
    'Communications writes the first notice; the executive approves exactly this text for exactly these tenants',
  );
  const draft = {
    noticeId: 'first-1',
    kind: 'first' as const,
    tlp: 'GREEN' as const,
    translations: { en: firstNotice },
  };
  const saved = await saveNoticeDraft(scene.stage.database, scene.incidentId, draft, cast.comms.by);
  await tell(scene, 'proposeNotice', cast.comms, { ...saved, stage: 'first' });
  await scene.firebreak.waitFor(
    scene.incidentId,
    ({ waitingFor }) => waitingFor === 'executive-incident-manager',
    { timeoutMs: 30_000, pollMs: 200 },
  );
  await scene.executive.approve(scene.incidentId, 'notice:first-1', 'Read word for word.');
  say('Approved. Not one mail left before this moment.');
}

const firstNotice = {
  subject: 'Security incident: please rotate the secrets stored with us',
  description:
    'An intruder used a stolen session of one of our engineers to reach our production systems and copied customer secrets.',
  effectOnCustomerData:
    'Environment variables, tokens and keys that you stored with us may be known to the intruder.',
  actionsTaken:
    'We cut the access, replaced all production hosts, and are rotating or revoking every kind of token.',
  suggestedActions:
    'Rotate every secret that you stored with us, and search your logs for use of them since the intrusion began.',
  contactPoint: 'security@ci-provider.example',
  unknowns: 'We do not know yet whether the intruder used what was copied.',
  content: {
    dates: 'The intrusion began on the day the laptop was infected and ended when the access was cut.',
    'data-types': 'Secrets, tokens, keys and environment variables.',
    'likely-consequences': 'Whoever holds a secret can use it wherever it is accepted until it is rotated.',
    'categories-and-counts': 'Whatever your users stored; how many people that concerns only you can say.',
    'affected-individuals-list': 'Not known to us: we hold no list of the people behind the data you stored.',
    'affected-customers-list': 'You are affected; other customers are told separately.',
    'affected-systems': 'Token store, project settings, build hosts.',
    'indicators-of-compromise':
      'Use of your tokens from addresses that are not yours since the intrusion began.',
    'severity-impact':
      'High for confidentiality; integrity and availability were not harmed as far as is known.',
    'remediation-plan':
      'Replace hosts, rotate or revoke every token, then restore each service from its last known good state.',
    'tracking-id': 'The incident number above.',
    'root-cause': 'A session that had passed two-factor sign-in was stolen by malware on a laptop.',
  },
};

export async function deliver(scene: Scene): Promise<void> {
  const { firebreak, incidentId, stage } = scene;
  chapter('The mails leave, one per tenant, over a real socket, every attempt in the ledger');
  const bar = progress('delivered');
  const total = (await firebreak.status(incidentId)).notification.tenants ?? 0;
  const status = await firebreak.waitFor(
    incidentId,
    ({ notification }) => {
      bar.show(stage.inbox.messages.length, total);
      return notification.phase === 'complete';
    },
    { timeoutMs: 60_000, pollMs: 250 },
  );
  bar.end();
  const { accepted, refused, needsHuman } = status.deliveries;
  say(
    `${accepted.toLocaleString('en')} accepted by the relay; some only at the second try, as a greylisting relay asks for.`,
  );
  say(
    `${String(refused)} addresses did not exist: the next contact was told; ${String(needsHuman)} tenant has no contact left and is a task for a person.`,
  );
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
  });
}

export async function followUp(scene: Scene): Promise<void> {
  const { firebreak, incidentId } = scene;
  chapter('Bugs are opened by signal, from the first day on; the postmortem waits for every one of them');
  const bugs = ['CC-1', 'CC-2', 'CC-3'] as const;
  await firebreak.openBug(incidentId, {
    ...cast.srt,
    ref: bugs[0],
    title: 'Detect and block session theft on managed laptops',
    owner: 'endpoint',
  });
  await firebreak.openBug(incidentId, {
    ...cast.srt,
    ref: bugs[1],
    title: 'Ask for step-up sign-in before production',
    owner: 'platform',
  });
  await firebreak.openBug(incidentId, {
    ...cast.srt,
    ref: bugs[2],
    title: 'Limit how long tokens live',
    owner: 'api',
    kind: 'change-request',
  });
  await writePostmortem(scene);
  for (const ref of bugs.slice(0, 2)) await firebreak.closeBug(incidentId, { ...cast.srt, ref });
  await firebreak.reopenBug(incidentId, {
    ...cast.srt,
    ref: bugs[0],
    reason: 'the fix does not cover one laptop model',
  });
  await firebreak.closeBug(incidentId, { ...cast.srt, ref: bugs[0] });
  const gate = (await firebreak.gates(incidentId)).find((each) => each.gate === 'postmortem');
  say(`The postmortem still lacks: ${(gate?.lacks ?? []).map((lack) => lack.sentence).join('; ')}`);
  await firebreak.closeBug(incidentId, { ...cast.srt, ref: bugs[2] });
}

async function writePostmortem(scene: Scene): Promise<void> {
  const part = (
    name: IncidentUpdates['postmortem']['part'],
    text: string,
    more: Partial<IncidentUpdates['postmortem']> = {},
    sender = cast.srt,
  ) => item('postmortem', sender, { part: name, text, ...more });
  const noneFound = (
    ['procedural-failure', 'manual-error', 'process-flaw', 'unknown-attack-vector'] as const
  ).map((each) => part('none-found', 'none found', { class: each }));
  await tellTogether(scene, [
    part(
      'sequence-of-events',
      'Malware on a laptop took a signed-in session; the session reached production; secrets were copied.',
    ),
    part('technical-summary', 'The session had passed two-factor sign-in and stayed valid.', {
      evidence: ['session store', 'forensic image'],
    }),
    part('response-review', 'Eradication ran service by service; customers were told while it went on.'),
    part('finding', 'Malware on a managed laptop was not stopped.', {
      class: 'technical-lapse',
      key: true,
      entry: 'CC-1',
    }),
    part('finding', 'The first report of a customer took a day to reach us.', {
      class: 'communication-breakdown',
    }),
    ...noneFound,
    part('sufficiency', 'What was done was enough to end the intrusion.', { verdict: 'yes' }),
    part('completeness', 'Every known path was inspected.', { verdict: 'yes' }),
    part('suggestion', 'Rehearse mass rotation twice a year.', {
      verdict: 'accepted',
      consulted: 'all service teams',
      procedure: 'SOP-7 v3',
    }),
    part('sign-off', 'agreed', { party: 'security-response' }),
    ...teams.map((team) => part('sign-off', 'agreed', { party: team }, cast.teamOf(team))),
    item('declareTriageDone', cast.srt, {}),
  ]);
}

export async function close(scene: Scene): Promise<void> {
  const { firebreak, incidentId } = scene;
  chapter('The last bug is closed');
  const gate = (await firebreak.gates(incidentId)).find((each) => each.gate === 'closing');
  const undecided = (gate?.lacks ?? []).flatMap(({ code }) =>
    code.startsWith('undecided:') ? [code.slice('undecided:'.length)] : [],
  );
  if (undecided.length > 0)
    say(`Before it can close, legal decides on ${String(undecided.length)} rules whose facts nobody knows.`);
  await tellTogether(
    scene,
    undecided.map((ruleId) =>
      item('decideUndecided', cast.legal, {
        ruleId,
        applies: false,
        reason: 'the fact it asks for was found not to hold',
      }),
    ),
  );
  const status = await firebreak.waitFor(incidentId, ({ phase }) => phase === 'closed', {
    timeoutMs: 30_000,
    pollMs: 200,
  });
  say(`Postmortem complete, incident ${status.phase}.`);
}

export async function report({ firebreak, incidentId, stage }: Scene): Promise<readonly string[]> {
  const markdown = await firebreak.postmortemReport(incidentId);
  const files = [
    join(stage.outDirectory, 'postmortem.md'),
    join(stage.outDirectory, 'postmortem.html'),
  ] as const;
  await writeFile(files[0], markdown);
  await writeFile(files[1], markdownPage(`Postmortem ${incidentId}`, markdown));
  return files;
}
