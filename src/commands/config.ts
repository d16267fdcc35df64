import type { Context } from '../cli-context.ts';
import { type Setting, settle } from '../config.ts';
import { type Exit, exits } from '../exit.ts';
import { configurableFlags, type Options } from '../flags.ts';

/** `quash config show`: the settings a scan has before any flag is typed, and where each comes from. */
export async function run({ format }: Options<'config show'>, { config, env, stdout }: Context): Promise<Exit> {
  const settings = settle(configurableFlags(), { typed: new Map(), files: config.files, env });
  stdout.write(format === 'json' ? `${JSON.stringify(asJson(settings, config), null, 2)}\n` : asText(settings, config));
  return exits.clean;
}

function asJson(settings: readonly Setting[], { files, warnings }: Context['config']) {
  return {
    files: files.map(({ path, owner }) => ({ path, owner })),
    settings: Object.fromEntries(settings.map(({ flag, value, from }) => [flag.name, { value: value ?? null, from }])),
    warnings,
  };
}

function asText(settings: readonly Setting[], { files }: Context['config']): string {
  const rows = settings.map((setting) => [`${setting.flag.name}: ${shown(setting.value)}`, origin(setting)] as const);
  const width = Math.min(48, Math.max(...rows.map(([left]) => left.length)));
  // The left column is YAML, the right one a comment: what is printed can be kept as a quash.yaml.
  const lines = rows.map(([left, right]) => `${left.startsWith('#') ? left : left.padEnd(width)}  # ${right}`);
  const read =
    files.length > 0 ? files.map(({ path, owner }) => `# read: ${path} (${ownerNames[owner]})`) : ['# no quash.yaml was found'];
  return `${[...read, ...lines].join('\n')}\n`;
}

function shown(value: Setting['value']): string {
  if (value === undefined) return '';
  return typeof value === 'string' && /^[\w.][\w./-]*$/.test(value) ? value : JSON.stringify(value);
}

const ownerNames = { target: "the target's", user: 'yours', flag: '--config' } as const;

function origin({ from }: Setting): string {
  switch (from.kind) {
    case 'default':
      return 'default';
    case 'file':
      return `${from.path}:${from.line}`;
    case 'environment':
      return from.variable;
    case 'flag':
      return 'flag';
    default:
      return from satisfies never;
  }
}
