// JSON leaves C1 controls, bidi overrides and zero-width characters as they are, and a terminal that a report is printed on
// would obey them. Outside strings none of them can stand in JSON, so escaping them changes no value.
const hostile = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A value as JSON on one line, with every character that could steer a terminal escaped; it parses to the same value. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(hostile, escapeUnits);
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let at = 0; at < character.length; at++) escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return escaped;
}
