import { accountOfKeyId } from '../model/aws-account.ts';
import type { Secret } from '../model/secret.ts';
import type { Told } from '../model/verdict.ts';
import { canaryOwner } from './canaries.ts';

/** What a value tells of itself, without anybody being asked. */
export interface OfflineJudgement {
  readonly told: Told;
  /** Why it cannot work any more; a phrase. */
  readonly dead?: string;
  /** Who laid it out as a trap. */
  readonly canary?: string;
}

export interface Value {
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
}

/** Clocks differ; a credential is called expired only when it has been for this long. */
const leewayMs = 5 * 60_000;

/** Judges a credential by what it says itself: its account, its owner, its expiry. `canaryAccounts` are the user's own traps. */
export function judgeOffline({ secret, parts }: Value, now: Date, canaryAccounts: readonly string[] = []): OfflineJudgement {
  const values = [secret, ...Object.values(parts)].map((value) => value.reveal());
  const told: Told = Object.assign({}, ...values.flatMap((value) => readers.map((read) => read(value) ?? {})));
  const canary = canaryOwner({ account: told.account, values }, canaryAccounts);
  const isExpired = told.expires !== undefined && Date.parse(told.expires) + leewayMs < now.getTime();
  return {
    told,
    ...(canary !== undefined && { canary }),
    ...(isExpired && { dead: `it says itself that it ended at ${told.expires}` }),
  };
}

const readers: readonly ((value: string) => Told | undefined)[] = [
  awsKey,
  jsonWebToken,
  githubInstallation,
  sharedAccessSignature,
  presignedToken,
  jfrogReference,
  sentryOrganisation,
  grafanaCloud,
];

function awsKey(value: string): Told | undefined {
  const account = accountOfKeyId(value);
  return account === undefined ? undefined : { account };
}

/** https://www.rfc-editor.org/rfc/rfc7519#section-4.1 */
function jsonWebToken(value: string): Told | undefined {
  const match = /^(eyJ[\w-]+)\.(eyJ[\w-]+)\.[\w-]*$/.exec(value.replace(/^[A-Za-z]+_(?=eyJ)/, ''));
  if (!match) return undefined;
  const header = parseBase64(match[1]);
  const claims = parseBase64(match[2]);
  if (typeof header?.alg !== 'string' || !claims) return undefined;
  return tell({
    identity: text(claims.email) ?? text(claims.preferred_username) ?? text(claims.sub),
    account: text(claims.iss),
    scopes: typeof claims.scope === 'string' ? claims.scope.split(' ') : undefined,
    created: seconds(claims.iat),
    expires: seconds(claims.exp),
  });
}

/** `ghs_APP_JWT`, the form of installation tokens since April 2026. */
function githubInstallation(value: string): Told | undefined {
  const match = /^ghs_(\d{1,12})_(eyJ.+)$/.exec(value);
  const claims = match?.[2] === undefined ? undefined : jsonWebToken(match[2]);
  return match ? { ...claims, account: `app ${match[1]}` } : undefined;
}

/** https://learn.microsoft.com/rest/api/storageservices/create-service-sas: `se` is when it ends. */
function sharedAccessSignature(value: string): Told | undefined {
  // `sv`, the version, stands in each; the signature itself may be another part.
  if (!/[?&](?:sig=|sv=20\d\d-)/.test(value)) return undefined;
  const query = new URLSearchParams(value.slice(value.indexOf('?') + 1));
  const scopes = query.get('sp');
  return tell({
    created: time(query.get('st')),
    expires: time(query.get('se')),
    scopes: scopes ? [...scopes] : undefined,
  });
}

/** Short-term Bedrock keys are a presigned request in base64. https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html */
function presignedToken(value: string): Told | undefined {
  const match = /^bedrock-api-key-([0-9A-Za-z+/_-]+=*)$/.exec(value);
  if (!match) return undefined;
  const query = new URLSearchParams(
    Buffer.from(match[1] as string, 'base64')
      .toString('latin1')
      .split('?')[1],
  );
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  if (!signed) return undefined;
  const [, year, month, day, hour, minute, second] = signed;
  const created = time(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const lasts = Number(query.get('X-Amz-Expires'));
  const key = query.get('X-Amz-Credential')?.split('/')[0];
  return tell({
    account: key === undefined ? undefined : accountOfKeyId(key),
    created,
    expires: created !== undefined && lasts > 0 ? seconds(Date.parse(created) / 1000 + lasts) : undefined,
  });
}

/** `reftkn:01:EXPIRY:TOKEN` in base64. https://jfrog.com/help/r/jfrog-platform-administration-documentation/reference-tokens */
function jfrogReference(value: string): Told | undefined {
  if (!value.startsWith('cmVmdGtu')) return undefined;
  const [name, version, expires] = Buffer.from(value, 'base64').toString('latin1').split(':');
  if (name !== 'reftkn' || version !== '01' || !/^\d{1,12}$/.test(expires ?? '')) return undefined;
  return tell({ expires: seconds(Number(expires)) });
}

/** https://develop.sentry.dev/backend/api/auth-tokens/: `sntrys_`, JSON in base64, `_`, and the secret. */
function sentryOrganisation(value: string): Told | undefined {
  const payload = /^sntrys_(eyJ[0-9A-Za-z+/=]+)_/.exec(value)?.[1];
  const claims = payload === undefined ? undefined : parseBase64(payload);
  return claims ? tell({ account: text(claims.org), created: seconds(claims.iat) }) : undefined;
}

/** https://grafana.com/docs/grafana-cloud/account-management/authentication-and-permissions/access-policies/: `glc_` and JSON in base64. */
function grafanaCloud(value: string): Told | undefined {
  const payload = /^glc_(eyJ[0-9A-Za-z+/=]+)$/.exec(value)?.[1];
  const claims = payload === undefined ? undefined : parseBase64(payload);
  return claims ? tell({ account: text(claims.o), identity: text(claims.n) }) : undefined;
}

function parseBase64(encoded: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed = JSON.parse(Buffer.from(encoded ?? '', 'base64url').toString('utf8')) as unknown;
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    // Not every value that looks like one is one: it then tells nothing.
    return undefined;
  }
}

function tell(told: { readonly [K in keyof Told]: Told[K] | undefined }): Told {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as Told;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : undefined;
}

function seconds(value: unknown): string | undefined {
  // 0 means never, and what lies beyond the year 9999 is no time.
  return typeof value === 'number' && value > 0 && value < 253_402_300_800 ? new Date(value * 1000).toISOString() : undefined;
}

function time(value: string | null): string | undefined {
  const milliseconds = Date.parse(value ?? '');
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}
