import { lstat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, relative, resolve, sep } from 'node:path';
import fastGlob from 'fast-glob';

/** A variable by which a tool is told to keep its files elsewhere than in its place in the home folder. */
type Relocation =
  /** Of a folder: what stands behind `replaces` in a place's globs is looked for there as well. */
  | { readonly variable: string; readonly replaces: string }
  /** Of a file, or of several with the system's separator between them: it belongs to the place of this name. */
  | { readonly variable: string; readonly place: string };

const logins = 'logins of tools';
const packages = 'package managers';
const containers = 'containers and clusters';
const clouds = 'cloud command lines';
const histories = 'shell and database histories';

/** Each as the tool's own documentation tells. */
export const homeRelocations: readonly Relocation[] = [
  // https://specifications.freedesktop.org/basedir-spec/latest/
  { variable: 'XDG_CONFIG_HOME', replaces: '.config/' },
  { variable: 'XDG_DATA_HOME', replaces: '.local/share/' },
  { variable: 'XDG_CACHE_HOME', replaces: '.cache/' },
  // https://code.claude.com/docs/en/settings
  { variable: 'CLAUDE_CONFIG_DIR', replaces: '.claude/' },
  // https://developers.openai.com/codex/config-advanced
  { variable: 'CODEX_HOME', replaces: '.codex/' },
  // https://doc.rust-lang.org/cargo/reference/environment-variables.html
  { variable: 'CARGO_HOME', replaces: '.cargo/' },
  // https://docs.gradle.org/current/userguide/directory_layout.html
  { variable: 'GRADLE_USER_HOME', replaces: '.gradle/' },
  // https://bundler.io/man/bundle-config.1.html
  { variable: 'BUNDLE_USER_HOME', replaces: '.bundle/' },
  // https://getcomposer.org/doc/03-cli.md#composer-home
  { variable: 'COMPOSER_HOME', replaces: '.composer/' },
  // https://docs.npmjs.com/cli/v11/using-npm/config#userconfig; npm takes its variables in any case.
  { variable: 'NPM_CONFIG_USERCONFIG', place: packages },
  { variable: 'npm_config_userconfig', place: packages },
  // https://pip.pypa.io/en/stable/topics/configuration/
  { variable: 'PIP_CONFIG_FILE', place: packages },
  // https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/use-condarc.html
  { variable: 'CONDARC', place: packages },
  // https://docs.docker.com/reference/cli/docker/#environment-variables
  { variable: 'DOCKER_CONFIG', replaces: '.docker/' },
  // https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
  { variable: 'REGISTRY_AUTH_FILE', place: containers },
  // https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
  { variable: 'KUBECONFIG', place: containers },
  // https://helm.sh/docs/helm/helm/
  { variable: 'HELM_CONFIG_HOME', replaces: '.config/helm/' },
  { variable: 'HELM_REGISTRY_CONFIG', place: containers },
  { variable: 'HELM_REPOSITORY_CONFIG', place: containers },
  // https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
  { variable: 'AWS_SHARED_CREDENTIALS_FILE', place: clouds },
  { variable: 'AWS_CONFIG_FILE', place: clouds },
  // https://cloud.google.com/sdk/docs/configurations, https://cloud.google.com/docs/authentication/application-default-credentials
  { variable: 'CLOUDSDK_CONFIG', replaces: '.config/gcloud/' },
  { variable: 'GOOGLE_APPLICATION_CREDENTIALS', place: clouds },
  // https://learn.microsoft.com/cli/azure/azure-cli-configuration
  { variable: 'AZURE_CONFIG_DIR', replaces: '.azure/' },
  // https://docs.oracle.com/iaas/Content/API/SDKDocs/clienvironmentvariables.htm
  { variable: 'OCI_CLI_CONFIG_FILE', place: clouds },
  // https://developer.hashicorp.com/terraform/cli/config/environment-variables#tf_cli_config_file
  { variable: 'TF_CLI_CONFIG_FILE', place: clouds },
  // https://www.pulumi.com/docs/iac/cli/environment-variables/
  { variable: 'PULUMI_HOME', replaces: '.pulumi/' },
  // https://docs.databricks.com/aws/en/dev-tools/auth/env-vars
  { variable: 'DATABRICKS_CONFIG_FILE', place: clouds },
  // https://docs.snowflake.com/en/developer-guide/snowflake-cli/connecting/configure-cli
  { variable: 'SNOWFLAKE_HOME', replaces: '.snowflake/' },
  // https://docs.getdbt.com/docs/core/connect-data-platform/connection-profiles
  { variable: 'DBT_PROFILES_DIR', replaces: '.dbt/' },
  // https://github.com/Kaggle/kaggle-api/blob/main/docs/README.md
  { variable: 'KAGGLE_CONFIG_DIR', replaces: '.kaggle/' },
  // https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
  { variable: 'HF_HOME', replaces: '.cache/huggingface/' },
  { variable: 'HF_TOKEN_PATH', place: clouds },
  // https://rclone.org/docs/#config-string
  { variable: 'RCLONE_CONFIG', place: clouds },
  // https://cloud.google.com/storage/docs/boto-gsutil
  { variable: 'BOTO_CONFIG', place: clouds },
  // https://cli.github.com/manual/gh_help_environment
  { variable: 'GH_CONFIG_DIR', replaces: '.config/gh/' },
  // https://gitlab.com/gitlab-org/cli/-/blob/main/docs/source/index.md
  { variable: 'GLAB_CONFIG_DIR', replaces: '.config/glab-cli/' },
  // https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
  { variable: 'NETRC', place: logins },
  // https://git-scm.com/docs/git#Documentation/git.txt-GITCONFIGGLOBAL
  { variable: 'GIT_CONFIG_GLOBAL', place: logins },
  // https://www.postgresql.org/docs/current/libpq-pgpass.html
  { variable: 'PGPASSFILE', place: logins },
  // https://www.gnu.org/software/wget/manual/html_node/Wgetrc-Location.html
  { variable: 'WGETRC', place: logins },
  // https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html, and the same of others' own histories
  { variable: 'HISTFILE', place: histories },
  { variable: 'PSQL_HISTORY', place: histories },
  { variable: 'MYSQL_HISTFILE', place: histories },
  { variable: 'NODE_REPL_HISTORY', place: histories },
  { variable: 'REDISCLI_HISTFILE', place: histories },
];

/** Looks up what of a place's files is elsewhere; paths are relative to the home folder, and may lead out of it. */
export async function listRelocated(
  home: string,
  { name, globs }: { readonly name: string; readonly globs: readonly string[] },
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const relocation of homeRelocations) {
    const value = env[relocation.variable];
    if (!value) continue;
    if ('replaces' in relocation) {
      const folder = resolve(home, value);
      const below = globs
        .filter((glob) => glob.startsWith(relocation.replaces))
        .map((glob) => glob.slice(relocation.replaces.length));
      if (below.length === 0) continue;
      const paths = await fastGlob(below, { cwd: folder, dot: true, followSymbolicLinks: false, suppressErrors: true });
      found.push(...paths.map((path) => fromHome(home, join(folder, path))));
    } else if (relocation.place === name) {
      for (const path of value.split(delimiter))
        if (path !== '' && (await isFile(resolve(home, path)))) found.push(fromHome(home, resolve(home, path)));
    }
  }
  return found;
}

function fromHome(home: string, path: string): string {
  const way = relative(home, path);
  // Of another drive there is no way that leads there.
  return (isAbsolute(way) ? path : way).split(sep).join('/');
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch {
    // It is not there: the tool would look for it, too, and find nothing.
    return false;
  }
}
