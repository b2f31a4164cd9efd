import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Bundles the compiled workflows ahead, so that workers start at once. Runs from dist/infra/ and writes dist/workflow-bundle.js. */
const dist = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(dist, 'workflows', 'index.js'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(dist, 'workflow-bundle.js'), code);
} catch (error) {
  // The bundler has logged what is wrong; its own stack adds nothing.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
