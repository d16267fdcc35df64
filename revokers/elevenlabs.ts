import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'elevenlabs',
  patterns: ['elevenlabs-api-key'],
  docs: ['https://api.elevenlabs.io/openapi.json', 'https://github.com/elevenlabs/elevenlabs-python/blob/main/reference.md'],
  hosts: ['api.elevenlabs.io'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this key alone; an administrator of the workspace may enable it again',
  survives: 'other keys of the workspace',
  revoke: [
    {
      // A workspace may forbid it, as those of the Enterprise plan do unless they are asked not to.
      does: 'Disables the key by itself; nothing else can be named.',
      kind: 'act',
      request: 'POST https://api.elevenlabs.io/v1/workspaces/api-keys/disable?api_key_name=self',
      headers: { 'xi-api-key': '{{secret}}' },
      accepted: { status: 200 },
      gone: { status: 401, json: { 'detail.status': 'invalid_api_key' } },
    },
  ],
} satisfies Revoker;
