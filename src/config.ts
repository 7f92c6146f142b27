/** The environment, read once. The only reader of `process.env`; everything else is given what it needs. */
import { isIP } from 'node:net';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import type { AcknowledgementKey } from './adapters/acknowledgement-tokens';
import type { EvidenceSources } from './adapters/evidence/relay-evidence';
import type { TrackerConfig } from './adapters/trackers/tracker-config';
import { InputProblem } from './contract/input-problem';
import { Role } from './contract/principal';

const environment = z.object({
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  TEMPORAL_ADDRESS: z.string().min(1).default('localhost:7233'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TLS: z.enum(['on', 'off']).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  FIREBREAK_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  FIREBREAK_SMTP_CA: z.string().optional(),
  FIREBREAK_SMTP_IDEMPOTENCY_HEADER: z
    .string()
    .regex(
      /^(?!(from|to|subject|date|message-id|mime-version|content-[\w-]*|reply-to)$)[A-Za-z][A-Za-z0-9-]{0,60}$/i,
      {
        error: 'it must be the name of a header that no message has anyway, e.g. X-Idempotency-Key',
      },
    )
    .optional(),
  FIREBREAK_RELAY_LOG: z.string().min(1).optional(),
  FIREBREAK_RELAY_JOURNAL: z.string().min(1).optional(),
  FIREBREAK_RELAY_QUIET_SECONDS: z.coerce.number().positive().default(120),
  FIREBREAK_WEBHOOK_SECRETS: z.string().min(1).optional(),
  FIREBREAK_WEBHOOK_CA: z.string().optional(),
  FIREBREAK_WEBHOOK_DANGEROUSLY_ALLOW: z
    .string()
    .transform((list) => list.split(/[\s,]+/).filter((address) => address !== ''))
    .refine((addresses) => addresses.every(isAddressRange), {
      error: 'it must be a list of addresses and CIDR ranges, e.g. 10.1.2.3, fd00:1::/64',
    })
    .default([]),
  FIREBREAK_MAIL_FROM: z.email().default('security@localhost.localdomain'),
  FIREBREAK_MAIL_FROM_NAME: z.string().min(1).default('Security team'),
  FIREBREAK_MESSAGE_ID_DOMAIN: z.string().min(1).default('firebreak.localdomain'),
  FIREBREAK_ACK_URL: z.url({ protocol: /^https?$/ }).optional(),
  FIREBREAK_ACK_KEY: z.string().min(32).max(1000).optional(),
  FIREBREAK_DRILL_MAILBOX: z.string().min(1).default('drill-mailbox'),
  FIREBREAK_STATUS_DIRECTORY: z.string().min(1).default('status-dashboard'),
  FIREBREAK_RULES: z.string().min(1).optional(),
  FIREBREAK_TEMPLATES: z.string().min(1).optional(),
  FIREBREAK_POLICY: z.string().min(1).optional(),
  FIREBREAK_ONCALL_URL: z.url({ protocol: /^https?$/ }).optional(),
  FIREBREAK_TRACKER: z
    .string()
    .regex(/^(github|azure-devops):[\w.-]+\/[\w. -]+$|^jira:[A-Z][A-Z0-9_]+$/, {
      error: 'it must be github:owner/repository, jira:KEY or azure-devops:organisation/project',
    })
    .optional(),
  FIREBREAK_TRACKER_TOKEN: z.string().min(1).optional(),
  FIREBREAK_TRACKER_URL: z.url({ protocol: /^https?$/ }).optional(),
  FIREBREAK_PRINCIPAL: z.string().min(1).optional(),
  FIREBREAK_ROLE: Role.optional(),
  FIREBREAK_TEAM: z.string().min(1).optional(),
  FIREBREAK_KEY_PASSPHRASE: z.string().min(1).optional(),
  FIREBREAK_CHROMIUM: z.string().min(1).optional(),
  FIREBREAK_MAX_CACHED_WORKFLOWS: z.coerce.number().int().positive().default(300),
});

export interface Config {
  readonly isProduction: boolean;
  readonly logLevel: z.infer<typeof environment>['LOG_LEVEL'];
  readonly temporal: { readonly address: string; readonly namespace: string; readonly tls: boolean };
  readonly databaseUrl?: string;
  readonly smtp?: SmtpConfig;
  readonly sender: {
    readonly address: string;
    readonly name: string;
    readonly messageIdDomain: string;
    readonly idempotencyHeader?: string;
    /** Where recipients acknowledge; without it no mail asks for that. */
    readonly acknowledgement?: AcknowledgementKey;
  };
  /** What can be asked about messages that may have gone out. */
  readonly evidence: EvidenceSources;
  readonly webhooks: {
    /** JSON, by the names that the tenant directory refers to. */
    readonly secretsFile?: string;
    readonly certificateAuthority?: string;
    /** Inner networks that tenants' webhooks may reach all the same. */
    readonly dangerouslyAllowedAddresses: readonly string[];
  };
  readonly drillMailbox: string;
  readonly statusDirectory: string;
  /** The packs of the product, then those of this installation; all of them together are the rules. */
  readonly rulesDirectories: readonly string[];
  /** Of the package: approved with its release. */
  readonly releasedTemplates: string;
  /** Where the command line looks for templates of one's own. */
  readonly ownTemplates?: string;
  readonly policyFile?: string;
  readonly onCallUrl?: string;
  readonly tracker?: TrackerConfig;
  readonly principal?: { readonly by: string; readonly role: Role; readonly team?: string };
  readonly keyPassphrase?: string;
  /** Program file of the browser that prints reports; looked for when absent. */
  readonly chromium?: string;
  readonly maxCachedWorkflows: number;
}

export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls' | 'plaintext';
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly certificateAuthority?: string;
}

const packageRoot = join(__dirname, '..');

/** @throws InputProblem naming the variable that is wrong */
export function readConfig(source: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(withoutEmpty(source));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = issue?.path.map(String).join('.') ?? 'the environment';
    throw new InputProblem(`environment variable ${name} is wrong: ${issue?.message ?? ''}`, name);
  }
  return configFrom(parsed.data);
}

/** What a compose file passes on without a value arrives as an empty text. */
function withoutEmpty(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
}

function configFrom(env: z.infer<typeof environment>): Config {
  return {
    isProduction: env.NODE_ENV === 'production',
    logLevel: env.LOG_LEVEL,
    temporal: temporalFrom(env),
    sender: {
      address: env.FIREBREAK_MAIL_FROM,
      name: env.FIREBREAK_MAIL_FROM_NAME,
      messageIdDomain: env.FIREBREAK_MESSAGE_ID_DOMAIN,
      ...idempotencyHeaderFrom(env),
      ...acknowledgementFrom(env),
    },
    evidence: {
      quietMs: env.FIREBREAK_RELAY_QUIET_SECONDS * 1000,
      ...idempotencyHeaderFrom(env),
      ...(env.FIREBREAK_RELAY_LOG !== undefined && { logFile: env.FIREBREAK_RELAY_LOG }),
      ...(env.FIREBREAK_RELAY_JOURNAL !== undefined && { journalDirectory: env.FIREBREAK_RELAY_JOURNAL }),
    },
    webhooks: webhooksFrom(env),
    drillMailbox: env.FIREBREAK_DRILL_MAILBOX,
    statusDirectory: env.FIREBREAK_STATUS_DIRECTORY,
    rulesDirectories: [join(packageRoot, 'rules'), ...ownDirectories(env.FIREBREAK_RULES)],
    releasedTemplates: join(packageRoot, 'templates'),
    ...(env.FIREBREAK_TEMPLATES !== undefined && { ownTemplates: env.FIREBREAK_TEMPLATES }),
    maxCachedWorkflows: env.FIREBREAK_MAX_CACHED_WORKFLOWS,
    ...(env.DATABASE_URL !== undefined && { databaseUrl: env.DATABASE_URL }),
    ...(env.FIREBREAK_SMTP_URL !== undefined && {
      smtp: smtpFrom(env.FIREBREAK_SMTP_URL, env.FIREBREAK_SMTP_CA),
    }),
    ...(env.FIREBREAK_POLICY !== undefined && { policyFile: env.FIREBREAK_POLICY }),
    ...(env.FIREBREAK_ONCALL_URL !== undefined && { onCallUrl: env.FIREBREAK_ONCALL_URL }),
    ...trackerFrom(env),
    ...principalFrom(env),
    ...(env.FIREBREAK_CHROMIUM !== undefined && { chromium: env.FIREBREAK_CHROMIUM }),
    ...(env.FIREBREAK_KEY_PASSPHRASE !== undefined && { keyPassphrase: env.FIREBREAK_KEY_PASSPHRASE }),
  };
}

const trackerUrls = {
  github: 'https://api.github.com',
  'azure-devops': 'https://dev.azure.com',
  jira: undefined,
};

/** @throws InputProblem when half of it is set */
function trackerFrom(env: z.infer<typeof environment>): { readonly tracker?: TrackerConfig } {
  if (env.FIREBREAK_TRACKER === undefined) return {};
  const [kind, project] = env.FIREBREAK_TRACKER.split(':', 2) as [TrackerConfig['kind'], string];
  const api = env.FIREBREAK_TRACKER_URL ?? trackerUrls[kind];
  const token = env.FIREBREAK_TRACKER_TOKEN;
  if (api === undefined)
    throw new InputProblem(
      'FIREBREAK_TRACKER_URL is missing: Jira has no address of its own',
      'FIREBREAK_TRACKER_URL',
    );
  if (token === undefined)
    throw new InputProblem(
      'FIREBREAK_TRACKER_TOKEN is missing: the tracker asks who comes',
      'FIREBREAK_TRACKER_TOKEN',
    );
  return { tracker: { kind, project, token, api: api.replace(/\/+$/, '') } };
}

/** @throws InputProblem when half of it is set */
function acknowledgementFrom(env: z.infer<typeof environment>): {
  readonly acknowledgement?: AcknowledgementKey;
} {
  const { FIREBREAK_ACK_URL: url, FIREBREAK_ACK_KEY: secret } = env;
  if (url === undefined && secret === undefined) return {};
  if (url === undefined)
    throw new InputProblem(
      'FIREBREAK_ACK_URL is missing: say where the links in mails lead',
      'FIREBREAK_ACK_URL',
    );
  if (secret === undefined)
    throw new InputProblem(
      'FIREBREAK_ACK_KEY is missing: links are signed with it; any secret text of 32 characters or more will do',
      'FIREBREAK_ACK_KEY',
    );
  return { acknowledgement: { url: new URL(url).href, secret } };
}

/** Several are written as in PATH. */
function ownDirectories(list: string | undefined): string[] {
  return (list ?? '').split(delimiter).filter((directory) => directory !== '');
}

function idempotencyHeaderFrom({
  FIREBREAK_SMTP_IDEMPOTENCY_HEADER: idempotencyHeader,
}: z.infer<typeof environment>): { readonly idempotencyHeader?: string } {
  return idempotencyHeader === undefined ? {} : { idempotencyHeader };
}

function webhooksFrom(env: z.infer<typeof environment>): Config['webhooks'] {
  return {
    dangerouslyAllowedAddresses: env.FIREBREAK_WEBHOOK_DANGEROUSLY_ALLOW,
    ...(env.FIREBREAK_WEBHOOK_SECRETS !== undefined && { secretsFile: env.FIREBREAK_WEBHOOK_SECRETS }),
    ...(env.FIREBREAK_WEBHOOK_CA !== undefined && { certificateAuthority: env.FIREBREAK_WEBHOOK_CA }),
  };
}

/** Such as `10.1.2.3`, `10.0.0.0/8`, `fd00:1::/64`. */
function isAddressRange(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

/** Plaintext is for this machine alone; elsewhere it has to be asked for by name. */
function temporalFrom({
  TEMPORAL_ADDRESS,
  TEMPORAL_NAMESPACE,
  TEMPORAL_TLS,
}: z.infer<typeof environment>): Config['temporal'] {
  const tls = TEMPORAL_TLS === undefined ? !isLoopback(TEMPORAL_ADDRESS) : TEMPORAL_TLS === 'on';
  return { address: TEMPORAL_ADDRESS, namespace: TEMPORAL_NAMESPACE, tls };
}

function isLoopback(address: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(address);
}

function principalFrom(env: z.infer<typeof environment>): Pick<Config, 'principal'> {
  if (env.FIREBREAK_PRINCIPAL === undefined || env.FIREBREAK_ROLE === undefined) return {};
  const team = env.FIREBREAK_TEAM === undefined ? {} : { team: env.FIREBREAK_TEAM };
  return { principal: { by: env.FIREBREAK_PRINCIPAL, role: env.FIREBREAK_ROLE, ...team } };
}

/** `smtps://` is TLS from the first byte; `smtp://` is STARTTLS, and plaintext to this machine only. */
function smtpFrom(text: string, certificateAuthority: string | undefined): SmtpConfig {
  const url = new URL(text);
  const isTls = url.protocol === 'smtps:';
  const security = isTls ? 'tls' : isLoopback(url.hostname) ? 'plaintext' : 'starttls';
  const user = decodeURIComponent(url.username);
  return {
    host: url.hostname,
    port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
    security,
    ...(user !== '' && { credentials: { user, password: decodeURIComponent(url.password) } }),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
}

/** @throws InputProblem when no database is configured */
export function requireDatabaseUrl(config: Config): string {
  if (config.databaseUrl === undefined)
    throw new InputProblem(
      'DATABASE_URL is missing: set it to the PostgreSQL of this installation',
      'DATABASE_URL',
    );
  return config.databaseUrl;
}

/** @throws InputProblem when no key for acknowledgements is configured */
export function requireAcknowledgementKey({ sender }: Config): AcknowledgementKey {
  if (sender.acknowledgement === undefined)
    throw new InputProblem(
      'FIREBREAK_ACK_KEY is missing: set it and FIREBREAK_ACK_URL as the delivery workers have them',
      'FIREBREAK_ACK_KEY',
    );
  return sender.acknowledgement;
}

/** @throws InputProblem when no mail relay is configured */
export function requireSmtp(config: Config): SmtpConfig {
  if (config.smtp === undefined)
    throw new InputProblem(
      'FIREBREAK_SMTP_URL is missing: a worker that delivers needs a mail relay, e.g. smtp://relay:587; or run firebreak worker --role incident',
      'FIREBREAK_SMTP_URL',
    );
  return config.smtp;
}
