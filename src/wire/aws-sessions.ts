/**
 * Who may have asked STS for temporary credentials, by the ARN that STS told: a user of IAM, or a role with the name of the
 * session. Undefined of others, which no policy can be put on.
 */
export type SessionHolder =
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'role'; readonly name: string; readonly session: string };

export function sessionHolder(arn: string): SessionHolder | undefined {
  const user = /^arn:[a-z-]+:iam::[0-9]{12}:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (user !== undefined) return { kind: 'user', name: user };
  const [, name, session] = /^arn:[a-z-]+:sts::[0-9]{12}:assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  return name !== undefined && session !== undefined ? { kind: 'role', name, session } : undefined;
}

/** The policy is named after the credential: what another incident has denied is left as it is when this one is taken back. */
export function policyOf(keyId: string): string {
  return `QuashDenySessions-${keyId}`;
}

/**
 * Denies everything to sessions that began before a time. Whoever signs with a key of their own has no aws:TokenIssueTime, and
 * is not meant: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-tokenissuetime.
 * Of a role, only sessions of the same name: behind its id, aws:userid is that name.
 */
export function denyPolicy(holder: SessionHolder, before: Date): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          DateLessThan: { 'aws:TokenIssueTime': wholeSecond(before) },
          ...(holder.kind === 'role' && { StringLike: { 'aws:userid': `*:${holder.session}` } }),
        },
      },
    ],
  });
}

/** The end of the second: STS gives its tokens whole ones. */
function wholeSecond(time: Date): string {
  return new Date(Math.ceil(time.getTime() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
