import { userInfo } from 'node:os';

/** Who runs this: the login that the system knows. */
export function actorOf(env: Readonly<NodeJS.ProcessEnv>): string {
  try {
    return userInfo().username;
  } catch {
    // The user has no entry in the password database, as in many containers.
    return env.USER || `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
