import { inspect } from 'node:util';

/** A credential's value. Every way of printing it gives the redacted form; only `reveal()` gives the value. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Called by verification, revocation, sealing, fingerprints and `--unredacted`, and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  get length(): number {
    return this.#value.length;
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return redact(this.#value);
  }

  toJSON(): string {
    return redact(this.#value);
  }

  [inspect.custom](): string {
    return `Secret(${redact(this.#value)})`;
  }
}

/**
 * The redacted form of a value: its first and last four characters when at least twenty stay hidden, its first two
 * when at least eight do, nothing of it otherwise. Line breaks and control characters are never shown.
 */
export function redact(value: string): string {
  const shown = (part: string) => part.replace(/[^\x21-\x7e]/g, '');
  const marker = value.startsWith('-----BEGIN ') ? /^-----BEGIN [A-Z0-9 ]{1,40}-----/.exec(value)?.[0] : undefined;
  if (marker) return `${marker}… (redacted)`;
  if (value.length >= 28) return `${shown(value.slice(0, 4))}…${shown(value.slice(-4))} (redacted)`;
  if (value.length >= 10) return `${shown(value.slice(0, 2))}… (redacted)`;
  return '… (redacted)';
}
