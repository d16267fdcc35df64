/**
 * Respells an RE2 regex of another tool, in which a capture group is told by its number, so that the group is called `secret`
 * and no other group captures. 0 takes the first group, if there is one. `groups` is how many there are.
 */
export function nameSecretGroup(regex: string, secretGroup: number): { readonly regex: string; readonly groups: number } {
  const wanted = secretGroup || 1;
  let result = '';
  let groups = 0;
  let index = 0;
  while (index < regex.length) {
    const rest = regex.slice(index);
    const whole = /^(?:\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])/s.exec(rest)?.[0];
    if (whole) {
      result += whole;
      index += whole.length;
      continue;
    }
    const opening = /^\((?:\?P?<[A-Za-z_]\w*>|(?!\?))/.exec(rest)?.[0];
    if (opening) {
      groups += 1;
      result += groups === wanted ? '(?<secret>' : '(?:';
      index += opening.length;
      continue;
    }
    result += regex[index];
    index += 1;
  }
  return { regex: result, groups };
}
