import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { itkSnapWorkspace, labelDescriptions } from '../../imaging/itk-snap.js';

interface Node {
  readonly entry?: readonly { readonly '@key': string; readonly '@value': string }[];
  readonly folder?: readonly ({ readonly '@key': string } & Node)[];
}

/** Every entry by its path, as ITK-SNAP's registry addresses it. */
function entriesOf({ entry = [], folder = [] }: Node, prefix = ''): [string, string][] {
  return [
    ...entry.map((each): [string, string] => [`${prefix}${each['@key']}`, each['@value']]),
    ...folder.flatMap((each) => entriesOf(each, `${prefix}${each['@key']}.`)),
  ];
}

describe('a workspace for ITK-SNAP', () => {
  const text = itkSnapWorkspace('image.nii.gz', 'mask.nii.gz');
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    isArray: (name) => name === 'entry' || name === 'folder',
  });
  const { registry } = parser.parse(text) as { registry: Node };
  const entries = new Map(entriesOf(registry));

  it('begins as ITK-SNAP writes it, with the definition of its elements', () => {
    expect(
      text.startsWith('<?xml version="1.0" encoding="UTF-8" ?>\n<!--ITK-SNAP (itksnap.org) Project File'),
    ).toBe(true);
    for (const element of ['registry (entry*,folder*)', 'folder (entry*,folder*)', 'entry EMPTY'])
      expect(text).toContain(`<!ELEMENT ${element}>`);
  });

  it('has the two entries by which ITK-SNAP knows a workspace', () => {
    expect(entries.get('SaveLocation')).toBe('/plusct');
    expect(entries.get('Version')).toMatch(/^\d{8}$/);
  });

  it('has the image as main layer and the mask as segmentation, found beside it wherever it lies', () => {
    expect(entries.get('Layers.Layer[000].Role')).toBe('MainRole');
    expect(entries.get('Layers.Layer[001].Role')).toBe('SegmentationRole');
    const names = ['000', '001'].map((n) => {
      const path = entries.get(`Layers.Layer[${n}].AbsolutePath`)!;
      // ITK-SNAP's own rule for a workspace that was moved: what follows the place where it was saved.
      expect(path.startsWith(entries.get('SaveLocation')!)).toBe(true);
      return path.slice(entries.get('SaveLocation')!.length).replace(/^\/+/, '');
    });
    expect(names).toEqual(['image.nii.gz', 'mask.nii.gz']);
  });

  it('names the labels in the paper’s colours', () => {
    const table = 'Layers.Layer[000].ProjectMetaData.IRIS.LabelTable';
    expect(entries.get(`${table}.NumberOfElements`)).toBe('4');
    const rows = [0, 1, 2, 3].map((n) =>
      ['Index', 'Label', 'Color', 'Alpha', 'Flags'].map((key) =>
        entries.get(`${table}.Element[${n}].${key}`),
      ),
    );
    expect(rows).toEqual([
      ['1', 'liver', '221 84 84', '255', '1 1'],
      ['2', 'kidney', '80 174 96', '255', '1 1'],
      ['3', 'spleen', '75 120 214', '255', '1 1'],
      ['4', 'pancreas', '236 194 68', '255', '1 1'],
    ]);
  });
});

describe('label descriptions for ITK-SNAP', () => {
  it('have seven numbers and a name in quotes on each line that is no comment', () => {
    const lines = labelDescriptions().trimEnd().split('\n');
    const rows = lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => {
        const [, numbers, name] = /^((?:\s*[\d.]+){7})\s+"([^"]*)"$/.exec(line)!;
        return [...numbers!.trim().split(/\s+/).map(Number), name];
      });
    expect(rows).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 'Clear Label'],
      [1, 221, 84, 84, 1, 1, 1, 'liver'],
      [2, 80, 174, 96, 1, 1, 1, 'kidney'],
      [3, 75, 120, 214, 1, 1, 1, 'spleen'],
      [4, 236, 194, 68, 1, 1, 1, 'pancreas'],
    ]);
  });
});
