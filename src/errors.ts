/**
 * An error whose message is for the user: *what we were doing: what happened; what to do*.
 * Its `code` is stable. Anything thrown that is not one is a bug (exit 70).
 */
export class QuashError extends Error {
  readonly code: 'usage' | 'config' | 'pattern' | 'source' | 'output' | 'interrupted';

  constructor(code: QuashError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QuashError';
    this.code = code;
  }
}
