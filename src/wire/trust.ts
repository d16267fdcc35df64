import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { QuashError } from '../errors.ts';

/** Whom TLS believes. To be given to every TLS connection as it is. */
export interface Trust {
  /** Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 changes only what is left unsaid. */
  readonly rejectUnauthorized: true;
  readonly secureContext?: SecureContext;
  /** The same certificates, for libraries that make a context of their own. */
  readonly ca?: string[];
}

/**
 * Node's own certificates, and those of NODE_EXTRA_CA_CERTS, which Node reads itself; those of SSL_CERT_FILE besides them.
 * OpenSSL would take that file instead of its own, but people set it to add the one authority of their company.
 */
export function readTrust(env: NodeJS.ProcessEnv): Trust {
  if (!env.SSL_CERT_FILE) return { rejectUnauthorized: true };
  const read = (name: string) => {
    try {
      return readFileSync(env[name]!, 'utf8');
    } catch (cause) {
      throw new QuashError('config', `reading the certificates of ${name}: ${(cause as Error).message}; set it to a PEM file`, {
        cause,
      });
    }
  };
  // Given certificates stand instead of the default ones, among which Node counts the extra ones.
  const extra = env.NODE_EXTRA_CA_CERTS ? [read('NODE_EXTRA_CA_CERTS')] : [];
  const ca = [...rootCertificates, ...extra, read('SSL_CERT_FILE')];
  try {
    return { rejectUnauthorized: true, secureContext: createSecureContext({ ca }), ca };
  } catch (cause) {
    throw new QuashError(
      'config',
      `reading the certificates of SSL_CERT_FILE: ${(cause as Error).message}; set it to a PEM file`,
      {
        cause,
      },
    );
  }
}

/** Whom mysql2 is to believe: it takes certificates and no context. Without them it believes those of Node, the extra ones included. */
export function mysqlTrust({ ca }: Trust): { readonly ca?: string[] } {
  return ca ? { ca } : {};
}
