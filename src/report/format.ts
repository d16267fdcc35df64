/** What `--format` takes. */
export const formats = ['text', 'json', 'jsonl', 'sarif', 'gitlab', 'csv', 'junit', 'html'] as const;
export type Format = (typeof formats)[number];
