import type { Secret } from './secret.ts';

/** Parts that say where a credential is used. */
const placeNames: ReadonlySet<string> = new Set(['api', 'domain', 'endpoint', 'host', 'registry', 'server', 'shop', 'subdomain']);

/**
 * Where a credential is used, if that is what a part tells: hosts with their ports, or the address of a server. It is no secret,
 * and people have to read it to allow it. Undefined for everything else.
 */
export function placeIn(part: string, value: Secret): string | undefined {
  if (!placeNames.has(part)) return undefined;
  const text = value.reveal();
  return /^(?:https?:\/\/)?[0-9A-Za-z_.,:[\]-]{1,255}(?:\/[0-9A-Za-z._/-]{0,60})?$/.test(text) ? text : undefined;
}

/** Parts that say whose a credential is. */
const ownerNames: ReadonlySet<string> = new Set([
  'account',
  'client_email',
  'database',
  'email',
  'organization',
  'project',
  'team',
  'user',
  'username',
]);

/** Parts that are known to be public: what a provider calls the credential, whom it was given to, and words for how a server is spoken to. */
const identifierNames: ReadonlySet<string> = new Set([
  'account-sid',
  'app-id',
  'application-id',
  'channel-id',
  'client-id',
  'client_id',
  'cloud-name',
  'cluster',
  'dn',
  'key-sid',
  'key_id',
  'key_name',
  'region',
  'scheme',
  'sslmode',
  'tenant_id',
  'tls',
]);

/** A provider tells the owner's name, and it may be shown. What is long and no e-mail address may be a token in the place of a name. */
function isOwner(part: string, value: Secret): boolean {
  if (identifierNames.has(part)) return true;
  return ownerNames.has(part) && (value.length < 16 || /^[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+$/.test(value.reveal()));
}

/** The values of a credential that no text may show: all but where it is used, and whose it is. */
export function secretsOf({
  secret,
  parts,
}: {
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
}): readonly Secret[] {
  const hidden = Object.entries(parts).filter(([name, value]) => placeIn(name, value) === undefined && !isOwner(name, value));
  return [secret, ...hidden.map(([, value]) => value)];
}
