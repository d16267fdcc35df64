// The logs of a CI run and the export of a chat, as archives of about as many unpacked bytes as are asked for.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import yazl from 'yazl';

const words = 'resolving fetched compiled linked cached stored src lib test index module layer image step of in with for'.split(
  ' ',
);

/** Numbers that are the same on every run: a linear congruential generator. */
function createRandom(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Text that differs from place to place, as that of programs and people does, but holds no secret. */
function sentence(random, length) {
  const parts = [];
  for (let at = 0; at < length; at++)
    parts.push(random(9) === 0 ? `${words[random(words.length)]}-${random(1e6)}.js` : words[random(words.length)]);
  return parts.join(' ');
}

async function writeZip(path, members) {
  const zip = new yazl.ZipFile();
  const written = once(zip.outputStream.pipe(createWriteStream(path)), 'close');
  // yazl reads a member when it comes to it, so all of them together never lie in memory.
  for (const [name, chunks] of members)
    zip.addReadStreamLazy(name, { compressionLevel: 1 }, (done) => done(null, Readable.from(chunks())));
  zip.end();
  await written;
}

/** Logs of 40 jobs of GitHub Actions: https://docs.github.com/en/rest/actions/workflow-runs#download-workflow-run-logs */
export function buildLogArchive(path, bytes, secret) {
  const jobs = 40;
  const members = Array.from({ length: jobs }, (_, job) => [
    `${job}_build-${job}.txt`,
    function* () {
      const random = createRandom(job);
      let tick = Date.UTC(2024, 4, 22);
      const line = (text) => {
        tick += 7;
        return `${new Date(tick).toISOString().slice(0, -1)}0000Z ${text}\r\n`;
      };
      yield line('Job defined at: acme/shop/.github/workflows/ci.yml@refs/heads/main') + line(`Complete job name: build-${job}`);
      if (job === jobs >> 1) yield line(`+ export GITHUB_TOKEN=${secret}`);
      for (let written = 0; written < bytes / jobs; ) {
        const chunk = [];
        for (let at = 0; at < 500; at++) {
          const text = sentence(random, 4 + random(16));
          if (at % 100 === 0) chunk.push(line(`##[group]Run ${text}`));
          chunk.push(line(at % 5 === 0 ? `\u001b[36;1m${text}\u001b[0m` : text));
        }
        const text = chunk.join('');
        written += text.length;
        yield text;
      }
    },
  ]);
  return writeZip(path, members);
}

/** A workspace of ten channels, a file a day: https://slack.com/help/articles/220556107 */
export function buildSlackExport(path, bytes, secret) {
  const channels = Array.from({ length: 10 }, (_, index) => ({ id: `C${index}24BE91L`, name: `team-${index}` }));
  const people = Array.from({ length: 200 }, (_, index) => ({
    id: `U${String(index).padStart(8, '0')}`,
    name: `person${index}`,
    profile: { real_name: `Person ${index}`, email: `person${index}@example.com` },
  }));
  const days = 100;
  const message = (random, day, second, text) => ({
    client_msg_id: `${random(1e9)}-6f4b-4c3e-9a55-0f1d2c3b4a59`,
    type: 'message',
    text,
    user: people[random(people.length)].id,
    ts: `${1_704_067_200 + day * 86_400 + second}.000100`,
    team: 'T012AB3CD',
    blocks: [
      {
        type: 'rich_text',
        block_id: 'aB1',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
      },
    ],
  });
  const json = (value) => JSON.stringify(value, null, 4).replaceAll('/', '\\/');
  const members = channels.flatMap(({ name }, channel) =>
    Array.from({ length: days }, (_, day) => [
      `${name}/${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)}.json`,
      function* () {
        const random = createRandom(channel * days + day);
        yield `[${json(message(random, day, 0, channel === 5 && day === 50 ? `use ${secret}` : 'good morning'))}`;
        for (let written = 0, second = 1; written < bytes / channels.length / days; ) {
          const chunk = [];
          for (let at = 0; at < 50; at++)
            chunk.push(`,${json(message(random, day, second++, sentence(random, 5 + random(60))))}`);
          const text = chunk.join('');
          written += text.length;
          yield text;
        }
        yield ']';
      },
    ]),
  );
  const lists = { 'users.json': json(people), 'channels.json': json(channels) };
  return writeZip(path, [
    ...Object.entries(lists).map(([name, text]) => [
      name,
      function* () {
        yield text;
      },
    ]),
    ...members,
  ]);
}
