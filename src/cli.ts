#!/usr/bin/env node
import { readVersion } from './version.ts';

// Scripts ask for the version before anything else: it is answered without loading anything more.
const [first, ...rest] = process.argv.slice(2);
if ((first === '--version' || first === '-V') && rest.length === 0) {
  console.log(readVersion());
} else {
  const { main } = await import('./cli-main.ts');
  await main(process.argv.slice(2));
}
