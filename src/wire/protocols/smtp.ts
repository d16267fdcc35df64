import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { askPlaces, type Reply, type Session, tlsOptions } from '../ask-places.ts';
import { type Login, loginOf } from '../fields.ts';
import type { Protocol } from '../protocol.ts';

/** Logs in to a mail server and leaves: no sender, no recipient, no mail. */
export default {
  name: 'smtp',
  needs: ['host', 'user', 'password'],
  takes: ['scheme', 'encoded'],
  hosts: [],
  sends: 'EHLO, STARTTLS, AUTH and QUIT',
  effects: 'a login in the log of the server',
  ask: (fields, context) => {
    const scheme = (fields.scheme ?? '').toLowerCase() || 'smtp';
    const login = loginOf(fields);
    // https://www.rfc-editor.org/rfc/rfc8314#section-3.3
    const spoken = { protocol: 'smtp', scheme, defaultPort: scheme === 'smtps' ? 465 : 587, hidden: [login.password] };
    return askPlaces(spoken, fields.host ?? '', context, (session) => ask(session, login, scheme === 'smtps'));
  },
} satisfies Protocol;

async function ask(session: Session, login: Login, isTls: boolean): Promise<Reply> {
  const { at } = session;
  const connection = new SMTPConnection({
    host: at.address,
    port: at.port,
    socket: session.socket(),
    name: '[127.0.0.1]',
    secure: isTls || at.port === 465,
    requireTLS: !at.isNear,
    ...(at.servername && { servername: at.servername }),
    tls: tlsOptions(at, !at.isNear),
    logger: false,
  });
  session.onEnd(() => connection.close());
  const failure = await new Promise<Failure | undefined>((resolve) => {
    // Said before an answer was waited for, and after: whichever comes first counts.
    connection.on('error', resolve);
    connection.on('end', () => resolve(new Error('the server closed the connection')));
    connection.connect((error) => {
      if (error) return resolve(error);
      return connection.login({ user: login.user, pass: login.password }, (refusal) => resolve(refusal ?? undefined));
    });
  });
  if (failure) return replyTo(failure);
  connection.quit();
  return { state: 'live', evidence: 'the server accepted the login', identity: login.user };
}

type Failure = Error & {
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
  readonly cause?: unknown;
};

/** https://www.rfc-editor.org/rfc/rfc4954#section-6 */
function replyTo(failure: Failure): Reply {
  const { responseCode, response = '', command = '' } = failure;
  if (responseCode === undefined) throw failure.cause instanceof Error ? failure.cause : failure;
  const [, enhanced] = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response) ?? [];
  // Some say 535 with another detail when logins are switched off for everybody, or ask for another way to log in.
  if (responseCode === 535 && command.startsWith('AUTH') && (enhanced === undefined || enhanced === '5.7.8'))
    return { state: 'dead', evidence: `the server refused the login: ${response}` };
  return { state: 'unknown', reason: `the server answered ${response}` };
}
