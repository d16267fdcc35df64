import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { everything, liveToken, location, patterns, report, summary } from './samples.ts';

describe('html', () => {
  it('loads nothing and lets only its own style and script run', async () => {
    const page = await report({ format: 'html' });
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    const hash = (tag: string) => {
      const [, body] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(page)!;
      return `'sha256-${createHash('sha256').update(body!).digest('base64')}'`;
    };
    expect(policy).toBe(
      `default-src 'none'; style-src ${hash('style')}; script-src ${hash('script')}; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<(script|style)\b/g)).toEqual(['<style', '<script']);
    expect(page).not.toMatch(/<(?:link|img|iframe|object|embed)\b|\ssrc=|\sstyle=|\son\w+=/);
  });

  it('holds a card a finding, with what sorting and filtering need', async () => {
    const page = await report({ format: 'html', repositoryUrl: 'git@github.com:ada/app.git' });
    expect(page.match(/<article /g)).toHaveLength(3);
    expect(page).toContain(
      '<article class="critical" id="f-4f2a91c07be3" data-severity="critical" data-verdict="live" data-provider="github"',
    );
    expect(page).toContain('<code>ghp_…7Wm2 (redacted)</code><span class="verdict live">live</span>');
    expect(page).toContain('href="https://github.com/ada/app/blob/1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d/deploy/old.env#L9"');
    expect(page).toContain('<summary>5 more</summary>');
  });

  it('says what was not read, and calls only a whole scan clean', async () => {
    const incomplete = await report({ format: 'html' }, { findings: [], summary: summary({ complete: false, gaps: 3 }) });
    expect(incomplete).toContain('Not read: this scan is incomplete');
    expect(incomplete).toContain('<p class="lead">No secrets in what was read, which is not everything.</p>');
    const clean = await report({ format: 'html' }, { findings: [], gaps: [], summary: summary() });
    expect(clean).toContain('<p class="lead clean">No secrets.</p>');
    expect(clean).not.toContain('Not read');
  });

  it('escapes everything that was scanned', async () => {
    const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&\x00\u202e`;
    const page = await report(
      { format: 'html', repositoryUrl: `https://github.com/${hostile}` },
      {
        findings: [
          {
            ...liveToken,
            id: hostile,
            pattern: { ...patterns.github, name: hostile, provider: hostile },
            verdict: { state: 'live', checkedAt: '', evidence: '', identity: hostile, scopes: [hostile] },
            first: { commit: hostile, author: hostile, email: hostile, date: hostile },
            locations: [
              location({ kind: 'git', path: hostile, blob: '', commit: hostile, author: hostile, date: hostile }, 1, {
                context: hostile,
              }),
            ],
          },
        ],
        gaps: [{ origin: { kind: 'file', path: hostile }, reason: 'unreadable', detail: hostile }],
        summary: { ...everything, version: hostile },
      },
    );
    expect(page.match(/<(script|style|img)\b/g)).toEqual(['<style', '<script']);
    const tags = page.replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, '').match(/<[a-z][^>]*>/g)!;
    for (const tag of tags) expect(tag).toMatch(/^<[a-z0-9]+(?:\s[a-z-]+(?:="[^"]*")?)*>$/);
    expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
