import { z } from 'zod';
import { type Finding, finding } from '../domain/finding.js';
import type { OrganLabels } from '../domain/organ-labels.js';
import { declarationName, readDeclaration } from './declaration.js';
import { folderOf, nameOf } from './file-tree.js';

export type LaterEdition = 'KiTS21' | 'KiTS23';

const Declaration = z.strictObject({ edition: z.enum(['kits21', 'kits23']).optional() });

/** Cysts have their own value there; they belong to the kidney as tumours do. */
export const laterLabels: OrganLabels = { organs: { kidney: [1, 2, 3] } };

/** The later edition whose labels the user asks for. Throws `InvalidInput` on a declaration that says anything else. */
export async function askedEdition(directory: string): Promise<LaterEdition | undefined> {
  const { edition } = await readDeclaration(directory, Declaration, {});
  if (edition === undefined) return undefined;
  return edition === 'kits21' ? 'KiTS21' : 'KiTS23';
}

/** The later edition that a case folder looks like, and by what. */
export function laterEditionOf(
  folder: string,
  files: readonly string[],
): { edition: LaterEdition; sign: string } | undefined {
  const inside = files
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1));
  const aggregated = inside.find((path) => /^aggregated_\w+_seg\.nii/.test(path));
  if (aggregated !== undefined) return { edition: 'KiTS21', sign: aggregated };
  if (inside.some((path) => path.startsWith('instances/'))) return { edition: 'KiTS23', sign: 'instances/' };
  if (nameOf(folderOf(folder)) === 'dataset') return { edition: 'KiTS23', sign: 'the folder dataset/' };
  if (Number(nameOf(folder).slice('case_'.length)) >= 300)
    return { edition: 'KiTS23', sign: 'a number over 299' };
  return undefined;
}

/** A label that was drawn anew must not pass for one of KiTS19. */
export function foreignEdition(where: string, edition: LaterEdition, sign: string): Finding {
  return finding('EDITION_FOREIGN', {
    where,
    field: 'layout',
    value: edition,
    message: `${where}: this is ${edition} (${sign}), whose kidneys, tumours and cysts were drawn anew`,
    suggestion: `fetch KiTS19 itself, or put {"edition": "${edition.toLowerCase()}"} into ${declarationName} of this folder to use these labels`,
  });
}

/** A resampled edition is known by its folder; unlike the original's, its voxels are no scanner's. */
export function interpolatedFolder(folder: string): Finding[] {
  if (!folder.split('/').some((part) => /interpolated/i.test(part))) return [];
  return [
    finding('EDITION_FOREIGN', {
      where: folder,
      field: 'layout',
      value: 'interpolated',
      message: `${folder}: this is the interpolated branch of KiTS19, resampled to 3.0×0.78162497×0.78162497 mm`,
      suggestion: 'fetch the original edition (branch master, not interpolated)',
    }),
  ];
}
