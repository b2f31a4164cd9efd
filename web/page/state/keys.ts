import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** A key and what it does. `key` is `KeyboardEvent.key`; `Shift+` before it asks for the shift key where the key is no capital. */
export interface KeyBinding {
  readonly key: string;
  readonly does: string;
  /** Left out of the overlay's list when another line already tells of it. */
  readonly silent?: boolean;
  run(): void;
}

/** What is open now: the newest layer comes first. */
export const keyLayers = signal<readonly (readonly KeyBinding[])[]>([]);

/** Makes keys work while the component is there. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const newest = useRef(bindings);
  newest.current = bindings;
  const names = bindings.map(({ key, does }) => `${key} ${does}`).join('\n');
  // Before the browser paints: a key that is shown works.
  useLayoutEffect(() => {
    const layer = newest.current.map(
      (binding, at): KeyBinding => ({ ...binding, run: () => newest.current[at]?.run() }),
    );
    keyLayers.value = [layer, ...keyLayers.value];
    return () => {
      keyLayers.value = keyLayers.value.filter((each) => each !== layer);
    };
  }, [names]);
}

/** Listens once for the whole page. Keys in fields, in dialogs and with modifiers belong to the browser. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
    const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
    const found = keyLayers.value.flat().find(({ key }) => key === name);
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  });
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'range' && target.type !== 'checkbox';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
