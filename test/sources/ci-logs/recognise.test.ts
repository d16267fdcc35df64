import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runners } from '../../../fixtures/ci-logs/runners.ts';
import { ciLogFormats } from '../../../src/sources/ci-logs/formats.ts';
import { formatOf } from './read-log.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const time = '2024-05-22T12:43:46.1234567Z';

/** Texts that speak of logs, or look a little like one. */
const decoys: Readonly<Record<string, string>> = {
  'notes that quote a log': `# Why the build fails\n\nThe job ends with\n\n\`\`\`\n${time} ##[group]Run npm ci\n${time} ##[endgroup]\n${time} ##[error]Process completed\n\`\`\`\n\nand nothing else.\n${'More words.\n'.repeat(20)}`,
  'a pipeline that writes sections':
    'build:\n  script:\n    - echo -e "\\e[0Ksection_start:`date +%s`:my_section\\r\\e[0KHeader"\n    - echo -e "\\e[0Ksection_end:`date +%s`:my_section\\r\\e[0K"\n',
  'a workflow':
    'on: push\njobs:\n  build:\n    steps:\n      - run: echo "::add-mask::$TOKEN"\n      - run: echo "##[group]Run x"\n',
  'a Jenkinsfile': "pipeline {\n  stages {\n    stage('Build') {\n      steps { echo '[Pipeline] { (Build)' }\n    }\n  }\n}\n",
  'prose of who started': 'Started by a small group of people, the project grew.\nRunning in circles is what it did.\n',
  'code with escapes spelled': "const red = '\\x1b[31m';\nconst reset = '\\u001b[0m';\nconsole.log(`${red}no${reset}`);\n",
  'code with one escape in it': `${'const a = 1;\n'.repeat(60)}const red = '\u001b[31m';\n${'const b = 2;\n'.repeat(60)}`,
  'messages as JSON': '[{"message":"hello","level":"info"},{"message":"there","level":"info"}]',
  'an object with outputs': '{"out":"dist","pos":"left","files":["a.ts"]}',
  'package.json': '{"name":"shop","type":"module","data":"x","line":3}',
  'a table of times': 'time,level\n2024-05-22T12:43:46Z,info\n2024-05-22T12:43:47Z,info\n2024-05-22T12:43:48Z,info\n',
  'a changelog': '2024-05-22\n- one\n- two\n\n2024-05-21\n- three\n- four\n',
  'a list of clocks': '[12:34:56] lunch\n[13:00] tea\n[14:30] walk\n',
  'a guide to service messages': "To report a test, print\n\n    ##teamcity[testStarted name='x']\n\nto standard output.\n",
  'a fold in words': 'Travis prints travis_fold:start:name and travis_fold:end:name around it.\n',
  nothing: '',
  'one line': 'hello\n',
};

test.each(Object.entries(decoys))('%s is no log', (_name, text) => {
  expect(formatOf({ path: 'log.txt', bytes: Buffer.from(text) })?.name).toBeUndefined();
});

test('the sources of this project are no logs', () => {
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((path) => formatOf({ path, bytes: readFileSync(`${root}/${path}`) }))).toEqual([]);
});

describe('each log is claimed by its own format, surely, and by no other as surely', () => {
  test.each(Object.entries(runners))('%s', (_name, write) => {
    const { system, path, bytes } = write(['hello', 'world', 'this is a line']);
    const sure = ciLogFormats.map((format) => ({ name: format.name, sure: format.recognise(bytes, path) }));
    const [first, second] = sure.sort((a, b) => b.sure - a.sure);
    expect(first.name).toBe(system);
    expect(second.sure).toBeLessThan(first.sure);
  });
});

test('what is recognised does not depend on the name', () => {
  for (const write of Object.values(runners)) {
    const { system, bytes } = write(['hello', 'this is a line']);
    expect(formatOf({ path: 'src/index.ts', bytes })?.name).toBe(system);
  }
});
