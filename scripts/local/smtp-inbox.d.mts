export interface ReceivedMessage {
  readonly to: string;
  /** As they came over the wire, without the dots that SMTP adds. */
  readonly bytes: Buffer;
}

export interface Reply {
  /** From 400 on a refusal. */
  readonly code: number;
  readonly text?: string;
}

/** What the inbox does other than accept; nothing returned means accept. */
export interface InboxScript {
  /** Before the password is looked at. */
  atLogin?(user: string): Reply | undefined;
  atSender?(address: string): Reply | undefined;
  /** @param tries how often this recipient has been named, from 1 */
  atRecipient?(address: string, tries: number): Reply | undefined;
  /** After the final dot. */
  atMessage?(message: ReceivedMessage):
    | {
        /** False when the message is lost; a refused one is never kept. */
        readonly kept?: boolean;
        readonly reply?: Reply;
        readonly delayMs?: number;
        /** Close the connection instead of replying. */
        readonly dropConnection?: boolean;
      }
    | undefined;
}

export interface SmtpInboxOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Keeps every message as an `.eml` file too. */
  readonly directory?: string;
  readonly script?: InboxScript;
  /** Plaintext by default. */
  readonly security?: 'plaintext' | 'starttls' | 'tls';
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** Whoever sends must log in with these. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** As a relay that takes nothing but ASCII before the @. */
  readonly hidesSmtpUtf8?: boolean;
}

export interface SmtpInbox {
  readonly host: string;
  readonly port: number;
  readonly messages: readonly ReceivedMessage[];
  /** Sorted; one entry a message. */
  recipients(): string[];
  /** Replaces the script. */
  follow(script: InboxScript): void;
  /** Closes every connection, as a relay does that restarts. */
  dropIdleConnections(): void;
  stop(): Promise<void>;
}

/** Starts on 127.0.0.1. Rejects with `EADDRINUSE` when the port is taken. */
export function startSmtpInbox(options?: SmtpInboxOptions): Promise<SmtpInbox>;
