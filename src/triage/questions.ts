import type { Question } from './state.ts';

const questions = {
  ignore: ['Why it is a false alarm'],
  accept: ['Until when the risk is borne (30d, 2027-01-31)', 'Why it is borne'],
  assign: ['Whose task it is'],
} as const satisfies Readonly<Record<Question['kind'], readonly string[]>>;

/** What is asked before a decision is kept, in this order. */
export function questionsOf(kind: Question['kind']): readonly string[] {
  return questions[kind];
}
