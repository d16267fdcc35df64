// The part of the WebAssembly JavaScript API that the kernel's host uses: Node has it, its types leave it to the DOM's.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Global<T extends 'i32' | 'f64'> {
    readonly value: T extends string ? number : never;
  }
}
