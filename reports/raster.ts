import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';

/** Pixels for each unit of the drawing. */
const zoom = 2;

const family = 'Inter';
const fontFiles = ['400Regular/Inter_400Regular.ttf', '600SemiBold/Inter_600SemiBold.ttf'].map((file) =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/inter/${file}`),
);

/** An SVG as PNG, twice its size. Text is set in a font of plusct's own, so that the bytes are the same on every machine. */
export function toPng(svg: string): Uint8Array {
  const font = { loadSystemFonts: false, fontFiles, sansSerifFamily: family, defaultFontFamily: family };
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: zoom }, font }).render().asPng();
}
