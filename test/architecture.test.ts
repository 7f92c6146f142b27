// Who may import whom, and what a worker keeps in memory for every incident: the rules of docs/architecture.md, proved
// on the code as it is and on small trees that break them.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const project = join(__dirname, '..');
const importRules = join(project, '.dependency-cruiser.cjs');
const runTimeRules = join(project, '.dependency-cruiser.run-time.cjs');

jest.setTimeout(240_000);

describe('the workflow bundle', () => {
  let code: string;
  let modules: readonly string[];

  beforeAll(async () => {
    code = await workflowBundle();
    modules = modulesOf(code);
  });

  test('holds our workflows', () => {
    expect(modules).toContain('./src/workflows/security-incident.ts');
    expect(modules).toContain('./src/domain/incident.ts');
  });

  test.each(['zod', 'temporal-polyfill', 'temporal-spec', 'date-holidays', 'jose', 'kysely', 'pg'])(
    'holds nothing of %s',
    (name) => {
      expect(modules.filter((module) => module.includes(`/node_modules/${name}/`))).toEqual([]);
    },
  );

  test('holds no Node module', () => {
    // A module that the sandbox lacks would stand there as left out, or as one from outside.
    const absent = [...code.matchAll(/!\*\*\* (?:external )?"?([^\s"]+)"? \(ignored\)|external "([^"]+)"/g)];
    const names = absent.map(([, ignored, external]) => ignored ?? external ?? '');
    expect(names.filter((name) => !name.startsWith('__temporal_custom_'))).toEqual([]);
  });

  test('holds neither the contract nor anything that touches the world', () => {
    const outside = /^\.\/src\/(contract|activities|adapters|cli)\/|^\.\/src\/(client|config|worker)\.ts/;
    expect(modules.filter((module) => outside.test(module))).toEqual([]);
  });

  test('stays small, since every cached incident costs a share of it', () => {
    const kilobytes = Math.round(code.length / 1024);
    process.stdout.write(`workflow bundle: ${kilobytes} KB in ${modules.length} modules\n`);
    // Above the whole process as it stands, and far below what zod alone would add.
    expect(kilobytes).toBeLessThan(1300);
  });
});

describe('the import rules', () => {
  test('hold for every file', async () => {
    expect(await violationsIn(project, importRules, ['src', 'test', 'scripts'])).toEqual([]);
  });

  test('hold for what is loaded at run time', async () => {
    expect(await violationsIn(project, runTimeRules, ['src'])).toEqual([]);
  });
});

/** One file each that breaks a rule: the rule, the file, what the file says. */
const offences = [
  ['no-node-in-domain-and-workflows', 'src/domain/files.ts', "import { readFileSync } from 'node:fs'"],
  ['no-node-in-domain-and-workflows', 'src/workflows/chance.ts', "import { randomUUID } from 'node:crypto'"],
  ['domain-is-pure', 'src/domain/zod.ts', "import { z } from 'zod'"],
  ['domain-is-pure', 'src/domain/adapter.ts', "import { other } from '../adapters/other'"],
  ['domain-takes-types-of-the-contract', 'src/domain/schema.ts', "import { other } from '../contract/other'"],
  [
    'workflows-take-types-of-contract-and-activities',
    'src/workflows/activity.ts',
    "import { other } from '../activities/other'",
  ],
  ['workflows-tell-the-story', 'src/workflows/adapter.ts', "import { other } from '../adapters/other'"],
  ['activities-state-their-ports', 'src/activities/adapter.ts', "import { other } from '../adapters/other'"],
  ['adapters-implement-ports', 'src/adapters/workflow.ts', "import { other } from '../workflows/other'"],
  [
    'client-takes-messages-and-types-of-workflows',
    'src/client.ts',
    "import { other } from './workflows/other'",
  ],
  ['cli-is-thin', 'src/cli/activity.ts', "import { other } from '../activities/other'"],
  ['nodemailer-only-in-smtp-mailer', 'src/adapters/mail.ts', "import { createTransport } from 'nodemailer'"],
  ['postgresql-only-in-its-adapters', 'src/adapters/pool.ts', "import { Pool } from 'pg'"],
  ['jose-only-in-decision-tokens', 'src/adapters/signature.ts', "import { jwtVerify } from 'jose'"],
  ['holidays-only-in-holiday-calendars', 'src/adapters/feast.ts', "import Holidays from 'date-holidays'"],
  [
    'calendar-arithmetic-only-in-clocks',
    'src/domain/calendar.ts',
    "import { Temporal } from 'temporal-polyfill'",
  ],
] as const;

describe('a tree that breaks the import rules', () => {
  const innocent = 'src/domain/innocent.ts';
  let tree: string;
  let violations: readonly Violation[];

  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), 'firebreak-imports-'));
    for (const layer of ['activities', 'adapters', 'cli', 'contract', 'domain', 'workflows'])
      write(join(tree, `src/${layer}/other.ts`), 'export const other = 1');
    for (const [, file, text] of offences) write(join(tree, file), text);
    write(join(tree, 'src/domain/hen.ts'), "import { egg } from './egg'; export const hen = () => egg");
    write(join(tree, 'src/domain/egg.ts'), "import { hen } from './hen'; export const egg = () => hen");
    write(
      join(tree, innocent),
      "import type { other } from '../contract/other'; export type X = typeof other",
    );
    const detour = "import { other } from '../domain/detour'; export const x = other";
    write(join(tree, 'src/workflows/detour.ts'), detour);
    write(join(tree, 'src/domain/detour.ts'), "import { z } from 'zod'; export const other = z.string()");
    for (const file of ['package.json', 'tsconfig.json', 'node_modules'])
      symlinkSync(join(project, file), join(tree, file));
    violations = await violationsIn(tree, importRules, ['src']);
  });

  afterAll(() => {
    rmSync(tree, { recursive: true });
  });

  test.each(offences)('%s: %s may not say %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(rule);
  });

  test('two files that need each other are found', () => {
    expect(violations.map(({ rule }) => rule)).toContain('no-cycles');
  });

  test('a type of the contract is welcome in the domain', () => {
    expect(violations.filter(({ from }) => from === innocent)).toEqual([]);
  });

  test('zod is found behind a detour, when a workflow would load it', async () => {
    const loaded = await violationsIn(tree, runTimeRules, ['src']);
    const rules = loaded.filter(({ from }) => from === 'src/workflows/detour.ts').map(({ rule }) => rule);
    expect(rules).toContain('workflows-load-no-zod');
  });
});

async function workflowBundle(): Promise<string> {
  const quiet = () => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(project, 'src/workflows/index.ts'),
    workflowInterceptorModules: [join(project, 'src/workflows/interceptors.ts')],
    payloadConverterPath: join(project, 'src/workflows/payload-converter.ts'),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return code.replace(/^\/\/# sourceMappingURL=.*$/m, '');
}

/** The bundler names every module by its path, e.g. `"./src/domain/incident.ts": `. */
function modulesOf(code: string): readonly string[] {
  return [...code.matchAll(/^\/\*\*\*\/ "([^"]+)":?/gm)].map(([, name]) => name ?? '');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text};\n`);
}

interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly (Omit<Violation, 'rule'> & { readonly rule: { readonly name: string } })[];
  };
}

async function violationsIn(
  directory: string,
  config: string,
  places: readonly string[],
): Promise<Violation[]> {
  const { violations, totalCruised } = (await cruise(directory, config, places)).summary;
  if (totalCruised === 0) throw new Error(`no file was looked at in ${directory}`);
  return violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
}

function cruise(directory: string, config: string, places: readonly string[]): Promise<Cruise> {
  const program = join(project, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, ...places, '--config', config, '--output-type', 'json'];
  const options = { cwd: directory, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    // Its exit code counts the violations: only an answer that is no JSON is an error.
    execFile(process.execPath, args, options, (error, answer, complaint) => {
      try {
        resolve(JSON.parse(answer) as Cruise);
      } catch {
        reject(new Error(`dependency-cruiser failed: ${complaint}`, { cause: error }));
      }
    });
  });
}
