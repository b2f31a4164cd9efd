import { type Command, Option } from 'commander';
import { layoutNames } from '../domain/release-layout.js';
import { campaignOption, collect, jsonOption, withSession } from './command-parts.js';

/** `plusct release …`: published datasets. */
export function addReleases(program: Command): void {
  const release = program
    .command('release')
    .description('published, immutable versions of a campaign’s dataset');
  addMaking(release);
  addReading(release);
  addErrata(release);
}

/** What is not said stays as it was in the release before. */
function withChoice(command: Command): Command {
  return command
    .addOption(campaignOption())
    .option('--where <query>', 'which cases, as in `plusct cases`; an empty one for all')
    .option(
      '--licence-allows <use>',
      'leave out cases that do not allow it (repeat): share, derivatives, commercial; or anything',
      collect,
      [],
    )
    .option('--images', 'with images, as at first')
    .option('--without-images', 'labels alone; labels of sources that forbid adapted material are withheld')
    .option('--training-binds', 'licences of training data bind what models proposed, as at first')
    .option('--no-training-binds', 'do not count licences of training data')
    .option('--labels-under <licence>', 'terms of labels that no other licence binds; CC-BY-4.0 at first')
    .option('--seed <n>', 'another division into training and test for every seed; 1 at first')
    .option('--test-share <share>', 'share of the cases that is kept for tests; 0.2 at first')
    .option('--unfinished', 'leave unfinished cases out')
    .addOption(jsonOption());
}

function choiceOf({ withoutImages, ...options }: Record<string, unknown>): Record<string, unknown> {
  return withoutImages ? { ...options, images: false } : options;
}

function addMaking(release: Command): void {
  withChoice(
    release
      .command('plan [version]')
      .description(
        'what a release would hold, the version that it needs, and what rests on labels that it changes',
      ),
  ).action(async (version, options) => {
    const { planRelease } = await import('./release.js');
    await withSession((session) => planRelease(session, version, choiceOf(options)));
  });
  withChoice(
    release
      .command('publish <version>')
      .description('make a release: whole under its version, or not at all'),
  )
    .requiredOption('--as <name>', 'who publishes; goes on record')
    .option('--reason <text>', 'why; goes on record', 'asked for')
    .action(async (version, options) => {
      const { publishRelease } = await import('./release-publish.js');
      await withSession((session) =>
        publishRelease(session, version, { ...choiceOf(options), as: options.as, reason: options.reason }),
      );
    });
}

function addReading(release: Command): void {
  release
    .command('list')
    .description('versions that were published')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const { listReleases } = await import('./release.js');
      await withSession((session) => listReleases(session, options));
    });
  release
    .command('show <version>')
    .description('cases of a release, and what changed')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (version, options) => {
      const { showRelease } = await import('./release.js');
      await withSession((session) => showRelease(session, version, options));
    });
  release
    .command('diff <from> <to>')
    .description('cases, organs, licences and origins that differ, with voxels that came and went')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (from, to, options) => {
      const { diffRelease } = await import('./release.js');
      await withSession((session) => diffRelease(session, from, to, options));
    });
  release
    .command('download <version>')
    .description('write a release into a folder; a broken download goes on')
    .requiredOption('--out <dir>', 'folder to write')
    .addOption(new Option('--layout <name>', 'how files lie').choices(layoutNames).default('plain'))
    .option('--dataset-id <n>', 'number of the dataset in nnU-Net, of the task in the decathlon', '501')
    .option('--series <dir>', 'for dicom-seg: folder of the collection’s DICOM series')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (version, options) => {
      const { downloadRelease } = await import('./release-download.js');
      await withSession((session) => downloadRelease(session, version, options));
    });
  release
    .command('verify <what>')
    .description('prove a downloaded folder, without any server, or a version in the object store')
    .option('--manifest <sha256>', 'hash of the manifest that was kept elsewhere')
    .option(
      '--croissant',
      'for a folder: run MLCommons’ validator over its metadata, installed when first used',
    )
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (what, options) => {
      const { isFolder, verifyFolder, verifyRelease } = await import('./release-verify.js');
      // A name with a path in it is no version, whether or not there is such a folder.
      if (isFolder(what) || /[/\\]/.test(what)) return verifyFolder(what, options);
      await withSession((session) => verifyRelease(session, what, options));
    });
}

function addErrata(release: Command): void {
  const errata = release
    .command('errata')
    .description('faults of released labels, from the report to the release that settles them');
  errata
    .command('report')
    .description('put a fault on record')
    .requiredOption('--release <version>', 'the release that it was found in')
    .requiredOption('--case <case>', 'the case')
    .requiredOption('--organ <organ>', 'the organ')
    .requiredOption('--reason <text>', 'what is wrong; goes on record')
    .requiredOption('--as <name>', 'who reports; goes on record')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const { reportFault } = await import('./release-errata.js');
      await withSession((session) => reportFault(session, options));
    });
  errata
    .command('list')
    .description('every erratum, and how far it is')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const { listErrata } = await import('./release-errata.js');
      await withSession((session) => listErrata(session, options));
    });
  errata
    .command('reopen <id>')
    .description('open another round of its case (lead)')
    .requiredOption('--as <person>', 'your id')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (id, options) => {
      const { reopenForErratum } = await import('./release-errata.js');
      await withSession((session) => reopenForErratum(session, id, options));
    });
}
