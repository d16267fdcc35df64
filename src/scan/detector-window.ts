/** What a named detector may look at around its keyword, in bytes. */
export const detectorWindow = { before: 256, after: 512 } as const;

/** Bytes of a line that are looked at on either side of a value: for the comment that allows it, and for the context shown. */
export const lineReach = 256;
