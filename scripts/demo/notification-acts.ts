/** The acts of notification: who is affected, what the law asks, the notice, the mails. */
import { importTenants } from '../../src/adapters/postgres/tenant-import';
import { saveNoticeDraft } from '../../src/adapters/postgres/notice-store';
import { cast } from './cast';
import { moved } from './dates';
import { chapter, progress, say } from './narrator';
import { obligationLines } from './obligations';
import { everyService, tell, type Scene } from './scene';
import type { Stage } from './stage';

export async function importDirectory(stage: Stage, file: string): Promise<void> {
  chapter('The directory of tenants is imported');
  const result = await importTenants(stage.database, file);
  say(
    `${result.inserted.toLocaleString('en')} tenants with ${result.contacts.toLocaleString('en')} contacts are known to PostgreSQL.`,
  );
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
    ({ notification, deliveries }) => {
      bar.show(stage.inbox.messages.length, total);
      // With a tenant left that only a person can tell, it is not complete.
      return (
        notification.phase === 'complete' || (notification.phase === 'updating' && deliveries.needsHuman > 0)
      );
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
