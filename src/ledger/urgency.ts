import { type RawBuilder, sql } from 'kysely';

/**
 * How urgent a row of `finding` is, the most urgent 0, as both engines reckon it from the JSON that they keep: live before unknown
 * before dead, then by severity. An index holds it, which is used only where the expression is the same to the letter: it is never
 * edited, only followed by another with its own index.
 */
export function urgencyOf(kind: 'sqlite' | 'postgres'): RawBuilder<number> {
  const [state, severity] =
    kind === 'sqlite'
      ? [sql`json_extract(verdict, '$.state')`, sql`json_extract(card, '$.severity')`]
      : [sql`(verdict::json ->> 'state')`, sql`(card::json ->> 'severity')`];
  return sql<number>`(case ${state} when 'live' then 0 when 'dead' then 20 else 10 end + case ${severity} when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end)`;
}
