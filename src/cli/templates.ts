/** `firebreak templates`: what is wrong with templates of one's own, which revisions there are, and which are in use. */
import { Command } from 'commander';
import {
  approveTemplate,
  proposeTemplates,
  templateRevisions,
  type TemplateRevision,
} from '../adapters/postgres/template-store';
import { fileOf, readTemplateFolder, revisionOf, type TemplateText } from '../adapters/template-files';
import { TemplatesRefused } from '../adapters/template-problem';
import { InputProblem } from '../contract/input-problem';
import type { Sender } from '../contract/principal';
import { refusalOfRole, rolesThatDecide } from '../domain/authority';
import type { Fingerprint } from '../domain/fingerprint';
import { withDatabase, type CliContext } from './context';

export function templatesCommand(context: CliContext): Command {
  return new Command('templates')
    .description('templates and words of notices: yours, and those of the release')
    .addCommand(listCommand(context))
    .addCommand(showCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(proposeCommand(context))
    .addCommand(approveCommand(context));
}

const folderHint =
  'folder with <kind>/<language>.md.hbs and words/<language>.json; FIREBREAK_TEMPLATES unless given';

// What there is

interface ListedTemplate extends TemplateText {
  readonly hash: Fingerprint;
  readonly isInUse: boolean;
  /** Absent of what the release brings. */
  readonly author?: string;
  readonly proposedAt?: string;
  readonly approval?: TemplateRevision['approval'];
}

/** A text of one's own that is in use stands for the one of the release. */
async function allTemplates(context: CliContext): Promise<ListedTemplate[]> {
  const [own, released] = await Promise.all([
    withDatabase(context, templateRevisions),
    readTemplateFolder(context.config.releasedTemplates),
  ]);
  const replaced = new Set(own.filter(({ isInUse }) => isInUse).map(fileOf));
  const ofRelease = released.templates.map((template) => ({
    ...template,
    hash: revisionOf(template),
    isInUse: !replaced.has(fileOf(template)),
  }));
  return [...ofRelease, ...own].sort((left, right) => (fileOf(left) < fileOf(right) ? -1 : 1));
}

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('every template and revision: who wrote and approved it, and whether it is in use')
    .action(async () => {
      const templates = (await allTemplates(context)).map(({ source: _, ...template }) => template);
      context.print(templates, templates.map(lineOf).join('\n'));
    });
}

const shownDigits = 12;

function lineOf(template: Omit<ListedTemplate, 'source'>): string {
  const { hash, isInUse, author, approval } = template;
  const origin =
    author === undefined
      ? 'of the release'
      : `by ${author}, ${approval === undefined ? 'not approved' : `approved by ${approval.by} at ${approval.at}`}`;
  const use = isInUse ? 'in use' : 'not in use';
  return `${fileOf(template).padEnd(24)} ${hash.slice(0, shownDigits)}  ${use.padEnd(10)}  ${origin}`;
}

function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('the text of a template that is in use, such as first/ja, or of a revision')
    .argument('<template>', '<kind>/<language>, or the first digits of a revision')
    .action(async (name: string) => {
      const template = found(await allTemplates(context), name);
      context.print(template, template.source.trimEnd());
    });
}

function found(templates: readonly ListedTemplate[], name: string): ListedTemplate {
  const inUse = templates.find(({ kind, language, isInUse }) => isInUse && `${kind}/${language}` === name);
  return inUse ?? revisionNamed(templates, name);
}

const fewestDigits = 8;

function revisionNamed<Template extends ListedTemplate>(
  templates: readonly Template[],
  digits: string,
): Template {
  const named = templates.filter(({ hash }) => digits.length >= fewestDigits && hash.startsWith(digits));
  const [template] = named;
  if (template !== undefined && new Set(named.map(({ hash }) => hash)).size === 1) return template;
  throw new InputProblem(
    named.length > 1
      ? `more than one revision begins with ${digits}; give more digits`
      : `there is no template ${digits}; "firebreak templates list" shows those that there are (a revision by ${String(fewestDigits)} digits or more)`,
    'template',
  );
}

// Templates of one's own

async function ownTemplates(
  { config }: CliContext,
  folder: string | undefined,
): Promise<readonly TemplateText[]> {
  const directory = folder ?? config.ownTemplates;
  if (directory === undefined)
    throw new InputProblem(
      'folder is missing: name the folder of your templates, or set FIREBREAK_TEMPLATES',
      'folder',
    );
  const { templates, faults } = await readTemplateFolder(directory).catch((error: unknown) => {
    throw new InputProblem(`folder ${directory} cannot be read: ${String(error)}`, 'folder');
  });
  if (faults.length > 0) throw new TemplatesRefused(directory, faults);
  if (templates.length === 0)
    throw new InputProblem(`folder ${directory} holds no template; it is to have ${folderHint}`, 'folder');
  return templates;
}

function checkCommand(context: CliContext): Command {
  return new Command('check')
    .description('whether templates may be used; what is wrong is named by file and line')
    .argument('[folder]', folderHint)
    .action(async (folder?: string) => {
      const templates = (await ownTemplates(context, folder)).map(fileOf);
      context.print({ templates }, `${templates.join('\n')}\nNothing is wrong with them.`);
    });
}

function proposeCommand(context: CliContext): Command {
  return new Command('propose')
    .description('keep the texts that differ from those in use, for somebody else to approve')
    .argument('[folder]', folderHint)
    .action(async (folder?: string) => {
      const { by } = sayer(context, 'propose');
      const templates = await ownTemplates(context, folder);
      const used = new Set(
        (await allTemplates(context)).filter(({ isInUse }) => isInUse).map(({ hash }) => hash),
      );
      const proposed = templates.filter((template) => !used.has(revisionOf(template)));
      await withDatabase(context, (database) => proposeTemplates(database, proposed, by));
      const revisions = proposed.map((template) => ({
        template: fileOf(template),
        revision: revisionOf(template),
      }));
      context.print(revisions, proposalText(revisions));
    });
}

function proposalText(
  revisions: readonly { readonly template: string; readonly revision: string }[],
): string {
  if (revisions.length === 0) return 'All of these texts are in use already.';
  const lines = revisions.map(({ template, revision }) => `${template}  ${revision}`);
  return [...lines, 'Next: somebody else runs firebreak templates approve <revision>'].join('\n');
}

function approveCommand(context: CliContext): Command {
  return new Command('approve')
    .description('use a revision that somebody else has written; read it first with show')
    .argument('<revision>', 'its first digits, as "templates list" shows them')
    .action(async (digits: string) => {
      const { by } = sayer(context, 'approve');
      await withDatabase(context, async (database) => {
        const revision = revisionNamed(await templateRevisions(database), digits);
        await approveTemplate(database, revision.hash, by);
        context.print(
          { template: fileOf(revision), revision: revision.hash, approvedBy: by },
          `${fileOf(revision)} is used as of revision ${revision.hash}, by the notices that are prepared from now on.`,
        );
      });
    });
}

/** Templates are written and approved by those who write and approve notices. */
function sayer(context: CliContext, act: 'propose' | 'approve'): Sender {
  const sender = context.sender();
  const deciders = rolesThatDecide('notice:');
  const refusal =
    act === 'propose'
      ? refusalOfRole('write-notice', sender)
      : deciders.includes(sender.role)
        ? undefined
        : `${sender.by} speaks as ${sender.role}, but this is for ${deciders.join(', ')}; ask one of them`;
  if (refusal !== undefined) throw new InputProblem(refusal, 'role');
  return sender;
}
