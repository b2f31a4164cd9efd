import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePorts, givenPort, grpcOffset, isFree, loopback, requireFree } from '../../infra/ports.js';

async function listening<T>(port: number, work: () => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, loopback, resolve));
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('ports', () => {
  it('are found free together with their gRPC partners, all different', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    for (const port of ports) {
      expect(await isFree(port)).toBe(true);
      expect(await isFree(port + grpcOffset)).toBe(true);
      expect(port + grpcOffset).toBeLessThan(32_768);
    }
  });

  it('that somebody listens on are not free', async () => {
    const [port] = await freePorts(1);
    expect(await listening(port, () => isFree(port))).toBe(false);
    expect(await isFree(port)).toBe(true);
  });

  it('given by the user and taken are refused in one sentence with the remedy', async () => {
    const [port] = await freePorts(1);
    await listening(port, () =>
      expect(requireFree(port, 'PLUSCT_S3_PORT')).rejects.toThrow(
        `Port ${port} (PLUSCT_S3_PORT) is in use by another program: stop that program, or unset PLUSCT_S3_PORT`,
      ),
    );
  });

  it.each(['0', '70000', '80x', '1.5'])('given as %s are refused by name', (text) => {
    expect(() => givenPort('PLUSCT_S3_PORT', text)).toThrow(`PLUSCT_S3_PORT=${text} is no port`);
  });

  it('need not be given', () => {
    expect(givenPort('PLUSCT_S3_PORT', undefined)).toBeUndefined();
    expect(givenPort('PLUSCT_S3_PORT', '')).toBeUndefined();
    expect(givenPort('PLUSCT_S3_PORT', '9000')).toBe(9000);
  });
});
