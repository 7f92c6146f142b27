/** A Markdown document as a page of HTML that stands alone: no script, nothing fetched from elsewhere. */
import MarkdownIt from 'markdown-it';
import { timelineSvg } from './timeline-svg';

const markdown = new MarkdownIt({ html: false, linkify: false });
const { escapeHtml } = markdown.utils;
const asCode = markdown.renderer.rules.fence;

markdown.renderer.rules.fence = (tokens, index, options, environment, renderer) => {
  const token = tokens[index];
  const drawing = token?.info === 'mermaid' ? timelineSvg(token.content, escapeHtml) : undefined;
  return drawing ?? asCode?.(tokens, index, options, environment, renderer) ?? '';
};

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f2f2f2}h1,h2,h3{line-height:1.2}h2{margin-top:2rem;border-bottom:1px solid #ddd}p{overflow-wrap:anywhere}
svg{width:100%;height:auto;font-family:inherit}@media print{body{margin:0;font-size:11px}tr,svg{break-inside:avoid}}`;

const nothingFromElsewhere = "default-src 'none'; style-src 'unsafe-inline'";

export function markdownPage(title: string, text: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${nothingFromElsewhere}">
<title>${escapeHtml(title)}</title><style>${style}</style></head>
<body>
${markdown.render(text)}</body></html>
`;
}
