import type { TextFormat } from '../document.ts';
import { azurePipelinesLog } from './azure-pipelines.ts';
import { buildkiteLog } from './buildkite.ts';
import { circleciJsonLog } from './circleci-json.ts';
import { circleciTextLog } from './circleci-text.ts';
import { droneLog, woodpeckerLog } from './drone.ts';
import { githubActionsLog } from './github-actions.ts';
import { gitlabLog } from './gitlab.ts';
import { jenkinsLog } from './jenkins.ts';
import { plainLog } from './plain.ts';
import { teamcityLog } from './teamcity.ts';
import { travisLog } from './travis.ts';

/** The logs that are read, the most telling first. */
export const ciLogFormats: readonly TextFormat[] = [
  buildkiteLog,
  gitlabLog,
  travisLog,
  azurePipelinesLog,
  githubActionsLog,
  jenkinsLog,
  teamcityLog,
  circleciJsonLog,
  circleciTextLog,
  droneLog,
  woodpeckerLog,
  plainLog,
];
