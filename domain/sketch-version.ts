/** Raise it whenever the same voxels would give another sketch: sketches of different versions are never compared. */
export const sketchVersion = 1;
