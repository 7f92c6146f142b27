/** A Markdown document as a page of HTML that stands alone: no script, nothing fetched from elsewhere. */
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: false, linkify: false });

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f2f2f2}h1,h2{line-height:1.2}h2{margin-top:2rem;border-bottom:1px solid #ddd}`;

export function markdownPage(title: string, text: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${markdown.utils.escapeHtml(title)}</title><style>${style}</style></head>
<body>
${markdown.render(text)}</body></html>
`;
}
