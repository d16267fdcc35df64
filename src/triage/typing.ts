const mostCharacters = 500;

/** A text with what a key does to its end; keys that write nothing leave it as it is. */
export function edit(text: string, key: string): string {
  if (key === 'backspace' || key === 'delete') return [...text].slice(0, -1).join('');
  if (key === 'ctrl-u') return '';
  if (key === 'ctrl-w') return text.replace(/\S*\s*$/, '');
  return [...key].length === 1 ? (text + key).slice(0, mostCharacters) : text;
}

/** A pasted text on one line, without what could steer a terminal: a pasted Enter confirms nothing. */
export function oneLine(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .slice(0, mostCharacters);
}
