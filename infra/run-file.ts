import { z } from 'zod';

const Port = z.number().int().min(1).max(65_535);

/** A process of ours, told apart from a later one with the same number by `identity`. */
export const ProcessRecord = z.object({
  pid: z.number().int().positive(),
  identity: z.string(),
  startedAt: z.iso.datetime(),
});
export type ProcessRecord = z.infer<typeof ProcessRecord>;

export const ChildRecord = ProcessRecord.extend({ name: z.string(), restarts: z.number().int().min(0) });
export type ChildRecord = z.infer<typeof ChildRecord>;

/** Ports of the object server. Each gRPC port is the HTTP port plus 10,000, as the server itself assumes in places. */
export const ObjectPorts = z.object({ s3: Port, filer: Port, master: Port, volume: Port, admin: Port });
export type ObjectPorts = z.infer<typeof ObjectPorts>;

/** Where the servers are. `external` ones were given by the environment and are not ours to start or stop. */
export const Endpoints = z.object({
  temporal: z.object({ address: z.string(), namespace: z.string(), external: z.boolean() }),
  s3: z.object({ endpoint: z.string(), bucket: z.string(), region: z.string(), external: z.boolean() }),
});
export type Endpoints = z.infer<typeof Endpoints>;

/** `run.json`: what runs from this home now, and which ports to take again after a restart. */
export const RunFile = z.object({
  version: z.literal(1),
  ready: z.boolean(),
  supervisor: ProcessRecord.optional(),
  ports: z.object({ temporal: Port.optional(), objects: ObjectPorts.optional() }),
  endpoints: Endpoints.optional(),
  children: z.array(ChildRecord),
});
export type RunFile = z.infer<typeof RunFile>;

export const emptyRun: RunFile = { version: 1, ready: false, ports: {}, children: [] };

/** Keys of the object server that plusct started itself. */
export const Credentials = z.object({ accessKeyId: z.string().min(8), secretAccessKey: z.string().min(16) });
export type Credentials = z.infer<typeof Credentials>;
