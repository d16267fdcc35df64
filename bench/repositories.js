// What the benchmarks build for themselves, the same on every machine: files like source code, histories, and a history that is
// difficult to scan by its deltas. Secrets are made up on the spot from the patterns' own recipes.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expandExample } from '../dist/src/patterns/recipes.js';

const date = 1_700_000_000;

function git(folder, args, input) {
  return execFileSync('git', args, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Bench',
      GIT_AUTHOR_EMAIL: 'bench@example.com',
      GIT_AUTHOR_DATE: `${date} +0000`,
      GIT_COMMITTER_NAME: 'Bench',
      GIT_COMMITTER_EMAIL: 'bench@example.com',
      GIT_COMMITTER_DATE: `${date} +0000`,
    },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  })
    .toString()
    .trim();
}

/** Numbers from a seed, below a limit. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const words =
  'const value return function if else for import export token list index buffer config path user name handle error result state key map set item node tree text line file open read write close data type option default'.split(
    ' ',
  );

function sourceLine(next) {
  const word = () => words[next(words.length)];
  const indent = '  '.repeat(next(4));
  switch (next(6)) {
    case 0:
      return `${indent}// ${word()} the ${word()} of ${word()}, then ${word()} it`;
    case 1:
      return `${indent}if (${word()}.${word()} > ${next(1000)}) {`;
    case 2:
      return `${indent}}`;
    case 3:
      return `${indent}return ${word()}(${word()}, ${word()}[${next(64)}]);`;
    case 4:
      return `${indent}const ${word()}${next(100)} = ${word()}(${next(9999)}, '${word()} ${word()}');`;
    default:
      return `${indent}${word()}.${word()} += ${word()} * ${next(100)}; // ${word()}`;
  }
}

function sourceText(next, bytes) {
  const lines = [];
  for (let length = 0; length < bytes; length += lines.at(-1).length + 1) lines.push(sourceLine(next));
  return `${lines.join('\n').slice(0, bytes - 1)}\n`;
}

/** `count` files of `bytes` bytes each that look like source code. */
export function buildFiles(folder, count, bytes) {
  const next = numbers(42);
  for (let file = 0; file < count; file++) {
    const inner = join(folder, `d${file % 97}`);
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, `f${file}.js`), sourceText(next, bytes));
  }
}

/** Forty files of 200 kB in so many versions each, every one a small change of the one before. */
export function buildVersions(folder, versions) {
  mkdirSync(folder);
  git(folder, ['init', '--quiet', '--bare', '--initial-branch=main', '.']);
  const stream = [];
  let marks = 0;
  const next = numbers(7);
  const marksOf = Array.from({ length: versions }, () => []);
  for (let file = 0; file < 40; file++) {
    const lines = sourceText(next, 200_000).split('\n');
    for (let version = 0; version < versions; version++) {
      if (version > 0) {
        lines.splice(next(lines.length), 1, sourceLine(next));
        lines.splice(next(lines.length), version % 2, ...(version % 2 === 0 ? [sourceLine(next)] : []));
      }
      const text = lines.join('\n');
      stream.push(`blob\nmark :${++marks}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
      marksOf[version].push(marks);
    }
  }
  marksOf.forEach((blobs, version) => {
    stream.push(`commit refs/heads/main\ncommitter Bench <bench@example.com> ${date + version} +0000\ndata 7\nChange\n\n`);
    blobs.forEach((mark, file) => {
      stream.push(`M 100644 :${mark} file-${file}.js\n`);
    });
  });
  const pack = (chunks) => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
  git(folder, ['fast-import', '--quiet'], pack(stream));
  git(folder, ['repack', '-adfq', '--depth=50', '--window=10']);
  return folder;
}

/**
 * A history in which deltas cut, join, move and strip what patterns look for; in packs and in loose objects. `planted` says of
 * each object and pattern whether the secret stands there.
 */
export function buildDifficult(folder) {
  mkdirSync(folder);
  git(folder, ['init', '--quiet', '--bare', '--initial-branch=main', '.']);
  const all = JSON.parse(readFileSync(new URL('../dist/patterns.json', import.meta.url), 'utf8')).patterns;
  const patternOf = (id) => all.find((one) => one.id === id);
  const invent = (id, part) => {
    const { secret, parts } = expandExample(patternOf(id), part ? `{{secret}} {{part:${part}}}` : '{{secret}}', `bench ${id}`);
    return { secret, part: parts[part] };
  };
  const next = numbers(11);
  const filler = (bytes) => sourceText(next, bytes);
  const edit = (text, at, by = '!') => text.slice(0, at) + by + text.slice(at + 1);
  const wrapped = (text) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');

  const token = invent('github-pat-classic').secret;
  const { secret: keyId, part: keySecret } = invent('aws-access-key', 'secret');
  const body = Buffer.from(Array.from({ length: 1190 }, () => next(256)));
  // A key's header as its format has it: an outer SEQUENCE with a two-byte length, version 0, the modulus.
  body.set([0x30, 0x82, 0x04, 0xa2, 0x02, 0x01, 0x00, 0x02, 0x82, 0x01, 0x01, 0x00], 0);
  const pem = (text) => `-----BEGIN RSA PRIVATE ${'KEY'}-----\n${text}\n-----END RSA PRIVATE ${'KEY'}-----`;
  const pemBody = body.toString('base64').replace(/.{64}/g, '$&\n');
  const value = Array.from({ length: 28 }, () => 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'[next(55)]).join('');
  const stem = filler(600);

  /** Versions of one text, and in which of them the pattern's secret stands. */
  const scenarios = [
    ['cut by a seam', 'github-pat-classic', [token, `${token.slice(0, 20)}-${token.slice(20)}`, token], [true, false, true]],
    ['joined by a deletion', 'github-pat-classic', [`${token.slice(0, 20)}\n// cut\n${token.slice(20)}`, token], [false, true]],
    [
      'a neighbour that touches it',
      'github-pat-classic',
      [`(${token})`, `(x${token})`, `(${token})`, `(${token}0)`],
      [true, false, true, false],
    ],
    [
      'a partner edited far away',
      'aws-access-key',
      ['', '+'].map((x) => `${keyId}${' '.repeat(200)}"${x}${keySecret}"`),
      [true, false],
    ],
    [
      'a partner moved out of reach, and back',
      'aws-access-key',
      [10, 400, 10].map((gap) => `${keyId}\n${stem.slice(0, gap)}\n"${keySecret}"`),
      [true, false, true],
    ],
    [
      'a keyword edited',
      'generic-api-key',
      ['api_key', 'apx_kex', 'API_KEY'].map((word) => `${word}${' '.repeat(30)}=${' '.repeat(30)}"${value}"`),
      [true, false, true],
    ],
    [
      'a comment that allows, edited far away',
      'github-pat-classic',
      ['quash:allow', 'quash:adlow'].map((word) => `"${token}" #${' '.repeat(150)}${word}`),
      [true, true],
    ],
    [
      'a PEM key edited in its middle',
      'private-key-pem',
      [pem(pemBody), pem(edit(pemBody, 700, '?')), pem(pemBody)],
      [true, false, true],
    ],
    [
      'an encoded block edited in its middle',
      'github-pat-classic',
      [token, edit(token, 20), token].map((one) => wrapped(`${stem}"${one}"${stem}`)),
      [true, false, true],
    ],
    [
      'an encoded block that an insertion shifts',
      'github-pat-classic',
      ['', 'x', 'yy', 'zzz'].map((shift) => wrapped(`${stem}${shift}"${token}"${stem}`)),
      [true, true, true, true],
    ],
    [
      'in words far from its line',
      'github-pat-classic',
      ['', '\n'.repeat(40), '// é€😀\n'].map((lead) => `${lead}${stem}${token}`),
      [true, true, true],
    ],
  ];
  const head = filler(5000);
  const tail = filler(5000);
  const files = scenarios.map(([scenario, pattern, middles, isThere]) => ({
    scenario,
    pattern,
    isThere,
    versions: middles.map((middle) => Buffer.from(`${head}${middle}\n${tail}`)),
  }));
  const text = `${head}x = "${token}"\n${tail}`;
  files.push({
    scenario: 'text that becomes UTF-16, binary and text again',
    pattern: 'github-pat-classic',
    isThere: [true, true, true, true, true],
    versions: [
      Buffer.from(text),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      Buffer.concat([Buffer.from([0, 1, 2, 255]), Buffer.from(text)]),
      Buffer.from(text),
    ],
  });
  // Every pattern's examples: whole, moved, with their first literal broken, with a byte inserted in their middle, and whole again.
  for (const pattern of all) {
    pattern.examples.forEach((example, index) => {
      const recipe = typeof example === 'string' ? example : example.text;
      const { text: shown } = expandExample(pattern, recipe, `bench ${index}`);
      const literal = pattern.literals
        .map((one) => shown.toLowerCase().indexOf((one.text ?? one).toLowerCase()))
        .find((at) => at >= 0);
      const variants = [
        shown,
        `${stem.slice(0, 90)}\n${shown}`,
        edit(shown, (literal ?? 0) + 1),
        edit(shown, shown.length >> 1, '!x'),
        shown,
      ];
      files.push({
        scenario: 'example',
        pattern: pattern.id,
        versions: variants.map((one) => Buffer.from(`${head.slice(0, 2500)}\n${one}\n${tail.slice(0, 2500)}`)),
      });
    });
  }

  const rounds = Math.max(...files.map(({ versions }) => versions.length));
  const importVersions = (from, to, parent) => {
    const stream = [];
    for (let version = from; version < to; version++) {
      const message = version === 1 ? `Rotate\n\nthe old one was ${token}\n` : 'Change\n';
      stream.push(
        `commit refs/heads/main\nmark :${version + 1}\ncommitter Bench <bench@example.com> ${date + version} +0000\ndata ${Buffer.byteLength(message)}\n${message}\n`,
      );
      if (version === from && parent) stream.push(`from ${parent}\n`);
      files.forEach(({ versions }, file) => {
        const bytes = versions[version];
        if (bytes) stream.push(`M 100644 inline file-${file}\ndata ${bytes.length}\n`, bytes, '\n');
      });
    }
    // Below the limit fast-import leaves loose objects; above it, a pack.
    git(
      folder,
      ['-c', `fastimport.unpackLimit=${parent ? 1_000_000 : 1}`, 'fast-import', '--quiet'],
      Buffer.concat(stream.map((one) => Buffer.from(one))),
    );
  };
  importVersions(0, rounds - 1, undefined);
  git(folder, ['repack', '-adfq', '--depth=50', '--window=250']);
  importVersions(rounds - 1, rounds, 'refs/heads/main^0');
  git(folder, ['tag', '--annotate', 'v1', '--message', `First\n\nuses ${token}`]);
  git(folder, ['notes', 'add', '--message', `seen with ${token}`, 'main']);

  const blob = (bytes) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  // What a broad pattern shows may belong to a provider's here; of the others, the example as it is must be found.
  const planted = files.flatMap(({ scenario, pattern, isThere, versions }) =>
    versions.flatMap((bytes, version) =>
      isThere
        ? [{ scenario, version, pattern, object: blob(bytes), isThere: isThere[version] }]
        : version === 0 && !patternOf(pattern).generic
          ? [{ scenario, version, pattern, object: blob(bytes), isThere: true }]
          : [],
    ),
  );
  const places = {
    'in a commit message': git(folder, ['rev-list', '--grep=Rotate', 'main']),
    'in a tag message': git(folder, ['rev-parse', 'v1']),
    'in a note': git(folder, ['rev-parse', `refs/notes/commits:${git(folder, ['rev-parse', 'main'])}`]),
  };
  for (const [scenario, object] of Object.entries(places))
    planted.push({ scenario, version: 0, pattern: 'github-pat-classic', object, isThere: true });
  return { gitDir: folder, planted };
}
