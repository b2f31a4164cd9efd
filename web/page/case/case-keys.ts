import { organs } from '../../../domain/organ.js';
import type { KeyBinding } from '../state/keys.js';
import type { Workspace } from './workspace.js';

const slices = [
  ['ArrowUp', 'axial slice up', [0, 0, 1]],
  ['ArrowDown', 'axial slice down', [0, 0, -1]],
  // The patient's right is on the left of the screen.
  ['ArrowLeft', 'cross-hair left', [1, 0, 0]],
  ['ArrowRight', 'cross-hair right', [-1, 0, 0]],
  ['Shift+ArrowUp', 'cross-hair to the front', [0, 1, 0]],
  ['Shift+ArrowDown', 'cross-hair to the back', [0, -1, 0]],
  ['PageUp', 'ten slices up', [0, 0, 10]],
  ['PageDown', 'ten slices down', [0, 0, -10]],
] as const;

/** Keys of looking and drawing. */
export function drawingKeys(workspace: Workspace): KeyBinding[] {
  return [
    { key: 'b', does: 'brush', run: () => workspace.use('brush') },
    { key: 'x', does: 'eraser', run: () => workspace.use('eraser') },
    { key: 'f', does: 'outline that is filled', run: () => workspace.use('fill') },
    { key: 'Escape', does: 'look: no tool', run: () => workspace.use('look') },
    { key: '[', does: 'smaller brush', run: () => workspace.resize(-1) },
    { key: ']', does: 'larger brush', run: () => workspace.resize(1) },
    ...organs.map((organ, at) => ({
      key: String(at + 1),
      does: `draw the ${organ}`,
      run: () => workspace.choose(organ),
    })),
    {
      key: 'o',
      does: 'paint over other organs, or not',
      run: () => {
        workspace.paintsOver.value = !workspace.paintsOver.value;
      },
    },
    { key: 'u', does: 'undo', run: () => workspace.undo() },
    { key: 'y', does: 'redo', run: () => workspace.redo() },
    { key: 'w', does: 'next CT window', run: () => workspace.nextWindow() },
    { key: 'h', does: 'hide or show all labels', run: () => workspace.toggleAll() },
    {
      key: 't',
      does: 'three planes, or axial alone',
      run: () => workspace.arrange(workspace.layout.value === 'three' ? 'axial' : 'three'),
    },
    ...slices.map(([key, does, [x, y, z]]) => ({ key, does, run: () => workspace.move(x, y, z) })),
  ];
}
