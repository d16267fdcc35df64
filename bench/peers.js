// The other scanners: how each reads a bare repository's whole history, and a folder, and asks no provider.
// Each prints its findings, redacted where it can, as quash does in the same race.

import { versionOf } from './measure.js';

const lines = (text) => text.split('\n').filter((line) => line !== '');

/** gitleaks ends with 1 for findings and for errors alike: what it found tells which. */
function found(count) {
  return (run) => {
    const findings = count(run);
    if (run.status === 1 && findings === 0)
      throw new Error(`it ended with 1 and found nothing: ${run.errors.trim().slice(-200)}`);
    return findings;
  };
}

const known = [
  {
    name: 'betterleaks',
    version: ['--version'],
    history: (folder) => ['git', folder, '--no-banner', '--redact', '--jsonl'],
    files: (folder) => ['filesystem', folder, '--no-banner', '--redact', '--jsonl'],
    count({ output, errors }) {
      // Its last line tells whether it read everything; what it could not read ends a scan early, with 1.
      if (!lines(output).at(-1)?.includes('"state":"complete"'))
        throw new Error(`it gave up: ${lines(errors).find((line) => line.includes('ERR')) ?? 'its report is incomplete'}`);
      return lines(output).filter((line) => line.includes('"finding":{')).length;
    },
    codes: [0, 1],
  },
  {
    name: 'kingfisher',
    version: ['--version'],
    history: (folder) => ['scan', folder, '--no-validate', '--no-update-check', '--redact', '--format', 'jsonl'],
    files: (folder) => [
      'scan',
      folder,
      '--no-validate',
      '--no-update-check',
      '--redact',
      '--git-history',
      'none',
      '--format',
      'jsonl',
    ],
    count({ output }) {
      const summary = JSON.parse(lines(output).findLast((line) => line.includes('"blobs_scanned"')) ?? '{}');
      if (!summary.blobs_scanned) throw new Error('it read no blob');
      return summary.findings;
    },
    codes: [0, 200, 205],
  },
  {
    name: 'gitleaks',
    version: ['version'],
    history: (folder) => ['git', folder, '--no-banner', '--redact', '--log-opts=--all', '-f', 'json', '-r', '-'],
    files: (folder) => ['dir', folder, '--no-banner', '--redact', '-f', 'json', '-r', '-'],
    count: found(({ output }) => JSON.parse(output.slice(output.indexOf('['))).length),
    codes: [0, 1],
  },
  {
    name: 'trufflehog',
    version: ['--version'],
    history: (folder) => ['git', `file://${folder}`, '--bare', '--no-verification', '--no-update', '--json'],
    files: (folder) => ['filesystem', folder, '--no-verification', '--no-update', '--json'],
    count: ({ output }) => lines(output).filter((line) => line.includes('"DetectorName"')).length,
    codes: [0, 183],
  },
  {
    name: 'noseyparker',
    version: ['--version'],
    history: (folder) => ['scan', '--datastore', '{store}', folder],
    files: (folder) => ['scan', '--datastore', '{store}', '--git-history', 'none', folder],
    codes: [0],
  },
  {
    name: 'titus',
    version: ['version'],
    history: (folder) => ['scan', '--git', folder],
    files: (folder) => ['scan', folder],
    codes: [0, 1],
  },
];

/** Those that are on PATH. A program that is another one by a second name races once. */
export function peersOnPath() {
  const peers = [];
  for (const { name, version, ...peer } of known) {
    const says = versionOf(name, ...version)?.replace(new RegExp(`^${name} (version )?`), '');
    if (says === undefined || peers.some((one) => one.version === says)) continue;
    peers.push({ name, version: says, ...peer });
  }
  return peers;
}

/** A peer's run as a contender. `scratch(name)` gives a fresh folder for what it keeps. */
export function contenderOf(peer, kind, folder, env, cwd) {
  return {
    name: peer.name,
    command: peer.name,
    args: peer[kind](folder).map((word) => word.replace('{store}', `${cwd}/${peer.name}-${process.hrtime.bigint()}`)),
    ...(peer.count ? { count: peer.count } : {}),
    options: { codes: peer.codes, env, cwd },
  };
}
