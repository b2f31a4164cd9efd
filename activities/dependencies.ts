import type { Engine } from '../engines/engine.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { VolumeWork } from './volume-work.js';

/** How a workflow stands, as the server knows it. */
export type WorkflowStatus = 'running' | 'completed' | 'failed' | 'unknown';

/** What the activities live on; each file takes what it needs of it. */
export interface Dependencies {
  readonly store: ObjectStore;
  /** Work on whole volumes, done off the main thread so that heartbeats go on. */
  readonly work: VolumeWork;
  readonly engineByName: (name: string) => Engine;
  readonly workflowStatus: (workflowId: string) => Promise<WorkflowStatus>;
  readonly now: () => Date;
}
