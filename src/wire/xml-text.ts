/** The text of the first element of a name that holds nothing else. The answers are flat, and what is taken from them is checked. */
export function xmlText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]{1,2048})</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(lt|gt|amp|quot|apos);/g, (_, entity: keyof typeof entities) => entities[entity]).trim();
}

const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
