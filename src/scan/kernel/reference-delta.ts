/** A copied run: where it starts in the result, where in the base, and how long it is. */
export interface CopiedRun {
  readonly start: number;
  readonly source: number;
  readonly length: number;
}

/**
 * Applies a delta (gitformat-pack, "Deltified representation"): what assembly/delta.ts must do. Copied runs that touch in
 * the base and in the result are one. Undefined for a delta that does not fit its base or does not give what its head says.
 */
export function applyDeltaReference(
  base: Uint8Array,
  delta: Uint8Array,
): { readonly result: Uint8Array; readonly copied: readonly CopiedRun[] } | undefined {
  let at = 0;
  let isCut = false;
  const next = () => {
    if (at >= delta.length) isCut = true;
    return delta[at++] ?? 0;
  };
  const readSize = () => {
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = next();
      size += (byte & 127) * scale;
      if (byte < 128) return size;
    }
  };

  const baseSize = readSize();
  const resultSize = readSize();
  if (isCut || baseSize !== base.length) return undefined;
  const pieces: Uint8Array[] = [];
  const copied: { start: number; source: number; length: number }[] = [];
  let written = 0;
  while (at < delta.length) {
    const op = next();
    if (op & 128) {
      let source = 0;
      let length = 0;
      for (let i = 0; i < 4; i++) if (op & (1 << i)) source += next() * 2 ** (8 * i);
      for (let i = 0; i < 3; i++) if (op & (16 << i)) length += next() * 2 ** (8 * i);
      // A length of zero is spelled for 64 KiB.
      if (length === 0) length = 65536;
      if (isCut || source + length > base.length) return undefined;
      pieces.push(base.subarray(source, source + length));
      const last = copied.at(-1);
      if (last && last.start + last.length === written && last.source + last.length === source) last.length += length;
      else copied.push({ start: written, source, length });
      written += length;
    } else {
      // Zero is reserved.
      if (op === 0 || at + op > delta.length) return undefined;
      pieces.push(delta.subarray(at, at + op));
      at += op;
      written += op;
    }
    if (written > resultSize) return undefined;
  }
  return written === resultSize ? { result: Buffer.concat(pieces), copied } : undefined;
}
