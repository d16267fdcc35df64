import { completionForBash } from '../cli-completion-bash.ts';
import { completionForFish } from '../cli-completion-fish.ts';
import { completionForZsh } from '../cli-completion-zsh.ts';
import type { Context } from '../cli-context.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';

const scripts = { bash: completionForBash, zsh: completionForZsh, fish: completionForFish } as const;

/** `quash completion SHELL`: a script that completes what can be typed. */
export async function run({ shell }: Options<'completion'>, { stdout }: Context): Promise<Exit> {
  stdout.write(scripts[shell]());
  return exits.clean;
}
