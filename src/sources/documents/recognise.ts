import type { TextFormat } from '../document.ts';
import { javaClass } from './java-class.ts';
import { har, imageConfig, jupyter, mayWrapText, postman, terraform } from './json-text.ts';
import { office } from './office.ts';
import { pythonCode } from './python-code.ts';

const jsonKinds = [jupyter, har, postman, terraform, imageConfig] as const;

/** Tells by a document's first bytes in which of these kinds its text is wrapped, if in one; nearly all are turned away by the first few. */
export function recogniseText(head: Uint8Array, path: string): TextFormat | undefined {
  switch (head[0]) {
    case 0x7b: // {
    case 0x0a:
    case 0x0d:
    case 0x20:
      return jsonKind(head, path);
    case 0xef: // A byte order mark
      return first([office], head, path) ?? jsonKind(head, path);
    case 0x3c: // <
      return first([office], head, path);
    case 0xca:
      return first([javaClass], head, path);
    default:
      return head[2] === 0x0d && head[3] === 0x0a ? first([pythonCode], head, path) : undefined;
  }
}

function jsonKind(head: Uint8Array, path: string): TextFormat | undefined {
  return mayWrapText(head) ? first(jsonKinds, head, path) : undefined;
}

function first(formats: readonly TextFormat[], head: Uint8Array, path: string): TextFormat | undefined {
  return formats.find((format) => format.recognise(head, path) > 0);
}
