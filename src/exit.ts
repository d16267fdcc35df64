/** What a run ended as. Several may apply: `mergeExits` gives the one to exit with. */
export const exits = {
  clean: 0,
  findings: 1,
  usage: 2,
  incomplete: 3,
  live: 4,
  unconfirmed: 5,
  bug: 70,
  interrupted: 130,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

const precedence: readonly Exit[] = [70, 130, 2, 5, 4, 1, 3, 0];

/** The exit code of a run in which all of `codes` applied: the first of 70, 130, 2, 5, 4, 1, 3, 0. */
export function mergeExits(...codes: readonly Exit[]): Exit {
  return precedence.find((code) => codes.includes(code)) ?? exits.clean;
}
