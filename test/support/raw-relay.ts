// A relay on a bare socket, which does to a client what a well-behaved SMTP server would never do: it hangs up, or says
// nothing more, at any command.
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** `GREETING` before anything was said, `MESSAGE` after the final dot; otherwise the first word of a command. */
export type RelayMoment =
  'GREETING' | 'EHLO' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'MESSAGE' | 'RSET' | 'QUIT';

/** A reply such as `250 ok`, or `hang up`, or `silence`; undefined for the usual reply. */
export type RelayAnswer = string | undefined;

export interface RawRelay {
  readonly host: string;
  readonly port: number;
  /** All commands, of all connections. */
  readonly commands: string[];
  /** Connections so far. */
  connections(): number;
  stop(): Promise<void>;
}

const usual: Readonly<Record<RelayMoment, string>> = {
  GREETING: '220 relay.provider.example',
  EHLO: '250-relay.provider.example\r\n250 AUTH PLAIN',
  AUTH: '235 welcome',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go ahead',
  MESSAGE: '250 queued as 1',
  RSET: '250 ok',
  QUIT: '221 bye',
};

export async function startRawRelay(answer: (moment: RelayMoment) => RelayAnswer): Promise<RawRelay> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;

  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let isMessage = false;
    let heard = '';
    say('GREETING');
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      for (let end = endOfNext(); end >= 0; end = endOfNext()) {
        const text = heard.slice(0, end);
        heard = heard.slice(end + terminator().length);
        hear(text);
      }
    });

    function terminator(): string {
      return isMessage ? '\r\n.\r\n' : '\r\n';
    }
    function endOfNext(): number {
      return heard.indexOf(terminator());
    }
    function hear(text: string): void {
      if (isMessage) {
        isMessage = false;
        return say('MESSAGE');
      }
      commands.push(text);
      say(text.split(' ')[0]?.toUpperCase() as RelayMoment);
    }
    function say(moment: RelayMoment): void {
      const said = answer(moment) ?? usual[moment];
      if (said === 'hang up') socket.destroy();
      else if (said !== 'silence') socket.write(`${said}\r\n`);
      isMessage = moment === 'DATA' && said.startsWith('354');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    commands,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
