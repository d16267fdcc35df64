import { all, reports, settings } from './command-sets.ts';
import type { Flag } from './declaration.ts';

/** Flags that nearly every command takes. */
export const runningFlags = [
  {
    name: 'config',
    short: 'c',
    kind: 'file',
    placeholder: 'FILE',
    category: 'run',
    help: 'use FILE, or none, not the quash.yaml found',
    commands: settings,
  },
  {
    name: 'jobs',
    short: 'j',
    kind: 'count',
    placeholder: 'N',
    category: 'run',
    help: 'use N workers',
    commands: [...reports, 'triage'],
    config: 'user',
  },
  {
    name: 'quiet',
    short: 'q',
    kind: 'switch',
    category: 'output',
    help: 'print findings and errors, nothing else',
    common: true,
    commands: all,
    config: 'user',
  },
  {
    name: 'color',
    kind: 'switch',
    default: true,
    category: 'output',
    help: 'no colours; NO_COLOR does the same',
    commands: all,
    config: 'user',
  },
] as const satisfies readonly Flag[];
