import { git } from '../git/run-git.ts';
import type { Repository } from '../sources/repository.ts';

/** Where a repository came from, if it says so. */
export async function remoteOf(repository: Repository): Promise<{ readonly repositoryUrl?: string }> {
  const url = await git(['config', '--get', 'remote.origin.url'], { cwd: repository.gitDir, gitDir: repository.gitDir }).then(
    (bytes) => bytes.toString('utf8').trim(),
    // It has none.
    () => '',
  );
  return url ? { repositoryUrl: url } : {};
}
