// A real SMTP server for a test, on a free port of the loopback address, with whatever answers the test scripts.
import { startSmtpInbox } from '../../scripts/local/smtp-inbox.mjs';
import type { SmtpRelay } from '../../src/adapters/smtp-mailer';

export { startSmtpInbox };
export type { SmtpInbox } from '../../scripts/local/smtp-inbox.mjs';

/** How the mailer reaches it. */
export function relayOf({ host, port }: { readonly host: string; readonly port: number }): SmtpRelay {
  return { host, port, security: 'plaintext' };
}
