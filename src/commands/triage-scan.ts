import type { Context } from '../cli-context.ts';
import { resolveOptions } from '../config.ts';
import { QuashError } from '../errors.ts';
import type { Options } from '../flags.ts';
import type { Ledger } from '../ledger/store.ts';
import { concealing } from '../model/conceal.ts';
import { reasonWords } from '../report/description.ts';
import { originName } from '../report/origin-path.ts';
import { counted, formatCount } from '../report/quantities.ts';
import { resolveTarget, type TargetKind } from '../sources/target.ts';
import type { ScanTaken, ScanTold } from '../triage/session.ts';
import { askProviders } from './ask-providers.ts';
import { recordOf } from './keep-findings.ts';
import { createPreview } from './preview-findings.ts';
import { scanTargets } from './scan-targets.ts';
import { settleFindings } from './settle-findings.ts';

const mostGapsNamed = 10;

/** What `quash scan` would be run with for the targets of `quash triage`. Throws a QuashError for a target that is none. */
export function scanOptionsOf(options: Options<'triage'>, { config, env, cwd }: Context): Options<'scan'> {
  const positionals = { targets: options.targets };
  const scan = resolveOptions({ command: 'scan', flags: new Map(), positionals }, config, env) as Options<'scan'>;
  for (const target of options.targets) {
    if (resolveTarget(target, cwd, options.as as TargetKind | undefined).kind === 'stdin')
      throw new QuashError('usage', 'opening triage: stdin is the keyboard here; write it to a file, and name that');
  }
  return { ...scan, ...options, command: 'scan' };
}

/**
 * Scans into a ledger, as `quash scan` does, and asks the providers once all that was found is listed. Of what could not be
 * read `warn` is told.
 */
export async function scanInto(
  ledger: Ledger,
  options: Options<'scan'>,
  context: Context,
  { onProgress, onFound, onChange, warn }: ScanTold & { readonly warn: (text: string) => void },
): Promise<ScanTaken> {
  const startedAt = new Date();
  let previewed = Promise.resolve();
  const preview = createPreview(context, onFound);
  const scanned = await scanTargets(options, context, {
    warn,
    found: (candidates, ignores) => {
      previewed = previewed.then(() => preview(candidates, ignores));
      // It is thrown below, once the scan is over.
      previewed.catch(() => {});
    },
    progress: (stage, done, total) => onProgress(progressWords(stage, done, total)),
  });
  await previewed;
  const { findings, known } = await settleFindings(scanned, context, warn);
  context.signal.throwIfAborted();
  const record = await recordOf({ scanned, findings, known, startedAt }, options, context);
  if ('notice' in record) throw new QuashError('config', `keeping findings: ${record.notice}`);
  await ledger.recordScan(record, findings, scanned.gaps);
  onChange();

  let done = 0;
  let kept = Promise.resolve();
  await askProviders(findings, options, context, {
    warn,
    onVerdict: ({ fingerprint, verdict }) => {
      if (!options.offline) onProgress(progressWords('asking providers', ++done, findings.length));
      kept = kept.then(async () => {
        await ledger.recordVerdict(fingerprint, verdict);
        onChange();
      });
      // It is thrown below, when all were asked.
      kept.catch(() => {});
    },
  });
  await kept;
  // A file that was not read may be called after what was found in another.
  const conceal = concealing(findings.flatMap(({ secret, parts }) => [secret, ...Object.values(parts)]));
  for (const { origin, reason, detail } of scanned.gaps.slice(0, mostGapsNamed))
    warn(conceal(`not read: ${originName(origin)}: ${reasonWords(reason)}${detail ? `, ${detail}` : ''}`));
  if (scanned.gaps.length > mostGapsNamed) warn(`not read: ${counted(scanned.gaps.length - mostGapsNamed, 'more place')}`);
  return {
    summary: `${counted(scanned.objects, 'object')} scanned, ${counted(findings.length, 'finding')}`,
    gaps: scanned.gaps.length,
  };
}

function progressWords(stage: string, done: number, total: number | undefined): string {
  const percent = total ? `${Math.min(99, Math.floor((100 * done) / total))}%, ` : '';
  return `${stage} ${percent}${formatCount(done)}${total === undefined ? '' : ` of ${formatCount(total)}`}`;
}
