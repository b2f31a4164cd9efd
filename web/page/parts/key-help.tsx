import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { keyLayers } from '../state/keys.js';

/** Whether the list of keys is open. */
export const keyHelpOpen = signal(false);

const shown: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Enter: 'Enter',
};

/** A key as people write it. */
export function keyName(key: string): string {
  if (/^[A-Z]$/.test(key)) return `⇧ ${key}`;
  return key.replace(/^Shift\+/, '⇧ ').replace(/\w+$/, (word) => shown[word] ?? word);
}

function close(): void {
  keyHelpOpen.value = false;
}

/** Every key that works now. */
export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const known = keyLayers.value.flat().filter(({ silent }) => silent !== true);
  return (
    <dialog ref={dialog} class="keys" aria-label="Keys" onCancel={close}>
      <div class="inside">
        <h1>Keys</h1>
        <div class="keylist">
          {known.map(({ key, does }) => (
            <>
              <kbd>{keyName(key)}</kbd>
              <span>{does}</span>
            </>
          ))}
        </div>
        <div class="foot">
          <button
            type="button"
            onClick={() => {
              dialog.current?.close();
              close();
            }}
          >
            Close
          </button>
        </div>
      </div>
    </dialog>
  );
}
