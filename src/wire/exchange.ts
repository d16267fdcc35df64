import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Secret } from '../model/secret.ts';
import { RefusedConnection } from './dispatch.ts';
import { failed, failureOf } from './failure.ts';
import type { HttpAnswer, HttpRequest, Sent } from './http.ts';

export interface ExchangeTerms {
  readonly maxBodyBytes: number;
  readonly hide: readonly Secret[];
  /** Ends the exchange; `isLate` tells whether that is because its time was up. */
  readonly signal: AbortSignal;
  readonly isLate: () => boolean;
}

/** Sends one request and reads the whole answer, whatever it is. What is larger than allowed is let go of, with its connection. */
export async function exchange(request: HttpRequest, dispatcher: Dispatcher, terms: ExchangeTerms): Promise<Sent> {
  const { method, url, headers, body } = request;
  const { hide, signal, isLate } = terms;
  const host = url.host;
  const ended = () =>
    isLate() ? failed('timeout', `${host} did not finish its answer in time`, hide) : failed('cancelled', 'the run was stopped');
  let answer: Dispatcher.ResponseData;
  try {
    const path = `${url.pathname}${url.search}`;
    const options = { origin: url.origin, path, method: method as Dispatcher.HttpMethod, headers, signal };
    answer = await dispatcher.request({ ...options, body: body ?? null });
  } catch (error) {
    if (signal.aborted) return ended();
    const refused = error instanceof RefusedConnection ? error.failed : failureOf(error, host);
    if (!refused) throw error;
    const { kind, detail } = refused.failure;
    return failed(kind, detail, hide);
  }
  const tooLarge = () => failed('too-large', `${host} answered more than ${terms.maxBodyBytes} bytes`, hide);
  try {
    const packed = await readBody(answer, method === 'HEAD', terms.maxBodyBytes);
    if (!packed) return tooLarge();
    const held = headersOf(answer.headers);
    const unpacked = await unpack(packed, held['content-encoding'] ?? '', terms.maxBodyBytes);
    if (unpacked === 'too-large') return tooLarge();
    if (unpacked === 'unknown') return failed('cut-off', `${host} packed its answer in a way that cannot be read`, hide);
    return { answer: { status: answer.statusCode, headers: held, body: unpacked } };
  } catch (error) {
    if (signal.aborted) return ended();
    const { code } = error as NodeJS.ErrnoException;
    // Its headers were there: whatever breaks the connection now, or the packed bytes, has cut the answer off.
    if (failureOf(error, host) || code?.startsWith('Z_') || code?.startsWith('ERR_'))
      return failed('cut-off', `the answer of ${host} broke off${code ? ` (${code})` : ''}`, hide);
    throw error;
  }
}

async function readBody(
  { body, headers }: Dispatcher.ResponseData,
  isHead: boolean,
  maxBytes: number,
): Promise<Buffer | undefined> {
  // Destroying a body that is not read to its end is told as an error, which nobody is there to hear.
  body.on('error', () => {});
  if (!isHead && Number(headers['content-length']) > maxBytes) {
    body.destroy();
    return undefined;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body, and undici the connection with it.
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function headersOf(headers: Dispatcher.ResponseData['headers']): HttpAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

const unpackers = { gzip: promisify(gunzip), br: promisify(brotliDecompress), deflate: promisify(inflate) };

/**
 * The request asks for an answer that is not packed. There are providers that pack it all the same
 * (https://api.stackexchange.com/docs/compression), so the three usual ways are undone, within the same bound: a bomb ends there.
 */
async function unpack(packed: Buffer, encoding: string, maxOutputLength: number): Promise<Buffer | 'too-large' | 'unknown'> {
  const name = encoding
    .trim()
    .toLowerCase()
    .replace(/^x-gzip$/, 'gzip');
  if (packed.length === 0 || name === '' || name === 'identity') return packed;
  if (name !== 'gzip' && name !== 'br' && name !== 'deflate') return 'unknown';
  try {
    // Half of those who say deflate leave its header out: https://www.rfc-editor.org/rfc/rfc9110#name-deflate-coding
    const isRaw = name === 'deflate' && (packed[0]! & 0x0f) !== 8;
    return await (isRaw ? promisify(inflateRaw) : unpackers[name])(packed, { maxOutputLength });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return 'too-large';
    throw error;
  }
}
