import type { HttpStep, Revoker } from '../src/model/revoker.ts';

/** Each region knows its own keys alone, and a key does not tell its region: neither answer of one region says anything. */
function report(host: string, region: string): HttpStep {
  return {
    does: `Reports the key to PostHog’s ${region} region as leaked, which revokes it if it is of there.`,
    kind: 'act',
    request: `POST https://${host}/api/revoke_leaked_key`,
    body: { json: { token: '{{secret}}' } },
    accepted: { status: 200, json: { found: 'boolean' } },
  };
}

export default {
  provider: 'posthog',
  patterns: ['posthog-personal-api-key', 'posthog-project-secret-key'],
  docs: ['https://posthog.com/docs/api/revoke-leaked-key'],
  hosts: ['app.posthog.com', 'eu.posthog.com'],
  authority: 'none',
  batch: { max: 1 },
  limits: { concurrency: 1, perSecond: 1 },
  cascade: 'this key alone; PostHog writes to its owner, and cannot bring it back',
  survives: 'other keys of the same user or project',
  revoke: [report('app.posthog.com', 'American'), report('eu.posthog.com', 'European')],
} satisfies Revoker;
