import fastGlob from 'fast-glob';
import { listRelocated } from './home-relocations.ts';

/** A tool that keeps credentials, or texts with some in them, in a person's home folder. */
export interface HomePlace {
  readonly name: string;
  /** Globs of files, relative to the home folder. */
  readonly globs: readonly string[];
}

/** Where programs keep their settings on Linux, macOS and Windows. */
const settings = ['.config', 'Library/Application Support', 'AppData/Roaming'] as const;
/** Folders in which people keep their projects lie no deeper. */
const projects = ['', '*/', '*/*/', '*/*/*/'] as const;

const inSettings = (...paths: readonly string[]) => paths.flatMap((path) => settings.map((folder) => `${folder}/${path}`));
const inProjects = (...paths: readonly string[]) => paths.flatMap((path) => projects.map((folder) => `${folder}${path}`));
/** What editors made from VS Code keep: settings, servers, and chats in SQLite or JSON. */
const editor = (name: string) =>
  inSettings(
    `${name}/User/{settings,mcp}.json`,
    `${name}/User/globalStorage/state.vscdb`,
    `${name}/User/workspaceStorage/*/state.vscdb`,
    `${name}/User/workspaceStorage/*/chatSessions/*.{json,jsonl}`,
  );

/**
 * Where coding agents, shells, package managers, containers, clouds and editors keep what leaks, each as its own documentation
 * tells. A transcript keeps a secret after the settings were cleaned, so both are listed.
 */
export const homePlaces: readonly HomePlace[] = [
  {
    // https://code.claude.com/docs/en/settings
    name: 'Claude Code',
    globs: [
      '.claude.json{,.backup*}',
      '.claude/{.credentials,.claude,settings,settings.local,mcp}.json',
      '.claude/history.jsonl',
      '.claude/{projects,file-history,paste-cache,shell-snapshots,debug,todos}/**',
      ...inProjects('.claude/settings{,.local}.json'),
    ],
  },
  {
    // https://modelcontextprotocol.io/docs/develop/connect-local-servers
    name: 'Claude desktop',
    globs: [...inSettings('Claude/claude_desktop_config.json', 'Claude/logs/*.log'), 'Library/Logs/Claude/*.log'],
  },
  { name: 'MCP servers of projects', globs: inProjects('.mcp.json', '.{cursor,vscode,roo,kiro/settings}/mcp.json') },
  // https://developers.openai.com/codex/config-reference
  { name: 'Codex', globs: ['.codex/{auth.json,config.toml,history.jsonl}', '.codex/{sessions,archived_sessions,log}/**'] },
  // https://cursor.com/docs/context/mcp
  { name: 'Cursor', globs: ['.cursor/*.json', '.cursor/projects/**/*.{jsonl,txt,json}', ...editor('Cursor')] },
  {
    // https://docs.github.com/en/copilot/how-tos/copilot-cli
    name: 'GitHub Copilot',
    globs: [
      ...inSettings('github-copilot/*.json'),
      'AppData/Local/github-copilot/*.json',
      '.copilot/*.json',
      '.copilot/{session-state,history-session-state,logs}/**',
    ],
  },
  {
    // https://github.com/google-gemini/gemini-cli/blob/main/docs/reference/configuration.md
    name: 'Gemini CLI',
    globs: ['.gemini/*.json', '.gemini/.env', '.gemini/tmp/**/*.{json,jsonl}', ...inProjects('.gemini/{settings.json,.env}')],
  },
  // https://docs.windsurf.com/windsurf/cascade/mcp
  { name: 'Windsurf', globs: ['.codeium/*.json', '.codeium/windsurf/*.json', ...editor('Windsurf')] },
  // https://docs.continue.dev/reference
  {
    name: 'Continue',
    globs: ['.continue/config.{json,yaml,ts}', '.continue/.env', '.continue/{mcpServers,sessions,dev_data}/**'],
  },
  {
    name: 'Cline and Roo Code',
    globs: inSettings(
      ...['saoudrizwan.claude-dev', 'rooveterinaryinc.roo-cline'].map((id) => `Code/User/globalStorage/${id}/**/*.json`),
    ),
  },
  // https://opencode.ai/docs/config
  {
    name: 'OpenCode',
    globs: ['.config/opencode/*.{json,jsonc}', '.local/share/opencode/auth.json', '.local/share/opencode/storage/**/*.json'],
  },
  // https://block.github.io/goose/docs/guides/config-files
  { name: 'Goose', globs: ['.config/goose/*.yaml', '.local/share/goose/sessions/*'] },
  // https://ampcode.com/manual
  { name: 'Amp', globs: ['.config/amp/settings.json', '.local/share/amp/secrets.json', '.local/share/amp/threads/*.json'] },
  // https://aider.chat/docs/config/options.html
  { name: 'Aider', globs: inProjects('.aider.conf.yml', '.aider.{chat,input,llm}.history*') },
  { name: 'Kiro and Amazon Q', globs: ['.kiro/settings/*.json', '.aws/amazonq/*.json', '.aws/amazonq/history/*.json'] },
  {
    name: 'VS Code',
    globs: editor('Code'),
  },
  // https://www.jetbrains.com/help/idea/directories-used-by-the-ide-to-store-settings-caches-plugins-and-logs.html
  { name: 'JetBrains', globs: inSettings('JetBrains/*/options/*.xml') },
  { name: 'Zed', globs: ['.config/zed/settings.json', '.local/share/zed/threads/threads.db'] },
  {
    name: 'shell and database histories',
    globs: [
      '.{bash,zsh,sh,ash,ksh,python,node_repl,psql,mysql,sqlite,rediscli,irb,php,scala}_history',
      '.{zhistory,histfile,dbshell,lesshst}',
      '.zsh_sessions/*.history',
      '.local/share/fish/fish_history',
      '.mongodb/mongosh/*_log',
      '.mongosh/mongosh_repl_history',
      '.local/share/powershell/PSReadLine/*_history.txt',
      'AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/*_history.txt',
    ],
  },
  {
    name: 'shell settings',
    globs: [
      '.{bashrc,bash_profile,bash_login,bash_aliases,profile,zshrc,zshenv,zprofile,zlogin,kshrc,envrc}',
      '.config/fish/{config.fish,fish_variables,conf.d/*.fish}',
      '.config/environment.d/*.conf',
    ],
  },
  { name: '.env files', globs: inProjects('.env{,.*}', '*.env', '.envrc') },
  {
    name: 'logins of tools',
    globs: [
      '{.netrc,_netrc,.authinfo,.pgpass,.my.cnf,.curlrc,.wgetrc}',
      '.git-credentials',
      '.gitconfig',
      '.config/git/{config,credentials}',
      ...inSettings('gh/hosts.yml', 'glab-cli/config.yml', 'hub'),
    ],
  },
  {
    name: 'package managers',
    globs: [
      '.npmrc',
      '.yarnrc{,.yml}',
      '.bunfig.toml',
      '.pypirc',
      '.pip/pip.conf',
      ...inSettings('pip/pip.{conf,ini}', 'pypoetry/auth.toml', 'pnpm/rc', 'composer/auth.json', 'NuGet/*.[Cc]onfig'),
      '.cargo/credentials{,.toml}',
      '.gem/credentials',
      '.local/share/gem/credentials',
      '.bundle/config',
      '.composer/auth.json',
      '.m2/settings*.xml',
      '.gradle/gradle.properties',
      '.nuget/NuGet/NuGet.Config',
      '.sbt/.credentials',
      '.condarc',
    ],
  },
  {
    name: 'containers and clusters',
    globs: [
      '.docker/config.json',
      '.config/containers/auth.json',
      '.kube/config',
      '.kube/*.{yaml,yml,conf,config}',
      '.config/helm/{repositories.yaml,registry/config.json}',
    ],
  },
  {
    name: 'cloud command lines',
    globs: [
      '.aws/{credentials,config}',
      '.aws/{sso,cli}/cache/*.json',
      '.azure/*.{json,bin}',
      ...inSettings(
        'gcloud/{application_default_credentials.json,credentials.db,access_tokens.db}',
        'gcloud/{configurations,legacy_credentials}/**',
        'doctl/config.yaml',
        'hcloud/cli.toml',
        'netlify/config.json',
        'stripe/config.toml',
        'rclone/rclone.conf',
      ),
      '.oci/{config,*.pem}',
      '.bluemix/config.json',
      '.fly/config.yml',
      '.local/share/com.vercel.cli/auth.json',
      'Library/Application Support/com.vercel.cli/auth.json',
      '.wrangler/config/*.toml',
      '.config/.wrangler/config/*.toml',
      '.terraform.d/credentials.tfrc.json',
      '.terraformrc',
      '.pulumi/credentials.json',
      '.vault-token',
      '.databrickscfg',
      '.snowflake/*.toml',
      '.dbt/profiles.yml',
      '.kaggle/kaggle.json',
      '.cache/huggingface/{token,stored_tokens}',
      '.huggingface/{token,stored_tokens}',
      '.s3cfg',
      '.boto',
    ],
  },
];

/** The files at a place that are there, in the order of their names. */
export interface HomeFiles {
  readonly name: string;
  readonly paths: readonly string[];
}

/**
 * Looks up which of these files a home folder has, and which lie where the environment tells their tools to keep them; each is
 * told once. Links are not followed.
 */
export async function listHome(home: string, env: Readonly<NodeJS.ProcessEnv> = {}): Promise<readonly HomeFiles[]> {
  const seen = new Set<string>();
  const places: HomeFiles[] = [];
  for (const place of homePlaces) {
    const { name, globs } = place;
    const found = await fastGlob([...globs], {
      cwd: home,
      followSymbolicLinks: false,
      suppressErrors: true,
      ignore: ['**/node_modules/**'],
    });
    const relocated = await listRelocated(home, place, env);
    const paths = [...new Set([...found, ...relocated])].filter((path) => !seen.has(path)).sort();
    for (const path of paths) seen.add(path);
    if (paths.length > 0) places.push({ name, paths });
  }
  return places;
}
