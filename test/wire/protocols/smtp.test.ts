import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MailServer, startMail } from '../../../fixtures/servers/smtp.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');
const answers = {
  bare: [535, 'Authentication failed'],
  tenant: [535, '5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant'],
  second: [534, '5.7.9 Application-specific password required'],
  later: [454, '4.7.0 Temporary authentication failure'],
} as const;

describe('SMTP', () => {
  let server: MailServer;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startMail(password, answers);
    fields = { host: `localhost:${server.port}`, user: 'mailer', password };
  });
  afterAll(() => server?.stop());

  test('a password that lets in is live; TLS comes before it, and no mail after it', async () => {
    expect(await askBy('smtp', fields)).toMatchObject({
      state: 'live',
      identity: 'mailer',
      asked: [{ method: 'smtp', url: `smtp://localhost:${server.port}` }],
    });
    const said = server.commands.join('\n');
    expect(said.indexOf('STARTTLS')).toBeGreaterThan(-1);
    expect(said.lastIndexOf('AUTH')).toBeGreaterThan(said.indexOf('STARTTLS'));
    expect(said).not.toMatch(/\b(?:MAIL FROM|RCPT TO|DATA)\b/);
  });

  test('a password out of a URL is decoded when it says so', async () => {
    const encoded = { ...fields, password: encodeURIComponent(password), encoded: 'url' };
    expect(await askBy('smtp', encoded)).toMatchObject({ state: 'live' });
    expect(await askBy('smtp', { ...encoded, encoded: '' })).toMatchObject({ state: 'dead' });
  });

  test.each(['mailer', 'bare'])('535 for %s is dead, in the words of the server', async (user) => {
    const answer = await askBy('smtp', { ...fields, user, password: `${password}-not` });
    expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringContaining('535') });
    expect(JSON.stringify(answer)).not.toContain(password);
  });

  test.each(['tenant', 'second', 'later'] as const)('what the server says to %s proves nothing', async (user) => {
    expect(await askBy('smtp', { ...fields, user })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(answers[user][1].slice(0, 20)),
    });
  });

  test('smtps speaks TLS from the start', async () => {
    const secure = await startMail(password, answers, { secure: true });
    try {
      const there = { ...fields, host: `localhost:${secure.port}`, scheme: 'smtps' };
      expect(await askBy('smtp', there)).toMatchObject({ state: 'live' });
      expect(await askBy('smtp', { ...there, password: 'wrong' })).toMatchObject({ state: 'dead' });
    } finally {
      await secure.stop();
    }
  });

  test('a server without AUTH proves nothing', async () => {
    const open = await startMail(password, answers, { disabledCommands: ['AUTH'] });
    try {
      expect(await askBy('smtp', { ...fields, host: `localhost:${open.port}` })).toMatchObject({ state: 'unknown' });
    } finally {
      await open.stop();
    }
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('smtp', fields));
});
