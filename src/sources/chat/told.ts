import type { ChatOrigin } from '../../model/origin.ts';

/** A time as ISO 8601: from that, from seconds or milliseconds since 1970, or in words that a clock understands. */
export function isoTime(written: string | undefined): string | undefined {
  if (!written) return undefined;
  const number = Number(written);
  if (Number.isNaN(number)) {
    // Without a zone, its own clock is all that is known of it; in words it is not even that.
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(written)) return written;
    if (/[A-Za-z ]/.test(written) && !/(?:Z|UTC|GMT|[+-]\d\d:?\d\d(?: \([A-Z]+\))?|\b(?!AM|PM)[A-Z]{2,4})$/.test(written))
      return undefined;
  }
  // Seconds have ten digits until 2286, milliseconds thirteen, microseconds sixteen.
  const ms = Number.isNaN(number)
    ? Date.parse(written.replace(/\s+at\s+/, ' ').replaceAll('\u202f', ' '))
    : number < 1e11
      ? number * 1000
      : number < 1e14
        ? number
        : number / 1000;
  // Past this a Date has no year that ISO 8601 can write.
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

/** An author of whom anything is known. */
export function authorOf(id?: string, name?: string, email?: string): ChatOrigin['author'] {
  if (!id && !name && !email) return undefined;
  return { ...(id && { id }), ...(name && { name }), ...(email && { email }) };
}

/** The origin of a message: what is undefined is left out. */
export function originOf(here: ChatOrigin, told: Partial<ChatOrigin>): ChatOrigin {
  const origin: Record<string, unknown> = { kind: 'chat', system: here.system, path: here.path };
  if (here.member !== undefined) origin.member = here.member;
  for (const key in told) {
    const value = told[key as keyof ChatOrigin];
    if (value !== undefined) origin[key] = value;
  }
  return origin as unknown as ChatOrigin;
}

/** The folder in which a document lies, and the one around it: `['general', 'export']`. */
export function foldersOf({ path, member }: { readonly path: string; readonly member?: string }): readonly string[] {
  return (member ?? path)
    .split(/\/|!\//)
    .slice(0, -1)
    .reverse();
}
