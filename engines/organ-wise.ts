import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import type { Doubt } from '../domain/expected-error.js';
import type { Organ } from '../domain/organ.js';
import { OrganName } from '../domain/primitives.js';
import { assembleOrgans, extractOrgan } from '../imaging/overlap.js';
import type { CtVolume } from '../imaging/volume.js';
import type { Engine, JudgedLabels, LoadedModel, RunContext, TrainingInput } from './engine.js';
import { noSettings } from './engine-settings.js';
import type { LoadedOrganModel, OrganEngine } from './organ-engine.js';

/**
 * An engine of several organs out of one that knows a single organ: it trains and asks one organ after the other and
 * puts the masks together, the organ of the smaller typical volume keeping a contested voxel.
 */
export function organWise(single: OrganEngine): Engine {
  const { name } = single.describe();
  return {
    describe: () => single.describe(),
    settingsOf: (given) => noSettings(name, given),
    train: async (input, context) => {
      const parts: Part[] = [];
      for (const organ of input.organs) {
        const share = partOf(context, parts.length, input.organs.length);
        parts.push({ organ, bytes: await single.train({ ...organTraining(input, organ) }, share) });
      }
      return pack(parts);
    },
    load: async (model) => loaded(name, await loadParts(single, unpack(name, model))),
  };
}

interface Part {
  readonly organ: Organ;
  readonly bytes: Uint8Array;
}

function organTraining({ cases, seed }: TrainingInput, organ: Organ) {
  const organCases = cases.map(({ id, load }) => ({
    id,
    load: async () => {
      const { image, labels } = await load();
      return { image, mask: extractOrgan(labels, organ) };
    },
  }));
  return { organ, seed, cases: organCases };
}

function partOf(context: RunContext, done: number, all: number): RunContext {
  const progress = (fraction: number, note: string) => context.progress((done + fraction) / all, note);
  return { signal: context.signal, progress };
}

type LoadedPart = { readonly organ: Organ; readonly model: LoadedOrganModel };

function loadParts(single: OrganEngine, parts: readonly Part[]): Promise<LoadedPart[]> {
  return Promise.all(parts.map(async ({ organ, bytes }) => ({ organ, model: await single.load(bytes) })));
}

function loaded(name: string, parts: readonly LoadedPart[]): LoadedModel {
  const judge = async (image: CtVolume, context: RunContext): Promise<JudgedLabels> => {
    const doubts: Partial<Record<Organ, Doubt>> = {};
    const masks = [];
    for (const { organ, model } of parts) {
      const { mask, doubt } = await model.judge(image, partOf(context, masks.length, parts.length));
      if (mask.length !== image.hu.length) {
        const sizes = `${mask.length} voxels for an image of ${image.hu.length}`;
        throw new PlusctError('EngineCrashed', `${name} gave a mask of the ${organ} of ${sizes}`);
      }
      doubts[organ] = doubt;
      masks.push({ organ, origin: 'model' as const, mask });
    }
    return { labels: assembleOrgans(masks, image.hu.length).labelMap, doubts };
  };
  return {
    organs: parts.map(({ organ }) => organ),
    judge,
    predict: async (image, context) => (await judge(image, context)).labels,
    dispose: async () => {
      await Promise.all(parts.map(({ model }) => model.dispose()));
    },
  };
}

/** Length of the header (32 bits, little-endian), the header as JSON, then each organ's bytes. */
const Header = z.object({
  organs: z.array(z.object({ organ: OrganName, bytes: z.number().int().positive() })).min(1),
});
const largestHeaderBytes = 4096;

function pack(parts: readonly Part[]): Uint8Array {
  const content: z.infer<typeof Header> = {
    organs: parts.map(({ organ, bytes }) => ({ organ, bytes: bytes.length })),
  };
  const header = Buffer.from(JSON.stringify(content));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return new Uint8Array(Buffer.concat([length, header, ...parts.map(({ bytes }) => bytes)]));
}

function unpack(name: string, model: Uint8Array): Part[] {
  const all = Buffer.from(model.buffer, model.byteOffset, model.length);
  const headerBytes = all.length < 4 ? 0 : all.readUInt32LE(0);
  const end = 4 + headerBytes;
  if (headerBytes === 0 || headerBytes > largestHeaderBytes || end > all.length) throw foreign(name);
  const header = Header.safeParse(parseOrNothing(all.toString('utf8', 4, end)));
  if (!header.success) throw foreign(name);
  let from = end;
  const parts = header.data.organs.map(({ organ, bytes }) => {
    from += bytes;
    return { organ, bytes: model.subarray(from - bytes, from) };
  });
  if (from !== all.length) throw foreign(name);
  return parts;
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function foreign(name: string): PlusctError {
  return new PlusctError(
    'SchemaViolation',
    `not a model of the ${name} engine: it has no list of organs, or not their bytes; load bytes that this version trained`,
  );
}
