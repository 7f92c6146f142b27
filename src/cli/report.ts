/** `firebreak report`: the postmortem as it stands, in Markdown, HTML and PDF (S57). */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { markdownPage } from '../adapters/markdown-page';
import { findChromium, printPdf } from '../adapters/pdf-printer';
import { InputProblem } from '../contract/input-problem';
import { withClient, type CliContext } from './context';

interface ReportOptions {
  readonly out?: string;
  readonly pdf?: boolean;
}

export function reportCommand(context: CliContext): Command {
  return new Command('report')
    .description('the postmortem as it stands, in Markdown, HTML and PDF')
    .argument('<incident>')
    .option('--out <name>', 'write <name>.md and <name>.html instead of printing')
    .option('--pdf', 'with --out: also <name>.pdf, printed by a Chromium of this machine')
    .action(async (incidentId: string, { out, pdf = false }: ReportOptions) => {
      if (pdf && out === undefined)
        throw new InputProblem('out is missing: a PDF needs a name, e.g. --out postmortem', 'out');
      const chromium = pdf ? findChromium(context.config.chromium) : undefined;
      const markdown = await withClient(context, (firebreak) => firebreak.postmortemReport(incidentId));
      if (out === undefined) return context.print({ markdown }, markdown);
      const files = await writeReport(`Postmortem ${incidentId}`, markdown, out, chromium);
      context.print({ files }, `Written: ${files.join(', ')}`);
    });
}

async function writeReport(
  title: string,
  markdown: string,
  out: string,
  chromium: string | undefined,
): Promise<readonly string[]> {
  const [markdownFile, htmlFile, pdfFile] = [`${out}.md`, `${out}.html`, `${out}.pdf`] as const;
  await write(markdownFile, markdown);
  await write(htmlFile, markdownPage(title, markdown));
  if (chromium === undefined) return [markdownFile, htmlFile];
  await printPdf(chromium, htmlFile, pdfFile);
  return [markdownFile, htmlFile, pdfFile];
}

async function write(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new InputProblem(
      `${file} cannot be written: ${error instanceof Error ? error.message : ''}; choose another place`,
      'out',
    );
  }
}
