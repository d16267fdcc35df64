const step = /\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[([0-9]+)\]|(\[\])|([^.[\]]+))/y;

/** Reads `a.b[0].c[].d` and `["a.b"]`; `$` is the whole. `undefined` when it is no path. */
export function parsePath(
  path: string,
): readonly (readonly ['key', string] | readonly ['at', number] | readonly ['every'])[] | undefined {
  if (path === '$') return [];
  const steps: (readonly ['key', string] | readonly ['at', number] | readonly ['every'])[] = [];
  step.lastIndex = 0;
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (!match) return undefined;
    const [, quoted, index, every, key] = match;
    if (quoted !== undefined) steps.push(['key', quoted.replace(/\\(.)/g, '$1')]);
    else if (index !== undefined) steps.push(['at', Number(index)]);
    else if (every !== undefined) steps.push(['every']);
    else steps.push(['key', key as string]);
  }
  return steps.length > 0 ? steps : undefined;
}

/** What stands at a path; several values where the path goes through every element of a list. */
export function valuesAt(json: unknown, path: string): readonly unknown[] {
  let values: readonly unknown[] = [json];
  for (const one of parsePath(path) ?? []) {
    values = values.flatMap((value) => {
      if (one[0] === 'key') return isObject(value) && Object.hasOwn(value, one[1]) ? [value[one[1]]] : [];
      if (!Array.isArray(value)) return [];
      if (one[0] === 'every') return value as unknown[];
      return one[1] < value.length ? [value[one[1]]] : [];
    });
  }
  return values;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
