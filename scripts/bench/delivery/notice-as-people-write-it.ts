/** The content that the other senders send: that of a mail which Firebreak has sent, for every tenant its own name. */
import Handlebars from 'handlebars';
import MarkdownIt from 'markdown-it';
import PostalMime from 'postal-mime';

export interface WrittenNotice {
  readonly from: { readonly name: string; readonly address: string };
  readonly subject: string;
  /** Markdown, rendered for one tenant. */
  readonly text: string;
  readonly html: string;
  readonly tenantName: string;
}

export interface ReadyMail {
  readonly from: WrittenNotice['from'];
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The name that the tenant with this number has; one in ten is not written in ASCII. */
export function tenantNameOf(tenant: number): string {
  const number = String(tenant).padStart(7, '0');
  return tenant % 10 === 0 ? `Müller & Söhne ${number}` : `Tenant ${number} Inc.`;
}

export function addressOf(tenant: number): string {
  return `security@t${String(tenant).padStart(7, '0')}.example`;
}

export async function noticeIn(mail: string): Promise<WrittenNotice> {
  const { from, to, subject, text, html } = await PostalMime.parse(Buffer.from(mail, 'latin1'));
  const tenant = Number(/@t(\d+)\./.exec(to?.[0]?.address ?? '')?.[1]);
  if (from?.address === undefined || text === undefined || html === undefined)
    throw new Error('the mail of the sink is no notice');
  return {
    from: { name: from.name, address: from.address },
    subject: subject ?? '',
    text: text.replaceAll('\r\n', '\n'),
    html: html.replaceAll('\r\n', '\n'),
    tenantName: tenantNameOf(tenant),
  };
}

export type Render = (tenant: number) => ReadyMail;

/** One rendering for all: what the bare pool costs without any templates. */
export function preRendered({ from, subject, text, html }: WrittenNotice): Render {
  return (tenant) => ({ from, to: { name: '', address: addressOf(tenant) }, subject, text, html });
}

/** A template compiled once, rendered and turned into HTML for every tenant. */
export function renderedForEach({ from, subject, text, tenantName }: WrittenNotice): Render {
  const template = Handlebars.compile(text.replaceAll(tenantName, '{{tenant.name}}'));
  const markdown = new MarkdownIt();
  return (tenant) => {
    const rendered = template({ tenant: { name: tenantNameOf(tenant) } });
    const html = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head><body>\n${markdown.render(rendered)}</body></html>\n`;
    return { from, to: { name: '', address: addressOf(tenant) }, subject, text: rendered, html };
  };
}
