/** Drawing that was not sent yet, kept in this browser: closing a tab or a crash loses nothing. */
const [database, store] = ['plusct', 'drafts'];

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within<T>(
  mode: IDBTransactionMode,
  ask: (drafts: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const base = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const request = ask(base.transaction(store, mode).objectStore(store));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    base.close();
  }
}

/** Keeps the voxels of a label map. `key` names the task's labels, so that a draft never lies on other ones. */
export async function keepDraft(key: string, values: Uint8Array): Promise<void> {
  const packed = new Blob([new Uint8Array(values)]).stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = await new Response(packed).arrayBuffer();
  await within('readwrite', (drafts) => drafts.put(bytes, key)).catch(() => undefined);
}

/** What was kept; undefined when nothing was, or when the browser keeps nothing. */
export async function keptDraft(key: string): Promise<Uint8Array | undefined> {
  const bytes: unknown = await within('readonly', (drafts) => drafts.get(key)).catch(() => undefined);
  if (!(bytes instanceof ArrayBuffer)) return undefined;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

export async function forgetDraft(key: string): Promise<void> {
  await within('readwrite', (drafts) => drafts.delete(key)).catch(() => undefined);
}
