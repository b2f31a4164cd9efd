import { Resvg } from '@resvg/resvg-js';

/** Pixels for each unit of the drawing. */
const zoom = 2;

/** An SVG as PNG, twice its size. Text is set in the machine's sans-serif font. */
export function toPng(svg: string): Uint8Array {
  const font = {
    loadSystemFonts: true,
    sansSerifFamily: 'Liberation Sans',
    defaultFontFamily: 'Liberation Sans',
  };
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: zoom }, font }).render().asPng();
}
