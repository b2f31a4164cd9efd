#!/usr/bin/env node
// The command `plusct`. Builds first if the sources have changed; says nothing and costs milliseconds if not.
import { prepare, SetupError } from './prepare.mjs';

try {
  await prepare();
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(error.exitCode ?? 1);
}
await import('../dist/cli/main.js');
