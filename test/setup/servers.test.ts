import { Connection } from '@temporalio/client';
import { expect, inject, it } from 'vitest';

it('every test run has a Temporal server and an object server of its own', async () => {
  const env = inject('servers');
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  const { namespaceInfo } = await connection.workflowService.describeNamespace({
    namespace: env.TEMPORAL_NAMESPACE,
  });
  expect(namespaceInfo?.name).toBe('default');
  await connection.close();
  // An unsigned request is refused, so the store knows its keys.
  expect((await fetch(env.S3_ENDPOINT)).status).toBe(403);
});
