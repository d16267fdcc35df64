import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; --ground: #fff; --card: #f6f7f9; --ink: #1c2026; --faint: #667080; --line: #dfe3e8; --accent: #0b63ce;
  --critical: #b3123a; --high: #c2410c; --medium: #92660a; --low: #2563a8; --info: #667080; --good: #1a7f4b; --warn: #92660a; --warnground: #fff6df; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171c; --card: #1d2128; --ink: #e6e9ee; --faint: #98a2b0; --line: #323944; --accent: #6db0ff;
    --critical: #ff6b88; --high: #ff9563; --medium: #e9bd5a; --low: #7db7f5; --info: #98a2b0; --good: #5fcf95; --warn: #f0c766; --warnground: #2e2715; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; display: flex; flex-direction: column; }
h1 { font-size: 1.35rem; margin: 0; order: -3; }
#summary { order: -2; }
#controls { order: -1; display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
.lead { font-size: 1.1rem; margin: .35rem 0; }
.lead.clean { color: var(--good); font-weight: 600; }
.facts { color: var(--faint); margin: .25rem 0; }
.gaps { background: var(--warnground); border-left: 4px solid var(--warn); padding: .75rem 1rem; margin: 1rem 0; border-radius: 4px; }
.gaps h2 { font-size: 1rem; margin: 0 0 .25rem; color: var(--warn); }
.gaps ul { margin: .25rem 0; padding-left: 1.2rem; }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .35rem .6rem; }
input { flex: 1 1 16rem; }
#findings { display: flex; flex-direction: column; gap: .75rem; }
article { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--info); border-radius: 6px; padding: .75rem 1rem; }
article[hidden], #controls[hidden] { display: none; }
article header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; }
article h2 { font-size: 1rem; margin: 0; }
article .id { margin-left: auto; color: var(--faint); }
.severity { font-size: .75rem; font-weight: 700; text-transform: uppercase; letter-spacing: .05em; }
.critical { border-left-color: var(--critical); } .critical .severity { color: var(--critical); }
.high { border-left-color: var(--high); } .high .severity { color: var(--high); }
.medium { border-left-color: var(--medium); } .medium .severity { color: var(--medium); }
.low { border-left-color: var(--low); } .low .severity { color: var(--low); }
.info .severity { color: var(--info); }
.verdict { font-size: .85rem; border: 1px solid var(--line); border-radius: 99px; padding: 0 .6rem; }
.verdict.live { color: var(--ground); background: var(--critical); border-color: var(--critical); font-weight: 700; }
.verdict.dead { color: var(--good); border-color: var(--good); }
.verdict.unknown { color: var(--medium); border-color: var(--medium); }
code, .id { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.told, .history { color: var(--faint); font-size: .875rem; margin: .1rem 0; }
.history { display: block; }
ul.places { list-style: none; margin: .5rem 0 0; padding: 0; }
ul.places li { border-top: 1px solid var(--line); padding: .4rem 0; }
.context { display: block; color: var(--faint); white-space: pre-wrap; }
a { color: var(--accent); }
summary { cursor: pointer; color: var(--faint); margin-top: .4rem; }
footer { color: var(--faint); margin-top: 2rem; font-size: .85rem; }
@media print {
  #controls { display: none; } main { max-width: none; padding: 0; }
  article { break-inside: avoid; } details > * { display: block; } body { font-size: 11px; }
}
`;

const script = `
const list = document.getElementById('findings');
const text = document.getElementById('text');
const severity = document.getElementById('severity');
const verdict = document.getElementById('verdict');
const order = document.getElementById('order');
const shown = document.getElementById('shown');
const all = [...list.children];
const ranks = { severity: ['critical', 'high', 'medium', 'low', 'info'], verdict: ['live', 'unknown', 'unasked', 'unverifiable', 'dead'] };
function filter() {
  const wanted = text.value.toLowerCase();
  let count = 0;
  for (const item of all) {
    item.hidden = (severity.value && item.dataset.severity !== severity.value) || (verdict.value && item.dataset.verdict !== verdict.value)
      || (wanted !== '' && !item.textContent.toLowerCase().includes(wanted));
    if (!item.hidden) count++;
  }
  shown.textContent = count === all.length ? '' : count + ' of ' + all.length + ' shown';
}
function compare(a, b) {
  const key = order.value;
  if (ranks[key]) return ranks[key].indexOf(a.dataset[key]) - ranks[key].indexOf(b.dataset[key]);
  if (key === 'places') return b.dataset.places - a.dataset.places;
  return (a.dataset[key] || '').localeCompare(b.dataset[key] || '');
}
function sort() {
  const sorted = order.value === '' ? all : [...all].sort(compare);
  list.append(...sorted);
}
for (const control of [text, severity, verdict]) control.addEventListener('input', filter);
order.addEventListener('input', sort);
document.getElementById('controls').hidden = all.length === 0;
addEventListener('beforeprint', () => { for (const item of document.querySelectorAll('details')) item.open = true; });
`;

/** The page up to its list of findings. Nothing is loaded from anywhere, and the policy lets nothing but this style and script run. */
export const pageHead = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>quash report</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>quash report</h1>
<section id="findings" aria-label="Findings">
`;

/** The page from the end of its list of findings: the controls, the summary, and the script. Style puts both above the list. */
export function pageTail(summary: string, footer: string): string {
  return `</section>
<section id="controls" aria-label="Filter and sort">
<input id="text" type="search" placeholder="Filter by path, author, pattern, id…" aria-label="Filter">
<select id="severity" aria-label="Severity"><option value="">Every severity</option><option>critical</option><option>high</option><option>medium</option><option>low</option><option>info</option></select>
<select id="verdict" aria-label="Verdict"><option value="">Every verdict</option><option>live</option><option>unknown</option><option>dead</option><option>unverifiable</option><option>unasked</option></select>
<select id="order" aria-label="Order"><option value="">As reported</option><option value="severity">By severity</option><option value="verdict">By verdict</option><option value="provider">By provider</option><option value="path">By path</option><option value="date">By date</option><option value="places">By number of places</option></select>
<span id="shown" role="status"></span>
</section>
<section id="summary" aria-label="Summary">
${summary}</section>
<footer>${footer}</footer>
</main>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
