/** The header by which an OAuth 2.0 client says who it is; both halves are written as in a form (RFC 6749, section 2.3.1). */
export function basicOf(clientId: string, clientSecret: string): string {
  const inForm = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${inForm(clientId)}:${inForm(clientSecret)}`).toString('base64')}`;
}
