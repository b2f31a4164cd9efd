/** The bytes of everything. Keys come from `domain/keys`; every object is written once and never changed. */
export interface ObjectStore {
  /** The whole object; undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  has(key: string): Promise<boolean>;
  /** Writes, whatever was there: only for keys that are the hash of their content. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Writes unless the key exists; says whether this call wrote. Of racing writers one wins. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Keys that begin with `prefix`, in order; with `after` only those that sort behind it. */
  list(prefix: string, after?: string): AsyncIterable<string>;
  /** Names up to the next `/` of the keys below `prefix`, which ends in `/`: its subfolders. */
  folders(prefix: string): Promise<string[]>;
}
