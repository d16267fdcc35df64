import { describe, expect, it } from 'vitest';
import { redact, Secret } from '../../src/model/secret.ts';
import { formats } from '../../src/report/format.ts';
import { createReporter } from '../../src/report/report.ts';
import { awsKey, everything, liveToken, location, options, patterns, report, summary, values, written } from './samples.ts';

const pem = ['-----BEGIN', 'PRIVATE KEY-----\n'].join(' ') + 'QUJD'.repeat(400) + ['\n-----END', 'PRIVATE KEY-----'].join(' ');

/** How a value may stand in a report: as it is, or as a format encodes it. */
function spellings(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  return [value, json, encodeURIComponent(value), value.replaceAll('\n', '\\n')];
}

// The secret is also in the file's name, the author's name and the provider's answers.
const everywhere = {
  ...liveToken,
  verdict: { state: 'dead' as const, checkedAt: '', evidence: `the provider said: ${values.token} is unknown` },
  first: { commit: 'abc', author: values.token, email: `${values.token}@example.com`, date: '2024-01-01' },
  locations: [
    location({ kind: 'file', path: `tokens/${values.token}.txt` }, 1, { context: `x ${values.token} y` }),
    location({ kind: 'git', path: values.token, blob: 'b', author: values.token }),
    location({ kind: 'archive', path: 'a.zip', member: values.token }),
  ],
};
const key = {
  ...liveToken,
  secret: new Secret(pem),
  pattern: { ...patterns.github, id: 'private-key', name: 'Private key' },
  parts: {},
};
const said = { findings: [everywhere, awsKey, key], gaps: [] };
const secrets = [values.token, values.keyId, values.key, pem];

describe.each(formats)('%s', (format) => {
  it('holds no secret in clear when redacted, wherever it stood', async () => {
    const text = await report({ format, color: true, hyperlinks: true }, said);
    for (const secret of secrets) {
      for (const spelling of spellings(secret)) expect(text.includes(spelling)).toBe(false);
    }
    expect(text).toContain(redact(values.token));
  });

  it('holds the values when unredacted', async () => {
    const text = await report({ format, unredacted: true }, said);
    for (const secret of secrets) {
      // A person sees the key's secret part beside the id in the formats that show parts.
      if (secret === values.key && (format === 'gitlab' || format === 'csv' || format === 'junit')) continue;
      expect(spellings(secret).some((spelling) => text.includes(spelling))).toBe(true);
    }
  });

  it('writes findings as they come, each in a piece of bounded size', async () => {
    const count = 4000;
    let largest = 0;
    let total = 0;
    const reporter = createReporter(options({ format }), (text) => {
      largest = Math.max(largest, text.length);
      total += text.length;
    });
    for (let at = 0; at < count; at++) await reporter.finding(liveToken);
    await reporter.finish({ ...everything, findings: count });
    expect(total).toBeGreaterThan(count * 100);
    expect(largest).toBeLessThan(300_000);
  });

  it('is written even when nothing is said but the end', async () => {
    const pieces = await written({ format }, async (reporter) => {
      await reporter.finish(summary());
    });
    expect(pieces).toHaveLength(1);
  });
});
