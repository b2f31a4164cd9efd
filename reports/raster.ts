import { Resvg } from '@resvg/resvg-js';

/** Pixels for each unit of the drawing. */
const zoom = 2;

/** Fonts without serifs that Linux machines have; the renderer takes "sans-serif" for one font only. */
const sansSerif = 'Liberation Sans, DejaVu Sans, Noto Sans, sans-serif';

/** An SVG as PNG, twice its size. Text is set in a sans-serif font of the machine. */
export function toPng(svg: string): Uint8Array {
  const named = svg.replaceAll(/(font-family="[^"]*)\bsans-serif"/g, `$1${sansSerif}"`);
  const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' };
  return new Resvg(named, { fitTo: { mode: 'zoom', value: zoom }, font }).render().asPng();
}
