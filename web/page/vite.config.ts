import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The console's page: static files in dist/web/page that the server hands out. */
export default defineConfig({
  root: here('.'),
  base: '/',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('../../dist/web/page'),
    emptyOutDir: true,
    target: 'es2022',
    // The viewer is one large library, in a file of its own that only pages with a case load.
    chunkSizeWarningLimit: 1500,
  },
});
