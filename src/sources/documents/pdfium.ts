import { compiledOnce } from '../archives/compiled-once.ts';

// 512 MB, in pages of 64 KB; built for 2 GB.
const mostPages = 8192;
const memorySection = 5;

/**
 * PDFium, in a WebAssembly memory of its own that a hostile document cannot grow past 512 MB. It says nothing by itself: what
 * it runs into is thrown. Each has its own instance, which is gone with it.
 */
export async function loadPdfium() {
  const { PDFiumLibrary, PDFiumModule } = await import('@hyzyla/pdfium');
  const instantiateWasm = await compiledOnce('@hyzyla/pdfium/pdfium.wasm', capMemory);
  const silent = { print: () => {}, printErr: () => {} };
  return PDFiumLibrary.initBase({
    // Emscripten takes more options than its types here know.
    vendor: (options) => PDFiumModule({ ...options, ...silent, instantiateWasm } as typeof options),
    // Asks for one of its ways to load; the one above goes before it.
    instantiateWasm: () => ({}),
  });
}

/** Lowers the limit in the section that declares the memory: https://webassembly.github.io/spec/core/binary/modules.html#memory-section */
function capMemory(binary: Uint8Array): void {
  let at = 8;
  // A number in LEB128.
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < binary.length) {
    const section = binary[at++];
    const end = number() + at;
    if (section === memorySection) {
      number();
      const hasLimit = (binary[at++] & 1) === 1;
      number();
      if (!hasLimit) throw new Error('the memory of PDFium has no limit that could be lowered');
      const start = at;
      if (number() <= mostPages) return;
      // As long as the number that was there.
      for (let index = start; index < at; index++)
        binary[index] = (Math.floor(mostPages / 2 ** (7 * (index - start))) & 0x7f) | (index < at - 1 ? 0x80 : 0);
      return;
    }
    at = end;
  }
}
