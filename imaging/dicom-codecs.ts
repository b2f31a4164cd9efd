import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Decoder as JpegLosslessDecoder } from '@cornerstonejs/jpeg-lossless-decoder-js';
import { decodeRle } from './dicom-rle.js';

export type FrameCodec = 'rle' | 'jpeg-lossless' | 'jpeg-ls' | 'jpeg-2000';

/** What a frame has to come to. */
export interface FrameSize {
  readonly rows: number;
  readonly columns: number;
}

/** What a code stream says of itself, before anything is decoded. */
interface StreamHead extends FrameSize {
  readonly components: number;
  /** Bits of one value. */
  readonly precision: number;
  readonly tiles: number;
}

/** A decoder compiled to WebAssembly, as the Cornerstone codecs offer them. */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}
interface WasmModule {
  instantiateWasm: (
    imports: WebAssembly.Imports,
    received: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
  print: () => void;
  printErr: () => void;
  J2KDecoder?: new () => WasmDecoder;
  JpegLSDecoder?: new () => WasmDecoder;
}

/** More tiles than any CT has; the decoder sets memory aside for each. */
const maxTiles = 4096;
const requireFrom = createRequire(import.meta.url);
const wasm = {
  'jpeg-2000': { library: '@cornerstonejs/codec-openjpeg', decoder: 'J2KDecoder' },
  'jpeg-ls': { library: '@cornerstonejs/codec-charls', decoder: 'JpegLSDecoder' },
} as const;
const modules = new Map<keyof typeof wasm, WasmModule>();

/**
 * One frame of 16-bit greyscale: its values row by row, as unsigned bit patterns. The code stream's own head is compared
 * with `size` before a decoder sees it, so that memory is bounded by what the file's header promises.
 * Throws an `Error` that says what is wrong with the bytes, and nothing of the file.
 */
export function decodeFrame(codec: FrameCodec, bytes: Uint8Array, size: FrameSize): Uint16Array {
  const count = size.rows * size.columns;
  if (codec === 'rle') {
    const values = decodeRle(bytes, count);
    if (values === undefined) throw new Error('its runs do not come to the size of the image');
    return values;
  }
  const head = codec === 'jpeg-2000' ? jpeg2000Head(bytes) : jpegHead(bytes, codec);
  checkHead(head, size);
  const decoded = codec === 'jpeg-lossless' ? decodeJpegLossless(bytes) : decodeWasm(codec, bytes);
  const wide = head.precision > 8;
  if (decoded.length !== count * (wide ? 2 : 1)) {
    throw new Error(`the decoder gave ${decoded.length} bytes for ${count} pixels`);
  }
  // A copy: decoders reuse their memory, and views on 16 bits need an even start.
  const own = new Uint8Array(decoded);
  return wide ? new Uint16Array(own.buffer) : Uint16Array.from(own);
}

function checkHead({ rows, columns, components, precision, tiles }: StreamHead, size: FrameSize): void {
  if (rows !== size.rows || columns !== size.columns) {
    throw new Error(`its code stream is ${columns}×${rows}, the header says ${size.columns}×${size.rows}`);
  }
  if (components !== 1 || precision < 2 || precision > 16 || tiles > maxTiles) {
    throw new Error(`its code stream has ${components} components of ${precision} bits in ${tiles} tiles`);
  }
}

/** Size, components and precision in the SIZ segment, which follows at once (ISO 15444-1 A.5.1). */
function jpeg2000Head(bytes: Uint8Array): StreamHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 45 || view.getUint32(0) !== 0xff4fff51)
    throw new Error('it is no JPEG 2000 code stream');
  const at = (index: number): number => view.getUint32(8 + 4 * index);
  const [columns, rows] = [at(0) - at(2), at(1) - at(3)];
  const along = (tile: number, to: number, from: number): number =>
    tile > 0 ? Math.ceil((to - from) / tile) : Number.POSITIVE_INFINITY;
  const tiles = along(at(4), at(0), at(6)) * along(at(5), at(1), at(7));
  return { rows, columns, components: view.getUint16(40), precision: (view.getUint8(42) & 127) + 1, tiles };
}

/** The same from the frame header SOF3 (lossless, T.81 B.2.2) or SOF55 (JPEG-LS, T.87 C.2.2). */
function jpegHead(bytes: Uint8Array, codec: FrameCodec): StreamHead {
  const sof = codec === 'jpeg-ls' ? 0xf7 : 0xc3;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) throw new Error('it is no JPEG stream');
  for (let at = 2; at + 10 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    if (bytes[at] !== 0xff) break;
    if (bytes[at + 1] !== sof) continue;
    const [rows, columns] = [view.getUint16(at + 5), view.getUint16(at + 7)];
    return { rows, columns, components: bytes[at + 9], precision: bytes[at + 4], tiles: 1 };
  }
  throw new Error(`it has no frame header of ${codec}`);
}

function decodeJpegLossless(bytes: Uint8Array): Uint8Array {
  const own = new Uint8Array(bytes);
  return new Uint8Array(new JpegLosslessDecoder().decompress(own.buffer, 0, own.length));
}

/** What a WebAssembly decoder throws is often a bare number; its memory is not to be trusted afterwards. */
function decodeWasm(codec: keyof typeof wasm, bytes: Uint8Array): Uint8Array {
  try {
    const decoder = newDecoder(codec);
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const decoded = new Uint8Array(decoder.getDecodedBuffer());
    decoder.delete();
    return decoded;
  } catch {
    modules.delete(codec);
    throw new Error(`it is no whole ${codec} stream`);
  }
}

function newDecoder(codec: keyof typeof wasm): WasmDecoder {
  const found = modules.get(codec) ?? load(codec);
  modules.set(codec, found);
  const Decoder = found[wasm[codec].decoder];
  if (Decoder === undefined) throw new Error(`${wasm[codec].library} has no ${wasm[codec].decoder}`);
  return new Decoder();
}

/** Loaded at first need and at once: Node compiles WebAssembly synchronously, so that reading a series stays plain code. */
function load(codec: keyof typeof wasm): WasmModule {
  const { library } = wasm[codec];
  const factory: (module: WasmModule) => unknown = requireFrom(`${library}/decodewasmjs`);
  const binary = readFileSync(requireFrom.resolve(`${library}/decodewasm`));
  const module: WasmModule = {
    instantiateWasm: (imports, received) => {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), imports);
      received(instance);
      return instance.exports;
    },
    print: () => undefined,
    printErr: () => undefined,
  };
  // Ready at once; a decoder that gives up later also says so through the promise, which nobody else awaits.
  Promise.resolve(factory(module)).catch(() => undefined);
  return module;
}
