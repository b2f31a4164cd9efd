/** `{collection}/{caseId}`: what a case is called inside its campaign. */
export function caseName({
  collection,
  caseId,
}: {
  readonly collection: string;
  readonly caseId: string;
}): string {
  return `${collection}/${caseId}`;
}
