import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { pemOf } from '../pem.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { toldOf, toldText } from '../protocol-http.ts';

/**
 * Private keys against the certificate that stands beside them. Nothing is sent. An expired certificate is refused by
 * every TLS client (RFC 5280, section 6.1.3); one that is still valid proves that the key is in force somewhere, but not
 * that it has not been revoked, and so proves nothing.
 */
const protocol: Protocol = {
  name: 'certificate',
  needs: ['private_key', 'certificate'],
  takes: [],
  hosts: [],
  sends: 'nothing: the key is compared with the certificate on this machine',
  ask: async (fields, context) => judge(fields.private_key ?? '', fields.certificate ?? '', context),
};

export default protocol;

function judge(keyText: string, certificateText: string, context: ProtocolContext): ProtocolAnswer {
  const key = privateKeyOf(keyText);
  if (!key) return unknown('the private key cannot be read');
  const certificate = certificateOf(certificateText);
  if (!certificate) return unknown('the certificate found beside it cannot be read');
  if (!certificate.checkPrivateKey(key)) return unknown('the certificate found beside it belongs to another key');

  const expires = new Date(certificate.validTo);
  const told = toldOf({
    identity: nameOf(certificate),
    expires: expires.toISOString(),
    created: new Date(certificate.validFrom).toISOString(),
  });
  if (expires < context.now())
    return {
      ...told,
      state: 'dead',
      evidence: `its certificate expired on ${expires.toISOString().slice(0, 10)}: TLS refuses it, whatever else was signed with the key`,
      asked: [],
    };
  return {
    ...unknown(
      `its certificate is valid until ${expires.toISOString().slice(0, 10)}, and nobody was asked whether it is revoked`,
    ),
    ...told,
  };
}

function unknown(reason: string): ProtocolAnswer {
  return { state: 'unknown', reason, asked: [] };
}

function privateKeyOf(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(pemOf(text, 'PRIVATE KEY') ?? '');
  } catch {
    return undefined;
  }
}

function certificateOf(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pemOf(text, 'CERTIFICATE') ?? '');
  } catch {
    return undefined;
  }
}

/** The names it is for: the common name of the subject, else the first alternative name. */
function nameOf(certificate: X509Certificate): string | undefined {
  const names = [
    ...certificate.subject.matchAll(/^CN=(.{1,200})$/gm),
    ...(certificate.subjectAltName ?? '').matchAll(/DNS:([^\s,"]{1,200})/g),
  ];
  return toldText(names[0]?.[1], []);
}
