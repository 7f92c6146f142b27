// Reports of mail systems about a message, as they come in.

export interface Report {
  readonly action: string;
  readonly envelopeId?: string;
  /** With its angle brackets, in the returned headers. */
  readonly messageId?: string;
  readonly status?: string;
  /** Further recipients, by what became of the message there. */
  readonly others?: readonly string[];
}

/** A delivery status notice as Postfix writes them (RFC 3464). */
export function bounceOf({ action, envelopeId, messageId, status = '5.1.1', others = [] }: Report): string {
  const recipients = [action, ...others].map(
    (each, index) =>
      `Final-Recipient: rfc822; contact-${String(index)}@acme.example\nAction: ${each}\nStatus: ${status}\n` +
      'Diagnostic-Code: smtp; 550 5.1.1 <contact@acme.example>: Recipient address rejected: User\n    unknown\n',
  );
  const returned = `Subject: Security incident\n${messageId === undefined ? '' : `Message-ID: ${messageId}\n`}From: a@b.example\n`;
  return `From: MAILER-DAEMON@relay.example
To: security@provider.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--report
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
${envelopeId === undefined ? '' : `Original-Envelope-Id: ${envelopeId}\n`}Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0000

${recipients.join('\n')}
--report
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

${returned}
--report--
`.replaceAll('\n', '\r\n');
}
