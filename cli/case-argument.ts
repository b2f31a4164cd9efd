import { z } from 'zod';
import { CaseId, CollectionName } from '../domain/primitives.js';
import { WrongOption } from './wrong-option.js';

const Address = z.object({ collection: CollectionName, caseId: CaseId });

/** A case as people write it: `{collection}/{caseId}`. */
export function parseCase(text: string): z.infer<typeof Address> {
  const slash = text.indexOf('/');
  const parsed = Address.safeParse({ collection: text.slice(0, slash), caseId: text.slice(slash + 1) });
  if (parsed.success) return parsed.data;
  throw new WrongOption(
    `'${text}' names no case: write collection/case, as in lits/volume-0 or kits19/case_00003`,
  );
}
