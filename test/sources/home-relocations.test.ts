import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { homePlaces, listHome } from '../../src/sources/home-places.ts';
import { homeRelocations } from '../../src/sources/home-relocations.ts';
import { temporaryFolder } from '../cli/binary.ts';

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x\n');
}

async function pathsIn(
  home: string,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  return Object.fromEntries((await listHome(home, env)).map(({ name, paths }) => [name, paths]));
}

test('folders that a variable moves are looked into where they are, inside of the home folder and outside', async () => {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  for (const path of ['conf/gh/hosts.yml', 'conf/gcloud/credentials.db', 'home/tools/codex/auth.json', 'cargo/credentials.toml'])
    write(join(folder, path));
  const found = await pathsIn(home, {
    XDG_CONFIG_HOME: join(folder, 'conf'),
    CODEX_HOME: join(home, 'tools/codex'),
    CARGO_HOME: '../cargo',
  });
  expect(found).toEqual({
    Codex: ['tools/codex/auth.json'],
    'logins of tools': ['../conf/gh/hosts.yml'],
    'package managers': ['../cargo/credentials.toml'],
    'cloud command lines': ['../conf/gcloud/credentials.db'],
  });
});

test('files that a variable names are read, each of a list, once', async () => {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  for (const path of ['a/creds', 'k/one', 'k/two', 'home/.kube/config', 'home/.npmrc']) write(join(folder, path));
  symlinkSync(join(folder, 'a/creds'), join(folder, 'a/link'));
  const found = await pathsIn(home, {
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'a/creds'),
    AWS_CONFIG_FILE: join(folder, 'a/link'),
    KUBECONFIG: [join(folder, 'k/one'), join(home, '.kube/config'), join(folder, 'k/two'), join(folder, 'k/gone')].join(':'),
    NPM_CONFIG_USERCONFIG: join(home, '.npmrc'),
    NETRC: '',
  });
  expect(found).toEqual({
    'cloud command lines': ['../a/creds'],
    'containers and clusters': ['../k/one', '../k/two', '.kube/config'],
    'package managers': ['.npmrc'],
  });
});

test('each variable moves something that is looked for', () => {
  const names = new Set(homePlaces.map(({ name }) => name));
  for (const relocation of homeRelocations) {
    if ('place' in relocation) expect(names).toContain(relocation.place);
    else {
      const globs = homePlaces.flatMap((place) => place.globs).filter((glob) => glob.startsWith(relocation.replaces));
      expect(globs.length, relocation.variable).toBeGreaterThan(0);
    }
  }
});
