// Real surroundings for one test file: a namespace of its own on the run's Temporal server, a database of its own, an
// SMTP inbox, a worker process, and people with keys. Task queues have fixed names, so the namespace keeps files apart.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { startWorker, type LocalWorker } from '../../scripts/local/servers.mjs';
import {
  generateKeyFiles,
  readPrivateKeyFile,
  readPublicKeyFile,
} from '../../src/adapters/approver-key-files';
import { signDecision } from '../../src/adapters/decision-tokens';
import { approverKeyStore } from '../../src/adapters/postgres/approver-key-store';
import { Firebreak, type DecisionToMake, type Policy } from '../../src/client';
import type { Role } from '../../src/contract/principal';
import type { DeclarationInput } from '../../src/contract/declaration';
import { claimsOf } from '../../src/domain/decision-token';
import { defaultPolicy } from '../../src/domain/policy';
import searchAttributes from '../../tools/temporal/search-attributes.json';
import { testDatabase, type TestDatabase } from './postgres';
import { startSmtpInbox, type SmtpInbox } from './smtp-inbox';

export interface E2eStage {
  readonly address: string;
  readonly namespace: string;
  readonly temporal: Client;
  readonly firebreak: Firebreak;
  readonly databaseUrl: string;
  readonly database: TestDatabase['database'];
  readonly inbox: SmtpInbox;
  /** A folder that goes with the stage. */
  readonly folder: string;
  /** Of the worker and of every command: servers, sender, passphrase. */
  readonly environment: Readonly<Record<string, string>>;
  /** The environment with somebody who speaks. */
  as(by: string, role: Role, team?: string): Record<string, string>;
  startWorker(more?: {
    role?: 'incident' | 'delivery' | 'all';
    env?: Record<string, string>;
  }): Promise<LocalWorker>;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly policy?: Partial<Policy>;
  readonly inbox?: Parameters<typeof startSmtpInbox>[0];
}

export const passphrase = 'correct horse battery staple';

export async function e2eStage({ policy, inbox: inboxOptions }: StageOptions = {}): Promise<E2eStage> {
  const address = process.env['FIREBREAK_TEST_TEMPORAL_ADDRESS'] ?? 'localhost:7233';
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-e2e-'));
  const [connection, database, inbox] = await Promise.all([
    Connection.connect({ address }),
    testDatabase(),
    startSmtpInbox(inboxOptions),
  ]);
  await makeNamespace(connection, namespace);
  const temporal = new Client({ connection, namespace });
  const environment = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    DATABASE_URL: database.url,
    FIREBREAK_SMTP_URL: `smtp://${inbox.host}:${String(inbox.port)}`,
    FIREBREAK_MAIL_FROM: 'security@provider.example',
    FIREBREAK_MESSAGE_ID_DOMAIN: 'provider.example',
    FIREBREAK_DRILL_MAILBOX: join(folder, 'drill-mailbox'),
    FIREBREAK_STATUS_DIRECTORY: join(folder, 'status-dashboard'),
    FIREBREAK_KEY_PASSPHRASE: passphrase,
    LOG_LEVEL: 'warn',
  };
  const workers: LocalWorker[] = [];
  let workerLogs = 0;
  return {
    address,
    namespace,
    temporal,
    firebreak: Firebreak.over(temporal, { ...defaultPolicy, ...policy }),
    databaseUrl: database.url,
    database: database.database,
    inbox,
    folder,
    environment,
    as: (by, role, team) => ({
      ...environment,
      FIREBREAK_PRINCIPAL: by,
      FIREBREAK_ROLE: role,
      ...(team !== undefined && { FIREBREAK_TEAM: team }),
    }),
    startWorker: async ({ role = 'all', env = {} } = {}) => {
      const logFile = join(folder, `worker-${String(workerLogs++)}.log`);
      const worker = await startWorker({ environment: { ...environment, ...env }, logFile, role });
      workers.push(worker);
      return worker;
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all([connection.close(), inbox.stop(), database.destroy()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** temporal.api.enums.v1.IndexedValueType */
const typeCodes: Readonly<Record<string, number>> = {
  Keyword: 2,
  Int: 3,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

async function makeNamespace(connection: Connection, namespace: string): Promise<void> {
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  const attributes = Object.fromEntries(
    Object.entries(searchAttributes).map(([name, type]) => [name, typeCodes[type] ?? 0]),
  );
  await untilDone(() =>
    connection.operatorService.addSearchAttributes({ namespace, searchAttributes: attributes }),
  );
  await untilDone(() => new Client({ connection, namespace }).workflow.count('IncidentId = "none"'));
}

/** A new namespace is known to every part of the server a little later. */
async function untilDone(attempt: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (tries === 300) throw error;
      await sleep(100);
    }
  }
}

export interface Approver {
  readonly id: string;
  readonly keyFile: string;
  /** Signs what the gate asks for now, or something else that `changes` say. */
  token(
    incidentId: string,
    gate: string,
    verdict?: 'approve' | 'reject',
    changes?: Partial<DecisionToMake>,
  ): Promise<string>;
  approve(incidentId: string, gate: string): Promise<void>;
}

/** Makes a key, enrolls it for the roles, and lets a second person confirm it. */
export async function enrolledApprover(stage: E2eStage, id: string, ...roles: Role[]): Promise<Approver> {
  const keyFile = join(stage.folder, `${id}.key`);
  await generateKeyFiles(keyFile, passphrase);
  const register = approverKeyStore(stage.database);
  const key = { approverId: id, roles, publicKeyPem: await readPublicKeyFile(`${keyFile}.pub`) };
  await register.enroll({ ...key, enrolledBy: 'admin-1' });
  await register.enroll({ ...key, enrolledBy: 'admin-2' });
  const privateKey = await readPrivateKeyFile(keyFile, passphrase);
  const approver: Approver = {
    id,
    keyFile,
    token: async (incidentId, gate, verdict = 'approve', changes = {}) => {
      const request = { ...(await stage.firebreak.decisionAt(incidentId, gate)), ...changes };
      const answer = {
        approverId: id,
        verdict,
        tokenId: randomUUID(),
        issuedAt: new Date().toISOString(),
        reason: 'Read word for word.',
      };
      return signDecision(privateKey, claimsOf({ ...request, expiresInSeconds: 3600 }, answer));
    },
    approve: async (incidentId, gate) => {
      await stage.firebreak.approve(incidentId, await approver.token(incidentId, gate));
    },
  };
  return approver;
}

export function aDeclaration(changes: Partial<DeclarationInput> = {}): DeclarationInput {
  return {
    incidentId: `inc-${randomBytes(4).toString('hex')}`,
    title: 'A signing key has leaked',
    summary: 'Tokens signed with a stolen key open storage.',
    severity: 'moderate',
    services: [{ service: 'storage', team: 'storage-team', regions: ['eu-west'] }],
    detection: { at: '2026-01-05T09:12:00Z', precision: 'minute', basis: 'an alert of the token service' },
    reporter: { by: 'srt-ana', role: 'security-response' },
    ...changes,
  };
}
