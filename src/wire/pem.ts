/**
 * The first PEM block (RFC 7468) whose label ends as asked, written as OpenSSL reads it. In code and JSON a block stands
 * in one string with `\n`, in several joined ones, or indented: all but its base64 is dropped.
 */
export function pemOf(text: string, label: 'PRIVATE KEY' | 'CERTIFICATE'): string | undefined {
  const block = new RegExp(`-----BEGIN ((?:[A-Z0-9]{1,10} ){0,2}${label})-----([^-]{1,60000})-----END \\1-----`).exec(text);
  const [, name, body] = block ?? [];
  if (name === undefined || body === undefined) return undefined;
  const base64 = body.replace(/\\+[nrt]/g, '').replace(/[^0-9A-Za-z+/=]/g, '');
  return `-----BEGIN ${name}-----\n${base64.replace(/.{1,64}/g, '$&\n')}-----END ${name}-----\n`;
}
