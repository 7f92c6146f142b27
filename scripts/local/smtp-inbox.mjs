// An SMTP server on the loopback address that keeps what it is sent, and answers as it is told to: the inbox of the
// demo and the relay of the tests. It delivers nothing to anybody.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';

/** @type {typeof import('./smtp-inbox.mjs').startSmtpInbox} */
export async function startSmtpInbox(options = {}) {
  const messages = [];
  const triesByRecipient = new Map();
  let script = options.script ?? {};
  if (options.directory !== undefined) mkdirSync(options.directory, { recursive: true });

  const server = new SMTPServer({
    ...securityOf(options),
    logger: false,
    disableReverseLookup: true,
    hideSMTPUTF8: options.hidesSmtpUtf8 === true,
    authOptional: options.credentials === undefined,
    closeTimeout: 200,
    onAuth: ({ username, password }, session, done) => {
      const { user, password: expected } = options.credentials ?? {};
      const reply = script.atLogin?.(username);
      if (isRefusal(reply)) done(refusal(reply));
      else if (username === user && password === expected) done(null, { user });
      else done(refusal({ code: 535, text: 'wrong user or password' }));
    },
    onMailFrom: (address, session, done) => answer(script.atSender?.(address.address), done),
    onRcptTo: (address, session, done) => {
      const tries = (triesByRecipient.get(address.address) ?? 0) + 1;
      triesByRecipient.set(address.address, tries);
      answer(script.atRecipient?.(address.address, tries), done);
    },
    onData: (stream, session, done) => {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => receive(Buffer.concat(chunks), session, done));
    },
  });
  // A client that goes away in the middle is part of what is tested.
  server.on('error', () => undefined);
  await listen(server, options.port ?? 0);

  async function receive(bytes, session, done) {
    const message = { to: session.envelope.rcptTo.map(({ address }) => address)[0] ?? '', bytes };
    const { kept = true, reply, delayMs = 0, dropConnection = false } = script.atMessage?.(message) ?? {};
    if (kept && !isRefusal(reply)) keep(message);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (dropConnection) return drop(server, session);
    if (isRefusal(reply)) return done(refusal(reply));
    done(null, reply?.text ?? `OK: queued as ${messages.length.toString(16)}`);
  }

  function keep(message) {
    messages.push(message);
    if (options.directory === undefined) return;
    const name = `${String(messages.length).padStart(6, '0')}-${message.to.replace(/[^\w.-]+/g, '_')}.eml`;
    writeFileSync(join(options.directory, name), message.bytes);
  }

  return {
    host: '127.0.0.1',
    port: server.server.address().port,
    messages,
    recipients: () => messages.map(({ to }) => to).sort(),
    follow: (newScript) => {
      script = newScript;
    },
    dropIdleConnections: () => {
      for (const connection of server.connections) connection._socket.destroy();
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function securityOf({ security = 'plaintext', certificate }) {
  const hidden =
    security === 'plaintext'
      ? { hideSTARTTLS: true, disabledCommands: ['STARTTLS'], allowInsecureAuth: true }
      : {};
  return { ...hidden, ...certificate, secure: security === 'tls' };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.server.off('error', reject);
      resolve();
    });
  });
}

function answer(reply, done) {
  if (isRefusal(reply)) done(refusal(reply));
  else done();
}

function isRefusal(reply) {
  return reply !== undefined && reply.code >= 400;
}

function refusal({ code, text = 'refused by the script' }) {
  return Object.assign(new Error(text), { responseCode: code });
}

/** Closes the connection of a session without a word, as a crashing relay does. */
function drop(server, session) {
  for (const connection of server.connections) {
    if (connection.session === session) connection._socket.destroy();
  }
}
