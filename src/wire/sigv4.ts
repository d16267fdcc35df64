import { AwsV4Signer } from 'aws4fetch';
import type { HttpRequest } from './http.ts';

export interface AwsKey {
  readonly id: string;
  readonly secret: string;
  readonly sessionToken?: string;
}

/**
 * Signs a request with AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
 * `destination` is where the request really goes: host and path are part of what is signed, and an endpoint override
 * replaces both. The secret key makes the signature and is not sent.
 */
export async function signV4(
  request: HttpRequest,
  destination: URL,
  key: AwsKey,
  scope: { readonly service: string; readonly region: string },
  now: Date,
): Promise<HttpRequest> {
  const signer = new AwsV4Signer({
    method: request.method,
    url: destination.href,
    headers: request.headers,
    ...(request.body !== undefined && { body: request.body }),
    accessKeyId: key.id,
    secretAccessKey: key.secret,
    ...(key.sessionToken && { sessionToken: key.sessionToken }),
    ...scope,
    datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ''),
  });
  const { headers } = await signer.sign();
  return { ...request, headers: Object.fromEntries(headers) };
}
