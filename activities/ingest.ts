import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { Passport, SourceCase } from '../domain/case.js';
import { type Collection, collectionFacts } from '../domain/collection.js';
import { PlusctError } from '../domain/errors.js';
import { caseStatusOf, Finding, finding } from '../domain/finding.js';
import { type CaseAddress, coarseKey, manifestKey, passportKey, sketchKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { organs } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import { SourceCopy } from '../domain/source-copy.js';
import { adapterFor } from '../sources/registry.js';
import { putContent } from '../storage/content.js';
import { publish, publishJson, readJson, requireJson } from '../storage/json.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { storeLabel } from './label-store.js';
import type { IngestedVolumes } from './volume-work.js';

export type IngestDeeds = ReturnType<typeof ingestDeeds>;

/** What a collection lists, as it was when the campaign began. */
export const Manifest = z.object({
  source: SourceCopy,
  cases: z.array(SourceCase),
  findings: z.array(Finding),
});
export type Manifest = z.infer<typeof Manifest>;

interface CollectionInput {
  readonly campaign: string;
  readonly collection: Collection;
  readonly directory: string;
}

/**
 * Taking in a collection: its list, then case by case image, source label and passport. What is written already
 * stands: a campaign that is taken up again goes on from it, whatever happened to the files since.
 */
export function ingestDeeds({ store, work }: Pick<Dependencies, 'store' | 'work'>) {
  return {
    async listCollection({ campaign, collection, directory }: CollectionInput): Promise<{ cases: number }> {
      return alive(async () => {
        const key = manifestKey(campaign, collection);
        const known = await readJson(store, key, Manifest);
        if (known !== undefined) return { cases: known.cases.length };
        const manifest = await listOrExplain(collection, directory);
        await publishJson(store, key, manifest);
        return { cases: manifest.cases.length };
      });
    },

    async manifestPage(input: {
      campaign: string;
      collection: Collection;
      offset: number;
      limit: number;
    }): Promise<string[]> {
      const manifest = await requireJson(store, manifestKey(input.campaign, input.collection), Manifest);
      return manifest.cases.slice(input.offset, input.offset + input.limit).map((each) => each.caseId);
    },

    async ingestCase(input: CollectionInput & { caseId: string }): Promise<void> {
      return alive(async () => {
        if (await store.has(passportKey(input))) return;
        const { sourceCase, source } = await listed(input);
        await requireFolder(input.directory);
        const volumes = await work.ingest({ sourceCase, directory: input.directory });
        const image = volumes.image && (await putContent(store, volumes.image.bytes, volumes.image.sha256));
        const labels = await storeSourceLabels(input, volumes);
        if (volumes.coarse !== undefined) await publish(store, coarseKey(input), volumes.coarse);
        if (volumes.sketch !== undefined) await publishJson(store, sketchKey(input), volumes.sketch);
        await publishJson(store, passportKey(input), passport(sourceCase, source, volumes, image, labels));
      });
    },

    /** The passport of a case whose ingest failed in a way that nobody foresaw. */
    async quarantineCase(input: CollectionInput & { caseId: string; why: string }): Promise<void> {
      if (await store.has(passportKey(input))) return;
      const { sourceCase, source } = await listed(input);
      const failed = finding('INGEST_FAILED', {
        where: input.caseId,
        message: `ingest failed: ${input.why}`,
        suggestion: 'look at the files of this case, then start a new campaign with it',
      });
      const volumes = { files: [], sourceMasks: [], findings: [...sourceCase.findings, failed] };
      await publishJson(store, passportKey(input), passport(sourceCase, source, volumes, undefined, []));
    },
  };

  async function listed(at: CaseAddress): Promise<{ sourceCase: SourceCase; source: SourceCopy }> {
    const manifest = await requireJson(store, manifestKey(at.campaign, at.collection), Manifest);
    const sourceCase = manifest.cases.find((each) => each.caseId === at.caseId)!;
    return { sourceCase, source: sourceCase.source ?? manifest.source };
  }

  function storeSourceLabels(at: CaseAddress, { sourceMasks }: IngestedVolumes): Promise<LabelSummary[]> {
    const note = {
      origin: 'source',
      author: at.collection,
      reason: 'label of the source collection',
    } as const;
    return Promise.all(sourceMasks.map((mask) => storeLabel(store, at, mask.organ, mask, note)));
  }
}

/** A collection that cannot be listed is a finding; the campaign goes on without it. */
async function listOrExplain(collection: Collection, directory: string): Promise<Manifest> {
  const adapter = adapterFor(collection);
  await requireFolder(directory);
  try {
    return await adapter.list(directory);
  } catch (error) {
    const unreadable = finding('COLLECTION_UNREADABLE', {
      where: collection,
      message: `${collection} cannot be listed: ${error instanceof Error ? error.message : String(error)}`,
      suggestion: `check that ${directory} is the collection's folder and can be read`,
    });
    const { licence, citation } = collectionFacts[collection];
    const source = { copy: 'unknown', licence, citation, otherCopies: [] };
    return { source, cases: [], findings: [unreadable] };
  }
}

/** A collection's folder that is gone is a disk that is away, or another machine: wait for it, conclude nothing. */
async function requireFolder(directory: string): Promise<void> {
  const there = await stat(directory).catch(() => undefined);
  if (there?.isDirectory()) return;
  throw new PlusctError(
    'SourceUnavailable',
    `${directory} is not there: mount the collections on this machine, or run io workers only where they are`,
  );
}

function passport(
  sourceCase: SourceCase,
  { copy, licence, citation, licenceNote, otherCopies }: SourceCopy,
  volumes: IngestedVolumes,
  image: ObjectRef | undefined,
  sourceLabels: LabelSummary[],
): Passport {
  const { collection, caseId, subset, facts } = sourceCase;
  return Passport.parse({
    collection,
    caseId,
    subset,
    status: caseStatusOf(volumes.findings),
    licence,
    citation,
    copy,
    ...(licenceNote === undefined ? {} : { licenceNote }),
    otherCopies,
    sourceFiles: volumes.files,
    ...(image === undefined ? {} : { image }),
    ...(volumes.voxels === undefined ? {} : { voxels: volumes.voxels }),
    ...(volumes.geometry === undefined ? {} : { geometry: volumes.geometry }),
    ...(volumes.header === undefined ? {} : { nativeHeader: Buffer.from(volumes.header).toString('base64') }),
    sourceLabels,
    missingOrgans: organs.filter((organ) => !sourceLabels.some((label) => label.organ === organ)),
    ...(facts === undefined ? {} : { facts }),
    ...(volumes.identity === undefined ? {} : { identity: volumes.identity }),
    findings: volumes.findings,
  });
}
