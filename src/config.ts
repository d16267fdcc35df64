import { lstatSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Invocation } from './cli-parse.ts';
import { QuashError } from './errors.ts';
import type { CommandName, Flag } from './flags/declaration.ts';
import { jsonSchemaOf, readText, type Value } from './flags/values.ts';
import { camelCase, configurableFlags, flagsOf, type Options } from './flags.ts';

/** Where a config file stands, and so whose it is: found in what is scanned, the user's own, or named by `--config`. */
export type ConfigOwner = 'target' | 'user' | 'flag';

/** A `quash.yaml` that was read. */
export interface ConfigFile {
  readonly path: string;
  readonly owner: ConfigOwner;
  readonly entries: ReadonlyMap<string, { readonly value: Value | readonly Value[]; readonly line: number }>;
  /** What was ignored, and why; each a sentence that starts with file:line:column. */
  readonly warnings: readonly string[];
}

export interface ConfigPlace {
  readonly path: string;
  readonly owner: ConfigOwner;
}

/** A value that applies, and what set it. For a list that several files added to, the nearest of them. */
export interface Setting {
  readonly flag: Flag;
  readonly value: Value | readonly Value[] | undefined;
  readonly from:
    | { readonly kind: 'default' }
    | { readonly kind: 'file'; readonly path: string; readonly line: number; readonly owner: ConfigOwner }
    | { readonly kind: 'environment'; readonly variable: string }
    | { readonly kind: 'flag' };
}

/** The files that apply, the weakest first, and what in them does not. */
export interface Config {
  readonly files: readonly ConfigFile[];
  readonly warnings: readonly string[];
}

/**
 * Finds and reads the config files that apply to `targets`. Nothing is loaded when there are none.
 * `explicit` is what `--config` says: a file that takes the place of the one found at the target, or `none`.
 */
export async function loadConfig(
  targets: readonly string[],
  {
    cwd,
    env,
    explicit,
  }: { readonly cwd: string; readonly env: Readonly<NodeJS.ProcessEnv>; readonly explicit?: string | undefined },
): Promise<Config> {
  const { places, warnings } = findConfig(targets, { cwd, env, explicit });
  if (places.length === 0) return { files: [], warnings };
  const { readConfigFile } = await import('./config-file.ts');
  const files = places.map(readConfigFile);
  return { files, warnings: [...warnings, ...files.flatMap((file) => file.warnings)] };
}

function findConfig(
  targets: readonly string[],
  {
    cwd,
    env,
    explicit,
  }: { readonly cwd: string; readonly env: Readonly<NodeJS.ProcessEnv>; readonly explicit?: string | undefined },
): { readonly places: readonly ConfigPlace[]; readonly warnings: readonly string[] } {
  if (explicit === 'none') return { places: [], warnings: [] };
  const places: ConfigPlace[] = [];
  const home =
    env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), '.config');
  const own = join(home, 'quash', 'quash.yaml');
  if (isFile(own)) places.push({ path: own, owner: 'user' });
  if (explicit !== undefined) {
    const path = resolve(cwd, explicit);
    if (!isFile(path))
      throw new QuashError('config', `reading ${explicit}, named by --config: there is no such file; check the path`);
    return { places: [...places, { path, owner: 'flag' }], warnings: [] };
  }

  const found = new Set(targets.map((target) => findUpward(target, cwd)));
  if (found.size > 1) {
    const problem =
      'the targets have different quash.yaml files, and none of them is used; scan each on its own, or name one with --config';
    return { places, warnings: [problem] };
  }
  const [path] = found;
  if (path && path !== own) places.push({ path, owner: 'target' });
  return { places, warnings: [] };
}

/** The `quash.yaml` nearest to a target, up to the root of its repository: what stands above that belongs to somebody else. */
function findUpward(target: string, cwd: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\/|^[^/]+@[^/]+:/i.test(target)) return undefined;
  const start = resolve(cwd, target === '-' ? '.' : target);
  let folder = statSync(start, { throwIfNoEntry: false })?.isDirectory() ? start : dirname(start);
  for (;;) {
    const path = join(folder, 'quash.yaml');
    if (isFile(path) && isWithin(path, folder)) return path;
    const isRepositoryRoot = lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined;
    if (isRepositoryRoot || dirname(folder) === folder) return undefined;
    folder = dirname(folder);
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether an existing path, once its symlinks are followed, still lies in `folder`. */
export function isWithin(path: string, folder: string): boolean {
  return realpathSync(path).startsWith(join(realpathSync(folder), '/'));
}

/**
 * What applies to each of `flags`: what was typed, else the environment, else the nearest config file, else the default.
 * Throws a usage error for an environment variable that cannot be read.
 */
export function settle(
  flags: readonly Flag[],
  {
    typed,
    files,
    env,
  }: { readonly typed: Invocation['flags']; readonly files: readonly ConfigFile[]; readonly env: Readonly<NodeJS.ProcessEnv> },
): readonly Setting[] {
  const implied = Object.assign({}, ...flags.filter((flag) => isOn(typed.get(flag.name))).map((flag) => flag.implies)) as Record<
    string,
    boolean
  >;
  return flags.map((flag) => {
    const setting = settleBelowFlags(flag, files, env);
    const value = typed.get(flag.name) ?? implied[flag.name];
    if (value === undefined) return setting;
    const joined = flag.layers === 'join' ? [...(setting.value as readonly Value[]), ...(value as readonly Value[])] : value;
    return { flag, value: joined, from: { kind: 'flag' } };
  });
}

function isOn(value: Value | readonly Value[] | undefined): boolean {
  return value !== undefined && value !== false;
}

function settleBelowFlags(flag: Flag, files: readonly ConfigFile[], env: Readonly<NodeJS.ProcessEnv>): Setting {
  const text = flag.env === undefined ? undefined : env[flag.env];
  if (flag.env !== undefined && text) {
    const reading = readText(text, flag);
    if ('problem' in reading) throw new QuashError('usage', `reading the environment: ${flag.env} ${reading.problem}`);
    return { flag, value: reading.value, from: { kind: 'environment', variable: flag.env } };
  }
  const unset = flag.repeatable ? [] : (flag.default ?? (flag.kind === 'switch' ? false : undefined));
  let setting: Setting = { flag, value: unset, from: { kind: 'default' } };
  if (flag.config === undefined) return setting;
  for (const file of files) {
    const entry = file.entries.get(flag.name);
    if (!entry) continue;
    const value =
      flag.layers === 'join' ? [...(setting.value as readonly Value[]), ...(entry.value as readonly Value[])] : entry.value;
    setting = { flag, value, from: { kind: 'file', path: file.path, line: entry.line, owner: file.owner } };
  }
  return setting;
}

/** What a command is run with. */
export function resolveOptions(
  { command, flags: typed, positionals }: Invocation,
  config: Config,
  env: Readonly<NodeJS.ProcessEnv>,
): Options<CommandName> {
  const settings = settle(flagsOf(command), { typed, files: config.files, env });
  const values = Object.fromEntries(settings.map(({ flag, value }) => [camelCase(flag.name), value]));
  // The declaration gives both the type and the values, which TypeScript cannot follow through `fromEntries`.
  return { command, ...values, ...positionals } as unknown as Options<CommandName>;
}

/** The JSON Schema of `quash.yaml`, for editors. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const properties = configurableFlags().map((flag) => {
    const one = jsonSchemaOf(flag);
    const schema = flag.repeatable ? { anyOf: [one, { type: 'array', items: one }] } : one;
    const isOnByDefault = flag.kind === 'switch' && flag.default === true;
    const description = [
      `${isOnByDefault ? 'false: ' : ''}${flag.help}.`,
      flag.details,
      flag.config === 'user' ? 'Ignored in a quash.yaml found in what is scanned.' : undefined,
    ];
    return [flag.name, { description: description.filter(Boolean).join(' '), default: flag.default, ...schema }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'quash.yaml',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}
