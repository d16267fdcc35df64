import { setFlagsFromString } from 'node:v8';
import type { Pattern } from '../model/pattern.ts';

/**
 * Keeps V8 from spending more on compiling JavaScript than it saves: the hot loops are WebAssembly, and inlining what calls
 * them costs a second of CPU on a large repository (see PERFORMANCE.md).
 */
export function sparingCompiler(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=0');
  setFlagsFromString('--interrupt-budget=500000');
}

/** What a thread needs of a pattern: copying the rest to each costs milliseconds. */
export function forScanning(pattern: Pattern): Pattern {
  return { ...pattern, examples: [], counterExamples: [], verify: undefined };
}
