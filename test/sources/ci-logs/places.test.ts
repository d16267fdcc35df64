import { describe, expect, test } from 'vitest';
import type { CiLogOrigin } from '../../../src/model/origin.ts';
import { originAt } from '../../../src/model/view.ts';
import { defaultLimits } from '../../../src/sources/document.ts';
import { documentOf, formatOf, type Log, viewsOf } from './read-log.ts';

// What a log tells of its run, at the line that says `HERE`.

async function placeIn(log: Log): Promise<CiLogOrigin> {
  for (const view of await viewsOf(log)) {
    const at = Buffer.from(view.bytes).indexOf('HERE');
    const origin = at === -1 ? undefined : originAt(view, at);
    if (origin?.kind === 'ci-log') return origin;
  }
  throw new Error('HERE is nowhere');
}

const time = '2024-05-22T12:43:46.1234567Z';
const actions = (...lines: string[]) => Buffer.from(lines.map((line) => `${time} ${line}\n`).join(''));
const apart = (...lines: string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));

describe('teamcity tells the time of a line by its clock and the day that the build began', () => {
  const zoned = (zone: string) => [
    "Triggered 2024-05-22 23:59:40 by 'Git'",
    'TeamCity URL https://teamcity.example/viewLog.html?buildId=4711',
    `TeamCity server version is 2023.11 (build 147412)${zone}`,
  ];
  test.each([
    ['in UTC', zoned(', server timezone: GMT (UTC)'), '23:59:50', '2024-05-22T23:59:50.000Z'],
    ['past midnight', zoned(', server timezone: GMT (UTC)'), '00:10:00', '2024-05-23T00:10:00.000Z'],
    ['in another zone', zoned(', server timezone: GMT+02:00 (CEST)'), '00:10:00', '2024-05-22T22:10:00.000Z'],
    ['of a server that does not tell its zone', zoned(''), '23:59:50', '2024-05-22T23:59:50'],
    [
      'of older versions',
      ["Started 'Wed May 22 12:43:40 UTC 2024' on 'agent-7' by 'ann'", 'TeamCity URL https://teamcity.example/'],
      '12:43:47',
      '2024-05-22T12:43:47.000Z',
    ],
    ['of a log that lost its first lines', ['TeamCity URL https://teamcity.example/'], '12:43:47', undefined],
  ])('%s', async (_, head, clock, timestamp) => {
    const bytes = apart("Build 'Shop' #12", ...head, '', `[${clock}] : a`, `[${clock}]W:\t [Step 1/2] HERE`);
    expect((await placeIn({ path: 'a.log', bytes })).timestamp).toBe(timestamp);
  });
});

describe('drone and woodpecker count seconds from the start of a step, which the environment tells', () => {
  const drone = (...out: string[]) =>
    Buffer.from(JSON.stringify(out.map((line, pos) => ({ pos, out: `${line}\n`, time: pos * 10 }))));
  const woodpecker = (...out: string[]) =>
    Buffer.from(
      JSON.stringify(
        out.map((line, index) => ({
          id: index,
          step_id: 9,
          time: index * 10,
          line: index,
          data: Buffer.from(line).toString('base64'),
          type: 0,
        })),
      ),
    );

  test('drone', async () => {
    const variables = [
      '+ env',
      'DRONE_REPO=acme/shop',
      'DRONE_BUILD_NUMBER=17',
      'DRONE_STAGE_NAME=default',
      'DRONE_STEP_NAME=deploy',
    ];
    const more = ['DRONE_BUILD_LINK=https://drone.example/acme/shop/17', 'DRONE_STEP_STARTED=1716381826'];
    expect(await placeIn({ path: 'a.json', bytes: drone(...variables, ...more, 'HERE') })).toEqual({
      kind: 'ci-log',
      system: 'drone',
      path: 'a.json',
      repository: 'acme/shop',
      run: '17',
      job: 'default',
      step: 'deploy',
      url: 'https://drone.example/acme/shop/17',
      timestamp: '2024-05-22T12:44:56.000Z',
    });
    expect(await placeIn({ path: 'a.json', bytes: drone('ready', 'HERE') })).toEqual({
      kind: 'ci-log',
      system: 'drone',
      path: 'a.json',
    });
  });

  test('woodpecker', async () => {
    const bytes = woodpecker('CI_REPO=acme/shop', 'CI_PIPELINE_NUMBER=18', 'CI_STEP_STARTED=1716381826', 'HERE');
    expect(await placeIn({ path: 'a.json', bytes })).toMatchObject({
      repository: 'acme/shop',
      run: '18',
      timestamp: '2024-05-22T12:44:16.000Z',
    });
  });

  test('a time since 1970 is one by itself', async () => {
    const bytes = Buffer.from('[{"pos":0,"out":"ready\\n","time":1716381820},{"pos":1,"out":"HERE\\n","time":1716381826}]');
    expect((await placeIn({ path: 'a.json', bytes })).timestamp).toBe('2024-05-22T12:43:46.000Z');
  });
});

describe('a log tells', () => {
  test('github-actions: repository, run, job, the step of each line, its time and the page', async () => {
    const bytes = actions(
      'Current runner version: 2.316.1',
      'Job defined at: acme/shop/.github/workflows/ci.yml@refs/heads/main',
      'Complete job name: build (linux)',
      '##[group]Run npm ci',
      '##[endgroup]',
      '##[group]Run npm test',
      'env:',
      '  GITHUB_RUN_ID: 424242',
      '##[endgroup]',
      'HERE',
    );
    expect(await placeIn({ path: 'job.log', bytes })).toEqual({
      kind: 'ci-log',
      system: 'github-actions',
      path: 'job.log',
      repository: 'acme/shop',
      run: '424242',
      job: 'build (linux)',
      step: 'Run npm test',
      timestamp: '2024-05-22T12:43:46.123Z',
      url: 'https://github.com/acme/shop/actions/runs/424242',
    });
  });

  test('a step of an archive learns its repository from the first step beside it', async () => {
    const document = documentOf({
      path: 'logs.zip',
      member: 'build/3_Run npm test.txt',
      bytes: actions('##[group]Run npm test', 'HERE'),
    });
    const setup = documentOf({
      path: 'logs.zip',
      member: 'build/1_Set up job.txt',
      bytes: actions('Job defined at: acme/shop/.github/workflows/ci.yml@main'),
    });
    const format = formatOf({ path: 'x', bytes: await document.head() })!;
    const context = {
      signal: new AbortController().signal,
      limits: defaultLimits,
      sibling: async (path: string) => (path === '1_Set up job.txt' ? setup : undefined),
    };
    for await (const view of format.views(document, context)) {
      if ('reason' in view) throw new Error(view.detail);
      expect(originAt(view, 0)).toMatchObject({ repository: 'acme/shop', job: 'build', step: 'Run npm test' });
    }
  });

  test.each([
    [{ path: 'logs_12/0_build.txt' }, { job: 'build' }],
    [{ path: 'logs_12/2_lint.txt' }, { job: 'lint' }],
    [{ path: 'run/build/2_Run lint.txt' }, { job: 'build', step: 'Run lint' }],
    [
      { path: 'all.zip', member: 'logs.zip!/build/2_Run lint.txt' },
      { job: 'build', step: 'Run lint' },
    ],
    [{ path: 'all.zip', member: '3_deploy (eu, 2).txt' }, { job: 'deploy (eu, 2)' }],
    [
      { path: 'all.zip', member: 'build/system.txt' },
      { job: 'build', step: 'system' },
    ],
  ])('github-actions: job and step from %j', async (names, place) => {
    const origin = await placeIn({ ...names, bytes: actions('##[group]Run x', 'HERE') });
    expect({ job: origin.job, ...(place.step && { step: origin.step }) }).toEqual(place);
  });

  test('gitlab: project, pipeline, job and its page, and the section of each line', async () => {
    const bytes = apart(
      '\u001b[0KRunning with gitlab-runner 17.0.0 (44feccdf)\u001b[0;m',
      'CI_PROJECT_PATH=acme/shop',
      'CI_PIPELINE_ID=7',
      'CI_JOB_NAME=deploy eu',
      'CI_JOB_URL=https://gitlab.com/acme/shop/-/jobs/99',
      'section_start:1716381826:outer\r\u001b[0Ksection_start:1716381827:inner[collapsed=true]\r\u001b[0KInner',
      'section_end:1716381829:inner\r\u001b[0K',
      'HERE',
      'section_end:1716381829:outer\r\u001b[0K',
    );
    expect(await placeIn({ path: 'trace', bytes })).toMatchObject({
      repository: 'acme/shop',
      run: '7',
      job: 'deploy eu',
      step: 'outer',
      url: 'https://gitlab.com/acme/shop/-/jobs/99',
    });
  });

  test.each([
    [
      'jenkins',
      [
        'Started by user admin',
        'Building in workspace /var/jenkins/workspace/shop',
        'BUILD_URL=https://ci.example/job/shop/17/',
        'BUILD_NUMBER=17',
        'GIT_URL=https://github.com/acme/shop.git',
        'HERE',
      ],
      { job: 'shop', run: '17', url: 'https://ci.example/job/shop/17/', repository: 'acme/shop' },
    ],
    [
      'travis',
      [
        'travis_fold:start:script\r\u001b[0K',
        'TRAVIS_REPO_SLUG=acme/shop',
        'TRAVIS_BUILD_ID=5',
        'TRAVIS_JOB_WEB_URL=https://app.travis-ci.com/acme/shop/jobs/6',
        'HERE',
      ],
      { repository: 'acme/shop', run: '5', step: 'script', url: 'https://app.travis-ci.com/acme/shop/jobs/6' },
    ],
    [
      'azure-pipelines',
      [
        `${time} ##[section]Starting: Job`,
        `${time} SYSTEM_COLLECTIONURI=https://dev.azure.com/acme/`,
        `${time} SYSTEM_TEAMPROJECT=Web Shop`,
        `${time} BUILD_BUILDID=12`,
        `${time} BUILD_REPOSITORY_NAME=acme/shop`,
        `${time} HERE`,
      ],
      { repository: 'acme/shop', run: '12', job: 'Job', url: 'https://dev.azure.com/acme/Web%20Shop/_build/results?buildId=12' },
    ],
    [
      'buildkite',
      [
        '\u001b_bk;t=1716381826123\u0007--- :npm: Test',
        '\u001b_bk;t=1716381826123\u0007BUILDKITE_BUILD_URL=https://buildkite.com/acme/shop/builds/3',
        '\u001b_bk;t=1716381826123\u0007BUILDKITE_BUILD_NUMBER=3',
        '\u001b_bk;t=1716381826123\u0007BUILDKITE_REPO=git@github.com:acme/shop.git',
        '\u001b_bk;t=1716381826123\u0007HERE',
      ],
      {
        repository: 'acme/shop',
        run: '3',
        step: ':npm: Test',
        timestamp: '2024-05-22T12:43:46.123Z',
        url: 'https://buildkite.com/acme/shop/builds/3',
      },
    ],
    [
      'teamcity',
      [
        "Build 'Shop :: Test' #12",
        'TeamCity URL https://teamcity.example/viewLog.html?buildId=4711',
        '[12:00:00] : Step 1/2',
        '[12:00:00]W:\t [Step 1/2] HERE',
      ],
      { run: '4711', job: 'Shop :: Test', step: 'Step 1/2', url: 'https://teamcity.example/viewLog.html?buildId=4711' },
    ],
    [
      'circleci',
      [
        'Build-agent version 1.0',
        'CIRCLE_JOB=test',
        'CIRCLE_PROJECT_USERNAME=acme',
        'CIRCLE_PROJECT_REPONAME=shop',
        'CIRCLE_BUILD_URL=https://circleci.com/gh/acme/shop/9',
        '====>> npm test',
        'HERE',
      ],
      { repository: 'acme/shop', job: 'test', step: 'npm test', url: 'https://circleci.com/gh/acme/shop/9' },
    ],
  ])('%s', async (system, lines, place) => {
    expect(await placeIn({ path: 'log', bytes: apart(...lines) })).toMatchObject({ system, ...place });
  });
});

test('a name ends before what may be a secret, and an address with a password is none', async () => {
  const secret = `sk${'9aZ'.repeat(9)}`;
  const named = async (step: string) => (await placeIn({ path: 'log', bytes: actions(`##[group]${step}`, 'HERE') })).step;
  expect(await named(`Run curl -H "Authorization: Bearer ${secret}"`)).toBe('Run curl …');
  expect(await named(`Run deploy ${secret} now`)).toBe('Run deploy …');
  expect(await named('Run TOKEN=abc ./deploy.sh')).toBe('Run …');
  expect(await named('Run git clone https://acme:abc@github.com/acme/shop')).toBe('Run git clone …');
  expect(await named('Run actions/checkout@v4')).toBe('Run actions/checkout@v4');
  const bytes = apart('Build-agent version 1.0', 'CIRCLE_BUILD_URL=https://acme:abc@circleci.com/gh/acme/shop/9', 'HERE');
  expect((await placeIn({ path: 'log', bytes })).url).toBeUndefined();
});

test('the names that `gh run view --log` puts in front are text as well, once', async () => {
  const line = `build\tRun deploy secret-in-a-name\t${time} `;
  const [view] = await viewsOf({ path: 'log', bytes: Buffer.from(`${line}one\n${line}two\n${line}three\n`) });
  expect(Buffer.from(view.bytes).toString()).toBe(`${line}one\ntwo\nthree\n`);
});

test('values of service messages of TeamCity are told as they are meant', async () => {
  const [view] = await viewsOf({
    path: 'log',
    bytes: apart("##teamcity[testStarted name='a']", "##teamcity[testStdOut name='a' out='it|'s |[a|] token|n|0x00e9||']"),
  });
  expect(Buffer.from(view.bytes).toString()).toContain("out='it's [a] token\né|']");
});
