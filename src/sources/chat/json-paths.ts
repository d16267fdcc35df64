/** What a place in JSON is, by the names on the way to it: each place is one number. */
export interface JsonPaths {
  readonly count: number;
  /** The place of a member of an object there, by the bytes of its name. */
  member(place: number, hash: number, bytes: Uint8Array, start: number, end: number): number;
  /** The place of an array's elements. */
  element(place: number): number;
  /** `messages[].author.name`. */
  path(place: number): string;
}

// Hostile names are as many as there are bytes; past this many places they are told apart no longer.
const maxPlaces = 20_000;

/** The place of a document's own value. */
export const rootPlace = 0;

/** Keeps places; `added` hears of each new one, once. */
export function createJsonPaths(added: (place: number, path: string) => void): JsonPaths {
  const paths: string[] = [];
  const names: Buffer[] = [];
  const members: (Map<number, number> | undefined)[] = [];
  const elements: number[] = [];
  const overflow: number[] = [];

  function add(path: string, name: Buffer): number {
    const place = paths.length;
    paths.push(path);
    names.push(name);
    members.push(undefined);
    elements.push(-1);
    overflow.push(-1);
    added(place, path);
    return place;
  }

  /** All that is further in stands for itself: `a.b` is then a member of `a.*`, and so on. */
  function overflowOf(place: number): number {
    if (paths.length > maxPlaces * 2 || paths[place].length > 600) return place;
    if (overflow[place] < 0) overflow[place] = add(`${paths[place]}.*`, Buffer.alloc(0));
    return overflow[place];
  }

  add('', Buffer.alloc(0));
  return {
    get count() {
      return paths.length;
    },
    member(place, hash, bytes, start, end) {
      members[place] ??= new Map();
      const known = members[place];
      let slot = hash;
      for (let tries = 0; tries < 8; tries++) {
        const found = known.get(slot);
        if (found === undefined) {
          if (paths.length >= maxPlaces || end - start > 200 || paths[place].length > 400) return overflowOf(place);
          const name = Buffer.from(bytes.subarray(start, end));
          const path = paths[place];
          const made = add(path === '' ? name.toString() : `${path}.${name.toString()}`, name);
          known.set(slot, made);
          return made;
        }
        if (isSame(names[found], bytes, start, end)) return found;
        slot = (slot + 1) | 0;
      }
      return overflowOf(place);
    },
    element(place) {
      if (elements[place] < 0) {
        if (paths.length > maxPlaces * 2 || paths[place].length > 600) return place;
        elements[place] = add(`${paths[place]}[]`, Buffer.alloc(0));
      }
      return elements[place];
    },
    path: (place) => paths[place],
  };
}

function isSame(name: Buffer, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false;
  return true;
}
