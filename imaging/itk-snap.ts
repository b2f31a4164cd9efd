import { XMLBuilder } from 'fast-xml-parser';
import { organs, organValue } from '../domain/organ.js';
import { organColour } from './organ-colours.js';

/**
 * ITK-SNAP's label description file: a line for each label with index, red, green, blue (0 to 255), opacity (0 to 1),
 * visibility, visibility of its mesh, and name; lines with # are comments.
 */
export function labelDescriptions(): string {
  const rows = organs.map((organ) => [organValue[organ], ...organColour[organ], 1, 1, 1, `"${organ}"`]);
  const widths = [5, 6, 5, 5, 9, 3, 3];
  const line = (row: readonly (string | number)[]): string =>
    `${row
      .slice(0, -1)
      .map((part, n) => String(part).padStart(widths[n]))
      .join('')}    ${row[row.length - 1]}`;
  return [
    '################################################',
    '# ITK-SnAP Label Description File',
    '# File format:',
    '# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL',
    '################################################',
    line([0, 0, 0, 0, 0, 0, 0, '"Clear Label"']),
    ...rows.map(line),
    '',
  ].join('\n');
}

/** A folder of ITK-SNAP's registry: entries by key, then folders by key. */
interface Folder {
  readonly entries?: Readonly<Record<string, string | number>>;
  readonly folders?: Readonly<Record<string, Folder>>;
}

/**
 * Where the files are said to have been saved. A workspace that is opened elsewhere takes what follows this folder in a
 * path as relative to itself, so that a bundle may be unpacked anywhere.
 */
const savedIn = '/plusct';
/** The registry's edition that ITK-SNAP 3.6 and later read. */
const version = '20190612';
const header = `<?xml version="1.0" encoding="UTF-8" ?>
<!--ITK-SNAP (itksnap.org) Project File

This file can be moved/copied along with the images that it references
as long as the relative location of the images to the project file is
the same. Do not modify the SaveLocation entry, or this will not work.
-->
<!DOCTYPE registry [
<!ELEMENT registry (entry*,folder*)>
<!ELEMENT folder (entry*,folder*)>
<!ELEMENT entry EMPTY>
<!ATTLIST folder key CDATA #REQUIRED>
<!ATTLIST entry key CDATA #REQUIRED>
<!ATTLIST entry value CDATA #REQUIRED>
]>
`;

/**
 * An ITK-SNAP workspace (.itksnap, an XML registry of entries and folders): the image as main layer, the mask as segmentation,
 * and the labels' names and colours. Files are named as they lie beside it.
 */
export function itkSnapWorkspace(imageName: string, maskName: string): string {
  const table: Record<string, Folder> = Object.fromEntries(
    organs.map((organ, n) => [
      `Element[${n}]`,
      {
        entries: {
          Alpha: 255,
          Color: organColour[organ].join(' '),
          Flags: '1 1',
          Index: organValue[organ],
          Label: organ,
        },
      },
    ]),
  );
  const labels = { LabelTable: { entries: { NumberOfElements: organs.length }, folders: table } };
  const registry: Folder = {
    entries: { SaveLocation: savedIn, Version: version },
    folders: {
      Layers: {
        folders: {
          'Layer[000]': {
            ...layer(imageName, 'MainRole'),
            folders: { ProjectMetaData: { folders: { IRIS: { folders: labels } } } },
          },
          'Layer[001]': layer(maskName, 'SegmentationRole'),
        },
      },
    },
  };
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  });
  return `${header}${builder.build({ registry: node(registry) })}`;
}

function layer(name: string, role: string): Folder {
  return { entries: { AbsolutePath: `${savedIn}/${name}`, Role: role, Tags: '' } };
}

function node({ entries = {}, folders = {} }: Folder): Record<string, unknown> {
  const entry = Object.entries(entries).map(([key, value]) => ({ '@key': key, '@value': String(value) }));
  const folder = Object.entries(folders).map(([key, inner]) => ({ '@key': key, ...node(inner) }));
  return { ...(entry.length === 0 ? {} : { entry }), ...(folder.length === 0 ? {} : { folder }) };
}
