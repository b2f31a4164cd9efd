/**
 * Environment of processes that hold volumes: has glibc ask for pages of 2 MiB for large arrays. Touching a fresh
 * volume page by page of 4 KiB takes longer than hashing it. Systems without glibc or large pages pay it no heed.
 * Source: the GNU C Library manual, "Memory Allocation Tunables", glibc.malloc.hugetlb.
 */
export const largePages: Readonly<Record<string, string>> = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' };
