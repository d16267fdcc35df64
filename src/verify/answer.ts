/** An answer as rules look at it; its body is read as text and as JSON once, when first asked for. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: () => string;
  /** `undefined` when the body is no JSON. */
  readonly json: () => unknown;
  readonly kind: () => 'json' | 'html' | 'xml' | 'text' | 'none';
}

export function readAnswer({
  status,
  headers,
  body,
}: {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}): Answer {
  const text = once(() => new TextDecoder().decode(body));
  return {
    status,
    headers,
    text,
    json: once(() => {
      try {
        return JSON.parse(text()) as unknown;
      } catch {
        // That it is none is the answer: no rule over JSON holds.
        return undefined;
      }
    }),
    kind: once(() => kindOf(headers['content-type'] ?? '', text)),
  };
}

/** What an answer is by what it calls itself; a page is one also under another name. */
function kindOf(type: string, text: () => string): ReturnType<Answer['kind']> {
  if (/^\s*(?:<!doctype\s+html|<html|<head|<body)/i.test(text())) return 'html';
  if (/\bhtml\b/i.test(type)) return 'html';
  if (/\bjson\b/i.test(type)) return 'json';
  if (/\bxml\b/i.test(type)) return 'xml';
  if (text().trim() === '') return 'none';
  return 'text';
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
