// README and guides say nothing that does not work: every command of theirs is run, on real servers, in the order of the
// text. The demo is played by demo.test.ts.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findTemporal } from '../../scripts/local/programs.mjs';
import { startTemporal, type LocalTemporal } from '../../scripts/local/servers.mjs';
import { Firebreak } from '../../src/client';
import { incidentUpdates } from '../../src/contract/messages';
import { Policy } from '../../src/contract/policy';
import { searchAttributes } from '../../src/workflows/search-attributes';
import {
  codeBlocksOf,
  codeSpansOf,
  documentNames,
  projectDirectory,
  textOf,
  type CodeBlock,
} from '../support/documents';
import { guideRunner, type GuideRunner } from '../support/guide-runner';
import { testDatabase, type TestDatabase } from '../support/postgres';
import { startSmtpInbox, type SmtpInbox } from '../support/smtp-inbox';

/** Guides that have a test of their own below, in this order. */
const servedAbove = ['operators', 'services', 'approvers'].map((name) => `docs/guides/${name}.md`);

const cli = join(projectDirectory, 'dist', 'cli', 'main.js');

describe('the documents together', () => {
  const blocks = documentNames().flatMap(codeBlocksOf);
  const shellLines = blocks.filter(isShell).flatMap(({ text }) => text.split('\n'));

  test('say of each code block what it is', () => {
    expect(blocks.filter(({ info }) => info === '').map(({ place }) => place)).toEqual([]);
  });

  test('show no command in a block that is not run', () => {
    const shown = blocks.filter(({ info }) => info === 'text').flatMap(({ text }) => text.split('\n'));
    expect(shown.filter(isCommand)).toEqual([]);
  });

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...shellLines, ...documentNames().flatMap(codeSpansOf)].flatMap((line) => {
      const script = /^npm (?:run ([\w:-]+)|(test))/.exec(line);
      return script === null ? [] : [script[1] ?? script[2] ?? ''];
    });
    expect(named).toContain('demo');
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('name only commands that exist', () => {
    const named = documentNames()
      .flatMap(codeSpansOf)
      .flatMap((span) => /^firebreak ([a-z]+)(?: ([a-z]+))?/.exec(span)?.slice(1, 3).filter(Boolean) ?? []);
    const groups = [
      ...['bounces', 'bug', 'case', 'clocks', 'dashboard', 'deliveries'],
      ...['keys', 'notice', 'policy', 'rules', 'tenants'],
    ];
    const known = [[], ...groups.map((group) => [group])].flatMap((words) => commandsIn(helpOf(words)));
    expect(named).toContain('revoke');
    expect(named.filter((word) => !known.includes(word))).toEqual([]);
  });

  test('name only services of docker-compose.yml', () => {
    const compose = readFileSync(join(projectDirectory, 'docker-compose.yml'), 'utf8');
    const services = shellLines.flatMap((line) => {
      const words = /^docker compose (?:run|up|logs|exec|restart)(.*)$/.exec(line)?.[1] ?? '';
      return [...words.matchAll(/ (?:--scale )?((?:worker|migrate|temporal|postgres|mail)[a-z-]*)/g)].map(
        (match) => match[1] ?? '',
      );
    });
    expect(services.filter((service) => !compose.includes(`\n  ${service}:\n`))).toEqual([]);
  });
});

describe('the README', () => {
  test('opens with what it is, the two commands, and what is to be seen', () => {
    const headings = [...textOf('README.md').matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(headings.slice(0, 2)).toEqual(['Try it', 'What you will see']);
    expect(codeBlocksOf('README.md')[0]).toMatchObject({ info: 'sh', text: 'npm run demo\nnpm test' });
  });

  test('never claims exactly-once delivery', () => {
    expect(textOf('README.md')).toMatch(/Exactly-once delivery is not claimed/);
  });

  test('links only to files that exist', () => {
    for (const document of documentNames())
      for (const [, target = ''] of textOf(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
        expect([document, target, existsSync(join(projectDirectory, document, '..', target))]).toEqual([
          document,
          target,
          true,
        ]);
  });
});

describe('the operators’ guide', () => {
  const guide = 'docs/guides/operators.md';

  test('names every environment variable, and no other', () => {
    const config = readFileSync(join(projectDirectory, 'src', 'config.ts'), 'utf8');
    const known = [...config.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1] ?? '');
    const table = textOf(guide).split('### Environment')[1]?.split('\n## ')[0] ?? '';
    const named = [...table.matchAll(/^\|([^|]*)\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1] ?? ''),
    );
    expect([...new Set(named)].sort()).toEqual([...new Set(known)].sort());
  });

  test('names every search attribute', () => {
    for (const { name } of searchAttributes) expect(textOf(guide)).toContain(`\`${name}\``);
  });

  test('shows a policy that the contract accepts', () => {
    const [policy] = codeBlocksOf(guide).filter(({ info }) => info === 'json policy');
    expect(Policy.partial().safeParse(JSON.parse(policy?.text ?? '')).error?.issues).toBeUndefined();
  });

  test('shows messages that the contract accepts', () => {
    const examples = codeBlocksOf(guide).filter(({ info }) => /^json (?!policy)\w+$/.test(info));
    expect(examples.length).toBeGreaterThan(10);
    for (const { info, text, place } of examples) {
      const name = info.slice('json '.length) as keyof typeof incidentUpdates;
      const message = { by: 'somebody', role: 'security-response', ...(JSON.parse(text) as object) };
      expect([place, incidentUpdates[name].safeParse(message).error?.issues]).toEqual([place, undefined]);
    }
  });
});

describe('on real servers', () => {
  let temporal: LocalTemporal;
  let postgres: TestDatabase;
  let inbox: SmtpInbox;
  let runner: GuideRunner;
  let firebreak: Firebreak;

  beforeAll(async () => {
    // A server of its own: workers of other tests ask for the same task queues.
    [temporal, postgres, inbox] = await Promise.all([startTemporal(), testDatabase(), startSmtpInbox()]);
    firebreak = await Firebreak.connect({ address: temporal.address });
    runner = guideRunner({
      temporal: findTemporal().path ?? 'temporal',
      isRunElsewhere,
      replaced: new Map([
        ['localhost:7233', temporal.address],
        ['postgres://firebreak:secret@localhost:5432/firebreak', postgres.url],
        ['smtp://localhost:1025', `smtp://${inbox.host}:${String(inbox.port)}`],
      ]),
    });
  }, 120_000);

  afterAll(async () => {
    await runner.end();
    await firebreak.close();
    await Promise.all([temporal.stop(), inbox.stop()]);
    await postgres.destroy();
  }, 60_000);

  const runGuide = async (document: string) => {
    for (const block of codeBlocksOf(document).filter(isShell)) await runner.run(block);
  };

  test('the operators’ guide runs from top to bottom', async () => {
    runner.newTerminal();
    await runGuide('docs/guides/operators.md');

    const { notification, waitingFor } = await firebreak.status('INC-2026-1');
    expect(notification.tenants).toBeGreaterThan(50);
    expect(waitingFor).toBe('executive-incident-manager');
    expect(inbox.messages).toEqual([]);
  }, 240_000);

  test('the services’ guide runs from top to bottom', async () => {
    runner.newTerminal();
    await runGuide('docs/guides/services.md');

    const { followUp } = await firebreak.status('INC-2026-1');
    expect(followUp.entriesOpen).toBe(1);
  }, 120_000);

  test('the code of the services’ guide declares an incident', async () => {
    const [code] = codeBlocksOf('docs/guides/services.md').filter(({ info }) => info === 'ts');

    expect(await runCode(code?.text ?? '', temporal.address)).toBe('detection-and-analysis\n');

    const { services, followUp } = await firebreak.status('token-service-2026-01-05');
    expect(services.map(({ service }) => service)).toEqual(['project-api-tokens']);
    expect(followUp.entriesOpen).toBe(1);
  }, 60_000);

  test('the approvers’ guide runs from top to bottom, and the mails leave', async () => {
    runner.newTerminal();
    await runGuide('docs/guides/approvers.md');

    const { notification, deliveries } = await firebreak.waitFor(
      'INC-2026-1',
      (status) => status.notification.phase === 'complete',
      { timeoutMs: 60_000 },
    );
    expect(deliveries.accepted).toBe(notification.tenants);
    expect(inbox.messages).toHaveLength(notification.tenants ?? 0);
  }, 240_000);

  // Whoever reads these has an installation: the terminal of the guide before knows where.
  test.each(documentNames().filter((name) => !servedAbove.includes(name)))(
    '%s runs from top to bottom',
    runGuide,
    120_000,
  );
});

function helpOf(words: readonly string[]): string {
  return execFileSync(process.execPath, [cli, ...words, '--help'], { encoding: 'utf8' });
}

/** The first word of every line of the list of commands. */
function commandsIn(help: string): readonly string[] {
  const list = help.split('\nCommands:\n')[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1] ?? '');
}

function isShell({ info }: CodeBlock): boolean {
  return info === 'sh' || info === 'bash';
}

function isCommand(line: string): boolean {
  return /^(firebreak|temporal|npm|npx|node|docker) /.test(line);
}

/** npm scripts are looked up, the demo has its own test, and there is no container engine. */
function isRunElsewhere(line: string): boolean {
  return /^(npm|docker|cp \.env\.example) ?/.test(line) || line.startsWith('alias firebreak=');
}

/** Inside the project, so that `firebreak` is found by its name as an installed package would be. */
async function runCode(code: string, temporalAddress: string): Promise<string> {
  const folder = mkdtempSync(join(projectDirectory, '.cache', 'guide-'));
  try {
    const file = join(folder, 'service.mts');
    writeFileSync(file, code);
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: projectDirectory,
      env: { ...process.env, TEMPORAL_ADDRESS: temporalAddress },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
    await once(child, 'close');
    return output;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
