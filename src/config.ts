/** The environment, read once. The only reader of `process.env`; everything else is given what it needs. */
import { join } from 'node:path';
import { z } from 'zod';
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
  FIREBREAK_MAIL_FROM: z.email().default('security@localhost.localdomain'),
  FIREBREAK_MAIL_FROM_NAME: z.string().min(1).default('Security team'),
  FIREBREAK_MESSAGE_ID_DOMAIN: z.string().min(1).default('firebreak.localdomain'),
  FIREBREAK_DRILL_MAILBOX: z.string().min(1).default('drill-mailbox'),
  FIREBREAK_STATUS_DIRECTORY: z.string().min(1).default('status-dashboard'),
  FIREBREAK_RULES: z.string().min(1).optional(),
  FIREBREAK_TEMPLATES: z.string().min(1).optional(),
  FIREBREAK_POLICY: z.string().min(1).optional(),
  FIREBREAK_ONCALL_URL: z.url({ protocol: /^https?$/ }).optional(),
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
  readonly sender: { readonly address: string; readonly name: string; readonly messageIdDomain: string };
  readonly drillMailbox: string;
  readonly statusDirectory: string;
  readonly rulesDirectory: string;
  readonly templatesDirectory: string;
  readonly policyFile?: string;
  readonly onCallUrl?: string;
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
    },
    drillMailbox: env.FIREBREAK_DRILL_MAILBOX,
    statusDirectory: env.FIREBREAK_STATUS_DIRECTORY,
    rulesDirectory: env.FIREBREAK_RULES ?? join(packageRoot, 'rules'),
    templatesDirectory: env.FIREBREAK_TEMPLATES ?? join(packageRoot, 'templates'),
    maxCachedWorkflows: env.FIREBREAK_MAX_CACHED_WORKFLOWS,
    ...(env.DATABASE_URL !== undefined && { databaseUrl: env.DATABASE_URL }),
    ...(env.FIREBREAK_SMTP_URL !== undefined && {
      smtp: smtpFrom(env.FIREBREAK_SMTP_URL, env.FIREBREAK_SMTP_CA),
    }),
    ...(env.FIREBREAK_POLICY !== undefined && { policyFile: env.FIREBREAK_POLICY }),
    ...(env.FIREBREAK_ONCALL_URL !== undefined && { onCallUrl: env.FIREBREAK_ONCALL_URL }),
    ...principalFrom(env),
    ...(env.FIREBREAK_CHROMIUM !== undefined && { chromium: env.FIREBREAK_CHROMIUM }),
    ...(env.FIREBREAK_KEY_PASSPHRASE !== undefined && { keyPassphrase: env.FIREBREAK_KEY_PASSPHRASE }),
  };
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

/** @throws InputProblem when no mail relay is configured */
export function requireSmtp(config: Config): SmtpConfig {
  if (config.smtp === undefined)
    throw new InputProblem(
      'FIREBREAK_SMTP_URL is missing: a worker that delivers needs a mail relay, e.g. smtp://relay:587; or run firebreak worker --role incident',
      'FIREBREAK_SMTP_URL',
    );
  return config.smtp;
}
