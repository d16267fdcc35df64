/** What TARGET may be said to be, where its content leaves that open. */
export const documentKinds = ['ci-log', 'chat', 'archive'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** Whether `--as` names a kind of document; the other kinds say how the target is got at. */
export function isDocumentKind(kind: string | undefined): kind is DocumentKind {
  return documentKinds.some((one) => one === kind);
}
