/**
 * The address of a tenant's webhook, as the directory takes it: it comes from outside, and our servers will call it.
 * That it leads to nobody's inner network is checked again with every call (webhook-channel.ts).
 */
import { z } from 'zod';

const maxLength = 2000;

/** Names that no public resolver answers for. */
const innerName = /(^|\.)(localhost|localdomain|local|internal|intranet|lan|home|corp|private)$/;

/** `https` to a host on its usual port, and nothing else in it that says who we are. Read in the form of WHATWG. */
export const WebhookUrl = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be a text') })
  .superRefine((text, context) => {
    const problem = problemOfUrl(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  })
  .transform((text) => (URL.canParse(text) ? new URL(text).href : text));

function problemOfUrl(text: string): string | undefined {
  if (text.length > maxLength) return `is longer than ${String(maxLength)} characters`;
  if (/[\s\p{Cc}\p{Cf}\p{Cs}\\]/u.test(text))
    return 'contains a space, a backslash, a control character or an invisible one';
  if (!URL.canParse(text)) return 'is not a URL, such as https://hooks.acme.example/notices';
  return problemOfParts(new URL(text)) ?? problemOfHost(new URL(text).hostname);
}

function problemOfParts({ protocol, username, password, port, hash }: URL): string | undefined {
  if (protocol !== 'https:') return 'must begin with https://';
  if (username !== '' || password !== '')
    return 'must not hold a name or a password; the receiver knows us by the signature';
  if (port !== '') return 'must not name a port: a webhook is called on 443';
  return hash === '' ? undefined : 'must not have a part after #';
}

/** However it was written, the hostname of a URL shows an IPv4 address as four numbers, and IPv6 in brackets. */
function problemOfHost(hostname: string): string | undefined {
  if (hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname))
    return 'must name a host, not the address of a machine';
  const isPublicName = /^[^.]+(\.[^.]+)+$/.test(hostname) && !innerName.test(hostname);
  return isPublicName ? undefined : 'must name a host that everybody can find, such as hooks.acme.example';
}
