import { promises as dns } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type AuthMechanism, MongoClient, type MongoClientOptions, MongoServerError } from 'mongodb';
import { askPlaces, type Reply, type Session } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Protocol, ProtocolContext } from '../protocol.ts';

/** Logs in to MongoDB and asks for the user it is and the roles it has. Each server is spoken to by itself: none is looked for. */
export default {
  name: 'mongodb',
  needs: ['host', 'user', 'password'],
  takes: ['scheme', 'database', 'authsource', 'tls', 'encoded'],
  hosts: [],
  sends: 'a login by SCRAM and connectionStatus',
  effects: 'a connection in the log of the server',
  ask: async (fields, context) => {
    const isSrv = fields.scheme?.toLowerCase() === 'mongodb+srv';
    const password = fieldOf(fields, 'password');
    const spoken = { protocol: 'mongodb', scheme: 'mongodb', defaultPort: 27_017, hidden: [password] };
    const found = isSrv ? await serversOf(fields.host ?? '', context) : { hosts: fields.host ?? '' };
    if ('reason' in found) return { state: 'unknown', reason: found.reason, asked: [] };
    const named = fieldOf(fields, 'authsource') || found.authSource;
    // Said outright, it is the one; else it is the database of the URL, and admin without one. Many a URL leaves admin unsaid.
    const sources = named ? [named] : [...new Set([fieldOf(fields, 'database') || 'admin', 'admin'])];
    const login = { user: fieldOf(fields, 'user'), password, sources, isTls: isSrv || fields.tls?.toLowerCase() === 'true' };
    return askPlaces(spoken, found.hosts, context, (session) => ask(session, login));
  },
} satisfies Protocol;

interface Login {
  readonly user: string;
  readonly password: string;
  /** Databases that may keep the user; dead is dead at all of them. */
  readonly sources: readonly string[];
  readonly isTls: boolean;
}

type Servers = { readonly hosts: string; readonly authSource?: string };

/** The servers behind a `mongodb+srv` name, which all have to be of its domain: https://www.mongodb.com/docs/manual/reference/connection-string-formats/#srv-connection-format */
async function serversOf(name: string, { wire, to }: ProtocolContext): Promise<Servers | { readonly reason: string }> {
  // Often the name has no address of its own; what counts is that it may be asked about at all.
  const reached = await wire.reach(name, 27_017, to);
  if ('failure' in reached && reached.failure.kind !== 'name') return { reason: reached.failure.detail };
  const found = await wire.within<Servers>(name, to, async () => {
    const records = await dns.resolveSrv(`_mongodb._tcp.${name}`);
    const domain = name.slice(name.indexOf('.')).toLowerCase();
    const own = records.filter((record) => record.name.toLowerCase().endsWith(domain));
    const texts = await dns.resolveTxt(name).catch(() => []);
    const authSource = new URLSearchParams(texts[0]?.join('') ?? '').get('authSource');
    return { hosts: own.map((record) => `${record.name}:${record.port}`).join(','), ...(authSource && { authSource }) };
  });
  return 'failure' in found ? { reason: found.failure.detail } : found;
}

async function ask(session: Session, login: Login): Promise<Reply> {
  await knock(session);
  let reply: Reply = { state: 'unknown', reason: 'no database was asked' };
  for (const source of login.sources) {
    reply = await logIn(session, login, source);
    if (reply.state !== 'dead') return reply;
  }
  return reply;
}

/** The driver tries a server that is not there again and again, and then tells of its own patience. */
async function knock({ at, socket }: Session): Promise<void> {
  const probe = socket();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.connect(at.port, at.address, resolve);
  });
  probe.destroy();
}

async function logIn(session: Session, login: Login, source: string): Promise<Reply> {
  const { at } = session;
  const lookup: LookupFunction = (_host, options, done) =>
    options.all
      ? done(null, [{ address: at.address, family: at.address.includes(':') ? 6 : 4 }])
      : done(null, at.address, at.address.includes(':') ? 6 : 4);
  const host = at.servername || (at.address.includes(':') ? `[${at.address}]` : at.address);
  const options: MongoClientOptions = {
    directConnection: true,
    appName: 'quash',
    auth: { username: login.user, password: login.password },
    authSource: source,
    // The password is never sent itself, with or without TLS.
    authMechanism: 'DEFAULT' satisfies AuthMechanism,
    tls: login.isTls,
    ...(login.isTls && { tlsAllowInvalidCertificates: at.isNear, tlsAllowInvalidHostnames: at.isNear }),
    ...(login.isTls && at.trust.secureContext && { secureContext: at.trust.secureContext }),
    lookup,
    maxPoolSize: 1,
    retryReads: false,
    serverSelectionTimeoutMS: 4_000,
    // Closing does not reach a socket that is about to connect: it ends by itself.
    connectTimeoutMS: 4_000,
  };
  const client = new MongoClient(`mongodb://${host}:${at.port}/`, options);
  session.onEnd(() => client.close());
  try {
    const status = await client.db(source).command({ connectionStatus: 1 });
    return { state: 'live', evidence: 'the server accepted the password and told the user', ...toldOf(status.authInfo) };
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    const words = `${error.code} ${error.codeName ?? ''} ${error.message}`;
    // Atlas says 8000 for much, and these words for a wrong password.
    if (error.code === 18 || (error.code === 8000 && error.message.startsWith('bad auth')))
      return { state: 'dead', evidence: `the server refused the login: ${words}` };
    return { state: 'unknown', reason: `the server answered ${words}` };
  } finally {
    await client.close();
  }
}

/** https://www.mongodb.com/docs/manual/reference/command/connectionStatus/ */
function toldOf(authInfo: unknown): {
  readonly identity?: string;
  readonly account?: string;
  readonly scopes?: readonly string[];
} {
  const { authenticatedUsers: users, authenticatedUserRoles: roles } = (authInfo ?? {}) as {
    readonly authenticatedUsers?: readonly { readonly user?: string; readonly db?: string }[];
    readonly authenticatedUserRoles?: readonly { readonly role?: string; readonly db?: string }[];
  };
  const [user] = users ?? [];
  return {
    ...(user && { identity: String(user.user), account: String(user.db) }),
    scopes: (roles ?? []).map(({ role, db }) => `${role} on ${db}`),
  };
}
