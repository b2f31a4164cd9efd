const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not open it',
  EPERM: 'this user may not do that',
  EROFS: 'the disk can only be read',
  EISDIR: 'a folder is there, not a file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'something else is there already',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'the disk is full',
  EMFILE: 'too many files are open',
};

/** What the operating system says about a file, in one sentence; undefined for any other error. */
export function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const reason = reasons[String(error.code)];
  if (reason === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? `${error.path}: ` : '';
  return `${path}${reason} (${String(error.code)})`;
}
