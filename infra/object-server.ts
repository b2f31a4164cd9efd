import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.js';
import { freePorts, freeSoon, grpcOffset, loopback } from './ports.js';
import { notStarted, waitUntil } from './process.js';
import type { Credentials, ObjectPorts } from './run-file.js';
import type { ChildSpec } from './supervisor.js';

export const defaultBucket = 'plusct';
export const defaultRegion = 'us-east-1';
const startTimeoutMs = 60_000;

/** The remembered ports if all are free, so that clients find a restarted server; else new ones. */
export async function choosePorts(
  known: ObjectPorts | undefined,
  s3Port: number | undefined,
): Promise<ObjectPorts> {
  if (known && (s3Port === undefined || s3Port === known.s3)) {
    const pairs = Object.values(known).flatMap((port) =>
      port === known.s3 ? [port, grpcPort(port, known)] : [port, port + grpcOffset],
    );
    if (await freeSoon(pairs)) return known;
  }
  const [s3, filer, master, volume, admin] = await freePorts(5);
  return { s3: s3Port ?? s3, filer, master, volume, admin };
}

function grpcPort(s3: number, ports: ObjectPorts): number {
  // A port that the user chose may lie too high for the offset; the S3 gateway is content with any.
  return s3 + grpcOffset <= 65_535 ? s3 + grpcOffset : ports.admin + 2 * grpcOffset;
}

function portFlags(ports: ObjectPorts): string[] {
  const { s3, ...others } = ports;
  const named = Object.entries(others).flatMap(([name, port]) => [
    `-${name}.port=${port}`,
    `-${name}.port.grpc=${port + grpcOffset}`,
  ]);
  return [
    `-s3.port=${s3}`,
    `-s3.port.grpc=${grpcPort(s3, ports)}`,
    ...named,
    '-s3.port.iceberg=0',
    '-s3.port.lance=0',
  ];
}

/** The server leaves sockets named by its ports in /tmp when it is killed. */
function removeSockets(ports: ObjectPorts): void {
  for (const [name, port] of Object.entries(ports)) {
    rmSync(`/tmp/seaweedfs-${name}-${port}.sock`, { force: true });
    const grpc = name === 's3' ? grpcPort(port, ports) : port + grpcOffset;
    rmSync(`/tmp/seaweedfs-${name}-grpc-${grpc}.sock`, { force: true });
  }
}

async function statusOf(port: number, path: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`http://${loopback}:${port}${path}`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  }
}

/** A file outside the bucket by which the server shows that it can give back what it stored. */
const probe = '/plusct-ready';

/** Volumes report to the filer a moment after it answers; until then reading any object is an internal error. */
async function givesBytesBack(filerPort: number): Promise<boolean> {
  const status = await statusOf(filerPort, probe);
  if (status !== 404) return status === 200;
  const url = `http://${loopback}:${filerPort}${probe}`;
  await fetch(url, { method: 'PUT', body: 'ready', signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  return false;
}

/**
 * Up means: the gateway refuses an unsigned request, as it does once it knows its keys, the filer has the bucket, and
 * stored bytes come back.
 */
async function serving(ports: ObjectPorts, bucket: string): Promise<boolean> {
  return (
    (await statusOf(ports.s3, '/')) === 403 &&
    (await statusOf(ports.filer, `/buckets/${bucket}/?limit=1`)) === 200 &&
    (await givesBytesBack(ports.filer))
  );
}

/** The object server with its data in the home and every port on the loopback address. Makes the bucket. */
export function objectServer(options: {
  home: Home;
  binary: string;
  ports: ObjectPorts;
  credentials: Credentials;
  bucket: string;
}): ChildSpec {
  const { home, binary, ports, credentials, bucket } = options;
  return {
    name: 'objects',
    tier: 'server',
    command: binary,
    args: [
      ...['mini', `-dir=${home.objectsDir}`, `-ip=${loopback}`, `-ip.bind=${loopback}`],
      ...['-webdav=false', '-admin.ui=false', '-master.telemetry=false', '-volume.preStopSeconds=0'],
      ...portFlags(ports),
    ],
    env: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      S3_BUCKET: bucket,
    },
    async ready(signal) {
      const up = await waitUntil(() => serving(ports, bucket), { timeoutMs: startTimeoutMs, signal });
      if (up) return;
      throw notStarted(
        'objects',
        `does not answer after ${startTimeoutMs / 1000} s`,
        join(home.logsDir, 'objects.log'),
      );
    },
    afterStop: () => removeSockets(ports),
  };
}
