import type { CommandName } from './declaration.ts';

// Commands that share flags, by what they do.
export const deciders = ['findings ignore', 'findings accept', 'findings assign', 'findings reopen'] as const;
export const keepers = ['findings list', 'findings show', ...deciders, 'findings export', 'findings import'] as const;

export const all = [
  'scan',
  'verify',
  'drill',
  'revoke',
  'revoke finalise',
  'revoke undo',
  'revoke status',
  'triage',
  'approve',
  'journal show',
  'journal verify',
  'journal export-head',
  'policy set',
  'policy show',
  'policy clear',
  'revokers list',
  'revokers show',
  'egress',
  ...keepers,
  'keys init',
  'keys show',
  'hook install',
  'hook uninstall',
  'hook run',
  'patterns list',
  'patterns show',
  'patterns check',
  'baseline',
  'config show',
  'completion',
] as const satisfies readonly CommandName[];

export const scans = ['scan', 'baseline'] as const;
export const reports = ['scan', 'hook run', 'baseline'] as const;
export const askers = ['scan', 'verify'] as const;
export const patternUsers = [
  ...keepers,
  'scan',
  'verify',
  'revoke',
  'revoke finalise',
  'revoke undo',
  'triage',
  'egress',
  'hook run',
  'baseline',
  'patterns list',
  'patterns show',
  'patterns check',
] as const;
export const settings = [...patternUsers, 'config show'] as const;
export const listings = [
  'findings list',
  'findings show',
  'keys show',
  'patterns list',
  'patterns show',
  'config show',
  'egress',
  'drill',
] as const;
export const takers = ['revoke', 'revoke finalise', 'revoke undo'] as const;
export const policies = ['policy set', 'policy show', 'policy clear'] as const;
export const journals = ['journal show', 'journal verify', 'journal export-head'] as const;
