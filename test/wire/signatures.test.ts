import { describe, expect, test } from 'vitest';
import { signAlibaba } from '../../src/wire/alibaba-signature.ts';
import { digestAuthorization, readChallenge } from '../../src/wire/http-digest.ts';
import { oauth1Authorization, percentEncode } from '../../src/wire/oauth1.ts';
import { signPusher } from '../../src/wire/protocols/pusher-channels.ts';

// The examples of the documentation, value by value. What looks like a key there is put together here.

describe('HTTP Digest', () => {
  const challenge = (algorithm: string) =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;

  // https://www.rfc-editor.org/rfc/rfc7616#section-3.9.1
  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('%s, as in RFC 7616', (algorithm, response) => {
    const read = readChallenge(challenge(algorithm))!;
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
    const header = digestAuthorization(
      read,
      { user: 'Mufasa', password: ['Circle', 'of', 'Life'].join(' ') },
      { method: 'GET', uri: '/dir/index.html', cnonce },
    );
    expect(header).toContain(`response="${response}"`);
    expect(header).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });

  // https://www.rfc-editor.org/rfc/rfc2069, section 2.4, with the answer of its erratum 749
  test('without qop, as in RFC 2069', () => {
    const read = readChallenge('Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"')!;
    const header = digestAuthorization(
      read,
      { user: 'Mufasa', password: ['Circle', 'Of', 'Life'].join('') },
      { method: 'GET', uri: '/dir/index.html', cnonce: 'unused' },
    );
    expect(header).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(header).not.toContain('cnonce');
  });

  test.each([
    'Basic realm="x"',
    'Digest realm="x"',
    'Digest realm="x", nonce="n", algorithm=MD5-sess',
    'Digest realm="x", nonce="n", qop="auth-int"',
    'Digest realm="x", nonce="n\\"o"',
    '',
  ])('%s cannot be met', (header) => expect(readChallenge(header)).toBeUndefined());

  test('one of several challenges is found', () => {
    expect(readChallenge('Basic realm="x", Digest realm="y", nonce="n", stale=TRUE')).toEqual({
      realm: 'y',
      nonce: 'n',
      algorithm: 'MD5',
      hasQop: false,
      isStale: true,
    });
  });
});

// https://docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature
test('OAuth 1.0a, as in the documentation of X', () => {
  const header = oauth1Authorization(
    {
      method: 'POST',
      url: new URL('https://api.twitter.com/1.1/statuses/update.json?include_entities=true'),
      form: { status: 'Hello Ladies + Gentlemen, a signed OAuth request!' },
    },
    {
      consumerKey: ['xvz1evFS4w', 'EEPTGEFPHBog'].join(''),
      consumerSecret: ['kAcSOqF21Fu85e7zjz7Z', 'N2U4ZRhfV3WpwPAoE3Z7kBw'].join(''),
      token: ['370773112', 'GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb'].join('-'),
      tokenSecret: ['LswwdoUaIvS8ltyTt5jk', 'Rh4J50vUPVVHtR2YPi5kE'].join(''),
    },
    { nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg', seconds: 1_318_622_958 },
  );
  expect(header).toContain(`oauth_signature="${percentEncode('hCtSmYh+iHYCEqBWrE7C7hYmtUk=')}"`);
  expect(header).toMatch(/^OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", /);
});

// https://www.rfc-editor.org/rfc/rfc5849#section-3.6
test('what is not unreserved is encoded', () => {
  expect(percentEncode("Ladies + Gentlemen!*'()~-._☃")).toBe('Ladies%20%2B%20Gentlemen%21%2A%27%28%29~-._%E2%98%83');
});

// https://pusher.com/docs/channels/library_auth_reference/rest-api/#worked-authentication-example
test('Pusher, as in its worked example', () => {
  const query = {
    auth_key: '278d425bdf160c739803',
    auth_timestamp: '1353088179',
    auth_version: '1.0',
    body_md5: 'ec365a775a4cd0599faeb73354201b6f',
  };
  expect(signPusher('POST', '/apps/3/events', query, ['7ad3773142', 'a6692b25b8'].join(''))).toBe(
    'da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c',
  );
});

// https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
test('Alibaba Cloud, as in the documentation of ACS3-HMAC-SHA256', () => {
  const url = new URL(
    'https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai',
  );
  const { headers } = signAlibaba(
    { method: 'POST', url },
    url,
    { id: 'YourAccessKeyId', secret: 'YourAccessKeySecret' },
    {
      action: 'RunInstances',
      version: '2014-05-26',
      date: new Date('2023-10-26T10:22:32Z'),
      nonce: '3156853299f313e23d1673dc12e1703d',
    },
  );
  expect(headers.authorization).toBe(
    'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  );
});
