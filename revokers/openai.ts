import type { Revoker } from '../src/model/revoker.ts';

const admin = { authorization: 'Bearer {{admin}}' };

/** All pages are read: another key on the next may have the same ends. */
const page = { next: 'json.last_id', as: 'query.after', more: 'has_more' } as const;

export default [
  {
    provider: 'openai',
    patterns: ['openai-project-key'],
    docs: [
      'https://platform.openai.com/docs/api-reference/project-api-keys/list',
      'https://platform.openai.com/docs/api-reference/project-api-keys/delete',
    ],
    hosts: ['api.openai.com'],
    authority: 'admin',
    admin: { what: 'an admin API key of the same organization', env: 'OPENAI_ADMIN_KEY' },
    batch: { max: 1 },
    cascade: 'this key alone',
    survives: 'other keys of the project; what was uploaded and trained with this one',
    revoke: [
      {
        does: 'Asks with the leaked key which project it is of.',
        kind: 'look-up',
        request: 'GET https://api.openai.com/v1/models',
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 200, json: { object: 'list' } },
        keep: { project: 'header.openai-project' },
      },
      {
        does: 'Looks the key up among those of its project, by its visible ends.',
        kind: 'look-up',
        request:
          'GET https://api.openai.com/v1/organization/projects/{{kept:project}}/api_keys?limit=100&owner_project_access=any',
        headers: admin,
        accepted: { status: 200, json: { object: 'list' } },
        page,
        find: { in: 'data', where: { 'owner.type': 'user' }, masked: 'redacted_value', keep: { id: 'id' } },
      },
      {
        does: 'Deletes the key by its id.',
        kind: 'act',
        request: 'DELETE https://api.openai.com/v1/organization/projects/{{kept:project}}/api_keys/{{kept:id}}',
        headers: admin,
        accepted: { status: 200, json: { deleted: true } },
      },
    ],
  },
  {
    provider: 'openai',
    patterns: ['openai-admin-key'],
    docs: [
      'https://platform.openai.com/docs/api-reference/admin-api-keys/list',
      'https://platform.openai.com/docs/api-reference/admin-api-keys/delete',
    ],
    hosts: ['api.openai.com'],
    authority: 'admin',
    admin: { what: 'another admin API key of the same organization', env: 'OPENAI_ADMIN_KEY' },
    batch: { max: 1 },
    cascade: 'this key alone',
    survives: 'keys, users and invitations that were made with it',
    mints: true,
    revoke: [
      {
        does: 'Looks the key up by its visible ends in the list that it gives itself: that of its own organization.',
        kind: 'look-up',
        request: 'GET https://api.openai.com/v1/organization/admin_api_keys?limit=100',
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 200, json: { object: 'list' } },
        page,
        find: { in: 'data', where: {}, masked: 'redacted_value', keep: { id: 'id' } },
      },
      {
        does: 'Deletes the key by its id.',
        kind: 'act',
        request: 'DELETE https://api.openai.com/v1/organization/admin_api_keys/{{kept:id}}',
        headers: admin,
        accepted: { status: 200, json: { deleted: true } },
      },
    ],
  },
] satisfies readonly Revoker[];
