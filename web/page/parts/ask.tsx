import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ProblemBox } from './problem-box.js';

interface AskProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly does: string;
  readonly reason: 'needed' | 'welcome' | 'none';
  readonly reasonLabel?: string;
  readonly children?: ComponentChildren;
  /** Does it; what it throws is shown, and the dialog stays. */
  act(reason: string): Promise<void>;
  close(): void;
}

/** Asks before something is done: for a reason, or for more. Escape closes it; the focus goes back to where it was. */
export function Ask({ title, does, reason, reasonLabel = 'Reason', children, act, close }: AskProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  useEffect(() => dialog.current?.showModal(), []);
  // Closing the element gives the focus back to where it was; the dialog itself goes with its component.
  const leave = () => {
    dialog.current?.close();
    close();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await act(text.trim());
      leave();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-label={title} onCancel={close}>
      <form onSubmit={submit}>
        <h1>{title}</h1>
        {children}
        {reason !== 'none' && (
          <label class="stack">
            <span>
              {reasonLabel} {reason === 'welcome' && <span class="soft">(if you like)</span>}
            </span>
            <textarea
              name="reason"
              required={reason === 'needed'}
              maxLength={2000}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
              autoFocus
            />
          </label>
        )}
        <ProblemBox problem={problem} />
        <div class="foot">
          <button type="button" onClick={leave}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {busy ? 'One moment …' : does}
          </button>
        </div>
      </form>
    </dialog>
  );
}
