import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { simpleGit } from 'simple-git';
import { ZipFile } from 'yazl';

/** A credential made up for the drill, and where it leaks. */
export interface Planted {
  readonly pattern: string;
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
  /** What it is called in the files that it is put into, `GITHUB_TOKEN`. */
  readonly name: string;
  readonly leaks: readonly ('history' | 'log' | 'chat')[];
  /** How it is written down, where that is not a line for each of its values. */
  readonly line?: string;
}

const people = { ada: 'Ada Author <ada@example.com>', ben: 'Ben Builder <ben@example.com>' } as const;

/** Writes a repository whose history held the secrets, a run's log archive and a Slack export, all below `folder`. */
export async function plantLeaks(folder: string, planted: readonly Planted[]): Promise<void> {
  await writeRepository(
    join(folder, 'shop'),
    planted.filter(({ leaks }) => leaks.includes('history')),
  );
  await writeZip(join(folder, 'logs_4711.zip'), logMembers(planted.filter(({ leaks }) => leaks.includes('log'))));
  await writeZip(join(folder, 'slack-export.zip'), chatMembers(planted.filter(({ leaks }) => leaks.includes('chat'))));
}

/** Each secret comes in a commit of its own and goes with the next: nothing of them is in the working tree. */
async function writeRepository(folder: string, planted: readonly Planted[]): Promise<void> {
  mkdirSync(folder, { recursive: true });
  let clock = Date.parse('2026-03-02T08:00:00Z') / 1000;
  const run = (args: readonly string[]) => {
    const env = {
      GIT_AUTHOR_DATE: `${clock} +0000`,
      GIT_COMMITTER_DATE: `${clock} +0000`,
      GIT_COMMITTER_NAME: 'Ada Author',
      GIT_COMMITTER_EMAIL: 'ada@example.com',
    };
    return simpleGit(folder, { allowEnvironment: Object.keys(env) })
      .env({ PATH: process.env.PATH, HOME: folder, ...env })
      .raw([...args]);
  };
  const commit = async (message: string, who: keyof typeof people) => {
    clock += 86_400;
    await run(['add', '--all']);
    await run(['commit', '--quiet', `--author=${people[who]}`, '--message', message]);
  };
  await run(['init', '--quiet', '--initial-branch=main', '.']);
  writeFileSync(join(folder, 'README.md'), '# Shop\n\nA shop that sells nothing.\n');
  await commit('Start the shop', 'ada');
  for (const one of planted) {
    writeFileSync(join(folder, '.env'), `NODE_ENV=production\n${settingsOf(one)}`);
    await commit(`Configure ${one.name.split('_')[0]?.toLowerCase()}`, 'ben');
  }
  writeFileSync(join(folder, '.env'), 'NODE_ENV=production\n');
  writeFileSync(join(folder, '.gitignore'), '.env\n');
  await commit('Keep settings out of git', 'ada');
  await run(['-c', 'pack.threads=1', 'repack', '-a', '-d', '-f', '--quiet']);
}

function settingsOf({ name, secret, parts, line }: Planted): string {
  if (line !== undefined) return `${line}\n`;
  const beside = Object.entries(parts).map(([part, value]) => `${name}_${part.toUpperCase().replaceAll('-', '_')}=${value}\n`);
  return `${name}=${secret}\n${beside.join('')}`;
}

/** As a run's log is downloaded: a file a job, a time before every line. */
function logMembers(planted: readonly Planted[]): ReadonlyMap<string, string> {
  const start = Date.parse('2026-03-20T09:12:00Z');
  const lines = [
    '##[group]Run actions/checkout@v4',
    'with:',
    '##[endgroup]',
    '##[group]Run ./deploy.sh',
    '##[endgroup]',
    ...planted.flatMap((one) =>
      settingsOf(one)
        .trimEnd()
        .split('\n')
        .map((setting) => `+ export ${setting}`),
    ),
    '+ npm publish',
    'published shop@1.4.2',
  ];
  const text = lines
    .map((line, index) => `${new Date(start + index * 1234).toISOString().replace('Z', '0000Z')} ${line}\n`)
    .join('');
  return new Map([['0_deploy.txt', `\ufeff${text}`]]);
}

function chatMembers(planted: readonly Planted[]): ReadonlyMap<string, string> {
  const first = Date.parse('2026-03-21T14:03:00Z') / 1000;
  const messages = planted.map((one, index) => ({
    client_msg_id: `drill-${index}`,
    type: 'message',
    user: 'U02BEN',
    team: 'T01SHOP',
    ts: `${first + index * 60}.000100`,
    text: `the ${one.name.toLowerCase().replaceAll('_', ' ')} until friday: \`${settingsOf(one).trimEnd().replaceAll('&', '&amp;')}\``,
  }));
  const users = [
    {
      id: 'U02BEN',
      team_id: 'T01SHOP',
      name: 'ben',
      real_name: 'Ben Builder',
      profile: { email: 'ben@example.com', real_name: 'Ben Builder' },
    },
  ];
  const channels = [{ id: 'C03OPS', name: 'deploys', created: first, members: ['U02BEN'] }];
  return new Map([
    ['users.json', JSON.stringify(users, undefined, 1)],
    ['channels.json', JSON.stringify(channels, undefined, 1)],
    ['deploys/2026-03-21.json', JSON.stringify(messages, undefined, 1)],
  ]);
}

async function writeZip(file: string, members: ReadonlyMap<string, string>): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const zip = new ZipFile();
  for (const [name, text] of members) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file, { mode: 0o600 }));
}
