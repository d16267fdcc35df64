import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** What emscripten calls in place of compiling: https://emscripten.org/docs/api_reference/module.html#Module.instantiateWasm */
export type InstantiateWasm = (
  imports: Record<string, Record<string, unknown>>,
  done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => WebAssembly.Instance['exports'];

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles the WebAssembly of a package once in a run, by the way to its file. Each archive or document has an instance of its
 * own: that is made in a millisecond or two, while compiling PDFium takes fifty and libarchive fifteen.
 */
export async function compiledOnce(specifier: string, prepare?: (binary: Uint8Array) => void): Promise<InstantiateWasm> {
  const known = compiled.get(specifier) ?? compile(specifier, prepare);
  compiled.set(specifier, known);
  const module = await known;
  return (imports, done) => {
    const instance = new WebAssembly.Instance(module, imports);
    done(instance, module);
    return instance.exports;
  };
}

async function compile(specifier: string, prepare?: (binary: Uint8Array) => void): Promise<WebAssembly.Module> {
  const binary = await readFile(createRequire(import.meta.url).resolve(specifier));
  prepare?.(binary);
  return new WebAssembly.Module(binary);
}
