import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startAwsServer } from '../../fixtures/providers/aws-server.ts';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type PostgresProvider, startPostgresProvider } from '../../fixtures/providers/postgres-server.ts';
import { adminOf, startProviderServer } from '../../fixtures/providers/server.ts';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { Pattern } from '../model/pattern.ts';
import { expandExample } from '../patterns/recipes.ts';
import type { Planted } from './plant.ts';

/** What the drill leaks: of each kind so many, and where. */
const wanted = [
  { pattern: 'github-pat-classic', name: 'GITHUB_TOKEN', leaks: ['history', 'log', 'chat'] },
  { pattern: 'github-fine-grained-pat', name: 'GH_DEPLOY_TOKEN', leaks: ['log'] },
  { pattern: 'gitlab-access-token', name: 'GITLAB_TOKEN', leaks: ['history', 'chat'] },
  { pattern: 'slack-bot-token', name: 'SLACK_TOKEN', leaks: ['history', 'log'] },
  { pattern: 'anthropic-api-key', name: 'ANTHROPIC_API_KEY', leaks: ['history', 'chat'] },
  { pattern: 'sendgrid-api-key', name: 'SENDGRID_API_KEY', leaks: ['history'] },
] as const satisfies readonly Omit<Planted, 'secret' | 'parts'>[];

/** Providers on loopback, with live credentials that they know. */
export interface DrillProviders {
  readonly names: readonly string[];
  readonly planted: readonly Planted[];
  /** As `--endpoint` takes them. */
  readonly endpoints: readonly string[];
  /** Credentials of ours that may take others back, by the environment variable that they are read from. */
  readonly admins: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Starts the providers, and makes up a live credential of each kind. Each run has others. */
export async function startDrillProviders(
  patterns: readonly Pattern[],
  adminVariables: Readonly<Record<string, string>>,
): Promise<DrillProviders> {
  const descriptions = readDescriptions(fileURLToPath(new URL('../fixtures/providers', distFolder)));
  const server = await startProviderServer(descriptions);
  const seed = randomBytes(8).toString('hex');
  const planted: Planted[] = wanted.map((one) => {
    const pattern = patternOf(patterns, one.pattern);
    const { secret = '' } = expandExample(pattern, '{{secret}}', `${seed} ${one.name}`);
    return { ...one, secret, parts: {} };
  });
  planted.push(...grantOf(patterns, seed));
  // What Google issues for one consent dies with it.
  const isGoogle = ({ pattern }: Planted) => pattern.startsWith('google-');
  for (const one of planted) server.add({ ...one, state: 'live', ...(isGoogle(one) && { grant: seed }) });
  const aws = await startAwsServer();
  const key = { pattern: 'aws-access-key', name: 'AWS_ACCESS_KEY_ID', leaks: ['history', 'log'] as const, ...aws.newKey() };
  aws.add({ ...key, owner: 'deploy', state: 'live' });
  planted.push(key);
  const postgres = await startPostgresProvider();
  if (postgres) planted.push(await loginOf(postgres));

  const providers = [...new Set(planted.map(({ pattern }) => patterns.find(({ id }) => id === pattern)?.provider ?? ''))];
  return {
    names: providers,
    planted,
    endpoints: [
      ...providers.flatMap((provider) => server.endpoints(provider)).filter((endpoint) => !endpoint.startsWith('aws@')),
      ...aws.endpoints('aws'),
      ...(postgres?.endpoints('postgresql') ?? []),
    ],
    admins: {
      ...Object.fromEntries(Object.entries(adminVariables).map(([variable, provider]) => [variable, adminOf(provider)])),
      QUASH_AWS_ADMIN: aws.admin,
      ...(postgres && { QUASH_POSTGRES_ADMIN: postgres.admin }),
    },
    close: async () => {
      await Promise.all([server.close(), aws.close(), postgres?.close()]);
    },
  };
}

/** What OAuth 2.0 issues for one consent: a refresh token with its client, as gcloud keeps it, and an access token. */
function grantOf(patterns: readonly Pattern[], seed: string): readonly Planted[] {
  const refresh = patternOf(patterns, 'google-authorized-user');
  const access = patternOf(patterns, 'google-oauth-access-token');
  const { secret = '', parts } = expandExample(refresh, '{{secret}} {{part:client_id}}', `${seed} grant`);
  const { client_id = '' } = parts;
  const { secret: token = '' } = expandExample(access, '{{secret}}', `${seed} grant`);
  // That of an installed app is known to whoever installs it.
  const own = { client_id, client_secret: 'installed-apps-keep-none' };
  const line = JSON.stringify({ ...own, refresh_token: secret, type: 'authorized_user' });
  return [
    { pattern: refresh.id, name: 'GOOGLE_REFRESH_TOKEN', secret, parts: own, leaks: ['history', 'chat'], line },
    {
      pattern: access.id,
      name: 'GOOGLE_ACCESS_TOKEN',
      secret: token,
      parts: { client_id },
      leaks: ['log'],
      line: `GOOGLE_ACCESS_TOKEN=${token}`,
    },
  ];
}

function patternOf(patterns: readonly Pattern[], wantedId: string): Pattern {
  const pattern = patterns.find(({ id }) => id === wantedId);
  if (!pattern) throw new QuashError('pattern', `starting the drill: there is no pattern ${wantedId}; install quash again`);
  return pattern;
}

/** A role of the server, and the connection URL that leaks. */
async function loginOf({ host, add }: PostgresProvider): Promise<Planted> {
  const secret = randomBytes(15).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y');
  const parts = { user: 'shop_app', host: `${host}:5432` };
  await add({ secret, parts });
  const line = `DATABASE_URL=postgresql://${parts.user}:${secret}@${parts.host}/postgres`;
  return { pattern: 'postgresql-url', name: 'DATABASE_URL', secret, parts, leaks: ['history', 'chat'], line };
}
