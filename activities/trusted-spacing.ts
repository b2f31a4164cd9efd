import type { Geometry } from '../domain/volume.js';
import type { ScoredRow } from './volume-work.js';

/** What a case's geometry means for figures in mm: the spacing to use instead of the header's, and what is to be said. */
export interface TrustedSpacing {
  readonly spacingMm?: Geometry['spacingMm'];
  readonly remark?: string;
  /** False where no figure in mm may be made. */
  readonly known: boolean;
}

/**
 * Label maps carry their image's own header, which may be false; the passport knows. A spacing that was given is used,
 * an unknown one leaves NSD and distances out.
 */
export function trustedSpacing(geometry: Geometry | undefined): TrustedSpacing {
  if (geometry?.spacingUnknown === true) {
    return { known: false, remark: 'no figures in mm: the spacing of this image is unknown' };
  }
  const given = geometry?.repairs.find(({ kind }) => kind === 'spacing-given');
  if (geometry === undefined || given === undefined) return { known: true };
  return { known: true, spacingMm: geometry.spacingMm, remark: `figures in mm are under ${given.why}` };
}

/** Rows without the figures that an unknown spacing would make false. */
export function withoutMillimetres(rows: readonly ScoredRow[]): ScoredRow[] {
  return rows.map(({ nsd: _nsd, hd95Mm: _hd95, hdMm: _hd, assdMm: _assd, ...row }) => row);
}
