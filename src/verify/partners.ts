import type { OtherParts } from '../model/finding.ts';
import type { Secret } from '../model/secret.ts';
import type { Asked, Verdict } from '../model/verdict.ts';
import type { Verification } from '../model/verification.ts';
import { type AskContext, askOnce, type Once, type Question } from './ask.ts';

/** A verdict, and the parts that the secret was seen alive with. */
export interface Answered {
  readonly verdict: Verdict;
  readonly parts?: Readonly<Record<string, Secret>>;
}

/** A secret that stands among several of its kind, as what belongs to it: so many are tried with it. */
const mostPartners = 4;

/**
 * Asks about a credential with the parts nearest to it, and as long as these are refused with others within reach. What was
 * refused is the pair, so where more than one partner was possible and none was seen alive with it, the secret may still be
 * alive with one that is elsewhere: that is no death, unless the provider knows the secret itself, or knew the pair before.
 */
export async function askPartners(
  verification: Verification,
  question: Question & { readonly otherParts?: OtherParts },
  context: AskContext,
): Promise<Answered> {
  const used = usedParts(verification);
  const partners = partnersOf(question, used);
  const answers: Once[] = [];
  for (const parts of partners) {
    const answer = await askOnce(verification, { ...question, parts }, context);
    answers.push(answer);
    if (answer.verdict.state === 'live') {
      return { verdict: withAsked(answer.verdict, answers), parts };
    }
    if (answer.verdict.state === 'dead' && answer.about === 'secret') return { verdict: withAsked(answer.verdict, answers) };
    if (!isOfPair(answer)) break;
  }
  return { verdict: withAsked(conclude(answers, partners, used, question), answers) };
}

function conclude(
  answers: readonly Once[],
  partners: readonly Question['parts'][],
  used: readonly string[],
  question: Question,
): Verdict {
  const asked = answers.filter(({ verdict }) => askedOf(verdict).length > 0);
  const telling = asked.length > 0 ? asked : answers;
  // Nothing is said of the pair by a host that is out of order.
  const stopped = telling.find((answer) => !isOfPair(answer));
  const dead = telling.find(({ verdict }) => verdict.state === 'dead');
  const first = (stopped ?? dead ?? telling[0])!.verdict;
  if (first.state !== 'dead' || partners.length === 1 || question.isPlaceProven) return first;
  const several = used.filter((name) => new Set(partners.map((parts) => parts[name]?.reveal())).size > 1);
  const { evidence, state: _, asked: __, ...rest } = first;
  return {
    ...rest,
    state: 'unknown',
    reason: `${evidence}; but several values near it may be its ${several.join(' and ')}, and with none of those that were tried it is alive`,
  };
}

/** Whether what was said may be the fault of what stands beside the secret: a client's mistake, and no haste. */
function isOfPair({ verdict, about }: Once): boolean {
  if (verdict.state === 'dead' || about === 'pair') return true;
  const last = askedOf(verdict).at(-1);
  // What lacked a part was not asked about.
  if (!last) return verdict.state === 'unknown';
  return last.status !== undefined && last.status >= 400 && last.status < 500 && last.status !== 408 && last.status !== 429;
}

/** The sets of parts to ask with: the nearest, then each with one of them changed. */
function partnersOf(
  { parts, otherParts = {} }: { readonly parts: Question['parts']; readonly otherParts?: OtherParts },
  used: readonly string[],
): readonly Question['parts'][] {
  const others = used.flatMap((name) => (otherParts[name] ?? []).map((value) => ({ ...parts, [name]: value })));
  // What is missing here may stand beside another copy of it.
  const lacks = used.some((name) => !parts[name] && otherParts[name]);
  return (lacks ? others : [parts, ...others]).slice(0, mostPartners);
}

/** The parts that a request is made of. */
function usedParts(verification: Verification): readonly string[] {
  const names = [...JSON.stringify(verification).matchAll(/\bpart:([a-z][a-z0-9_-]*)/g)].map(([, name]) => name as string);
  return [...new Set(names)];
}

function withAsked(verdict: Verdict, answers: readonly Once[]): Verdict {
  if (answers.length === 1 || verdict.state === 'unverifiable' || verdict.state === 'unasked') return verdict;
  return { ...verdict, asked: answers.flatMap((one) => askedOf(one.verdict)) };
}

function askedOf(verdict: Verdict): readonly Asked[] {
  return 'asked' in verdict ? (verdict.asked ?? []) : [];
}
