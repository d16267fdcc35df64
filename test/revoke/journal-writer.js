// Appends to a journal until it is stopped, or so many times; for tests of several processes at once.
import { openJournal } from '../../dist/src/revoke/journal.js';

const [file, name, count] = process.argv.slice(2);
const journal = openJournal(file, { actor: name });
process.stdout.write('open\n');
for (let index = 0; index < Number(count); index++)
  journal.append({ action: 'verified', finding: `${name}-${index}`, evidence: 'é'.repeat(index % 50) });
journal.close();
