/** A field's value: as it stands, or percent-decoded where `encoded: url` says that it was cut out of a URL. */
export function fieldOf(fields: Readonly<Record<string, string>>, name: string): string {
  const value = fields[name] ?? '';
  if (fields.encoded !== 'url') return value;
  try {
    return decodeURIComponent(value);
  } catch {
    // A lone % stands for itself, as in the clients.
    return value;
  }
}

/** Who logs in, and with what. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The user and the password of a protocol's fields. */
export function loginOf(fields: Readonly<Record<string, string>>): Login {
  return { user: fieldOf(fields, 'user'), password: fieldOf(fields, 'password') };
}
