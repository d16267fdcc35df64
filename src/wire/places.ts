/** A host and a port that a protocol may be spoken at, as the text named them. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * The places that a connection string's host names, in its order: `name`, `name:port`, `[v6]:port`, or several of them
 * with commas between. What is no place is left out.
 */
export function placesOf(hosts: string, defaultPort: number): readonly Place[] {
  return hosts.split(',').flatMap((text) => placeOf(text.trim(), defaultPort) ?? []);
}

function placeOf(text: string, defaultPort: number): Place | undefined {
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?$/.exec(text);
  // An IPv6 address without brackets has no room for a port.
  const bare = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.exec(text);
  const [, host, port] = bracketed ?? (bare ? [text, text, undefined] : (/^([0-9A-Za-z_.-]+)(?::(\d{1,5}))?$/.exec(text) ?? []));
  if (!host) return undefined;
  const number = port === undefined ? defaultPort : Number(port);
  return number >= 1 && number <= 65_535 ? { host, port: number } : undefined;
}
