import type { Aside } from './log-asides.ts';

const arrow = Buffer.from('" -> "');
const assignment = Buffer.from(' = "');
/** Further from the arrow a name is not looked for. */
const mostBefore = 1024;

/**
 * Adds each new value of a plan of Terraform (`~ password = "old" -> "new"`) behind its name: what stands between the two would be
 * taken for the value. https://developer.hashicorp.com/terraform/cli/commands/plan
 */
export function addChangedValues(text: Buffer, asides: Aside[]): void {
  let floor = 0;
  for (let at = text.indexOf(arrow); at !== -1; at = text.indexOf(arrow, Math.max(floor, at + arrow.length))) {
    let lineStart = at;
    while (lineStart > floor && at - lineStart < mostBefore && text[lineStart - 1] !== 10) lineStart--;
    floor = at;
    const equals = text.subarray(lineStart, at).indexOf(assignment);
    if (equals === -1) continue;
    // The quote of the new value closes the arrow.
    const start = at + arrow.length - 1;
    let end = start + 1;
    while (end < text.length && text[end] !== 10 && end - start < mostBefore) end++;
    floor = end;
    asides.push({ start: lineStart, end: lineStart + equals + assignment.length - 1, step: 1, joins: false });
    asides.push({ start, end, step: 1, joins: true });
  }
}
