import { Command, Option } from 'commander';
import { presetNames } from '../domain/metric.js';
import { addAudit, addEffort } from './audit-program.js';
import { addBenchmarks } from './benchmark-program.js';
import { campaignOption, collect, jsonOption, patientsOption, withSession } from './command-parts.js';
import { addDevices } from './device-program.js';
import { addEngine } from './engine-program.js';
import { addKinship } from './kinship-program.js';
import { addLabels } from './label-program.js';
import { addReleases } from './release-program.js';
import { addRounds } from './round-program.js';
import { addPeople, addTasks } from './task-program.js';

function addServers(program: Command): void {
  program
    .command('start')
    .description('what `npm start` runs: servers, workers, the whole build, the table, stop')
    .option('--collections <dir>', 'folder of the five collections; samples are made when none is given')
    .option('--reference <dir>', 'all four organs per case: for evaluation and simulated people')
    .addOption(campaignOption())
    .option('--seed <n>', 'seed of samples, models and simulated people', '1')
    .option('--exit', 'end after the table; at a terminal the console stays open otherwise')
    .addOption(jsonOption())
    .action(async (options) => (await import('./start.js')).start(options));
  program
    .command('up')
    .description('start servers and workers in the background')
    .option('--devices <n>', 'device workers; one for each GPU, or 2, unless told otherwise')
    .addOption(jsonOption())
    .action(async (options) => (await import('./up.js')).up(options));
  program
    .command('down')
    .description('stop what `plusct up` started; data stay')
    .action(async () => (await import('./up.js')).down());
}

function addConsole(program: Command): void {
  program
    .command('serve')
    .description('the console: an HTTP API and a page in the browser, for everybody who works on a campaign')
    .option('--port <n>', 'where to listen; a free port near 8420 when not given')
    .option('--host <address>', 'address to listen on; beyond this machine only with an identity provider')
    .addOption(campaignOption())
    .option('--no-open', 'do not open a browser')
    .option('--links', 'print a sign-in link for every person of the campaign')
    .addOption(jsonOption())
    .action(async (options) => {
      const { serve } = await import('./serve.js');
      await withSession((session) => serve(session, options));
    });
}

function addTokens(program: Command): void {
  const tokens = program.command('tokens').description('tokens for programs that use the console’s API');
  tokens
    .command('create')
    .description('a token that acts in a person’s name; it is shown once')
    .requiredOption('--as <person>', 'in whose name')
    .option('--scope <scope>', 'read, work or manage (repeat); read when not given', collect, [])
    .option('--days <n>', 'how long it holds', '30')
    .option('--campaign <name>', 'only for this campaign')
    .addOption(jsonOption())
    .action(async (options) => {
      const { createToken } = await import('./tokens.js');
      await withSession((session) => createToken(session, options));
    });
  tokens
    .command('list')
    .description('every token, without its secret')
    .addOption(jsonOption())
    .action(async (options) => {
      const { listTokens } = await import('./tokens.js');
      await withSession((session) => listTokens(session, options));
    });
  tokens
    .command('revoke <id>')
    .description('end a token')
    .action(async (id) => {
      const { revokeToken } = await import('./tokens.js');
      await withSession((session) => revokeToken(session, id));
    });
}

function addCampaigns(program: Command): void {
  program
    .command('build')
    .description('build a plus dataset from five collections')
    .requiredOption('--collections <dir>', 'folder of the collections')
    .addOption(campaignOption())
    .option('--reference <dir>', 'all four organs per case: for evaluation and simulated people')
    .addOption(patientsOption('scans of one patient are one group in every split of the campaign'))
    .addOption(
      new Option('--refine <who>', 'who corrects pre-labels')
        .choices(['human', 'simulated'])
        .default('human'),
    )
    .option('--engine <name>', 'what pre-labels', 'atlas')
    .option('--engine-setting <name=value>', 'what the engine is set to (repeat)', collect, [])
    .option(
      '--person <id:role>',
      'a person of the campaign (repeat); role junior, certified or senior',
      collect,
      [],
    )
    .option('--seed <n>', 'seed of models and simulated people', '1')
    .option('--window <n>', 'cases under way at once, 1 to 100', '50')
    .option('--prioritise', 'judge how wrong pre-labels may be; the worst come first')
    .option(
      '--double-reads <list>',
      'share of organs that two people draw: 0.05, or 0.05,pancreas=0.1,lits/liver=0',
    )
    .option('--review-hours <n>', 'people only look at what fits into so many hours, the worst first')
    .option('--audit-share <share>', 'with --review-hours: share of the rest that is read blindly', '0.05')
    .option('--train-on <class>', 'class of devices for training; any unless told otherwise')
    .option('--infer-on <class>', 'class of devices for inference')
    .option('--larger <list>', 'classes for what a device is too small for, from small to large: a100,h100')
    .option('--wait', 'wait for the end and print the table')
    .addOption(jsonOption())
    .action(async (options) => {
      const [{ makePlan }, build] = await Promise.all([import('./build-plan.js'), import('./build.js')]);
      const plan = await makePlan(options);
      await withSession((session) => build.runBuild(session, plan, options));
    });
  program
    .command('status [campaign]')
    .description('cases per collection and stage, who has to act, findings')
    .option('--all', 'show notes too')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { status } = await import('./status.js');
      await withSession((session) => status(session, campaign, options));
    });
}

function addRecords(program: Command): void {
  program
    .command('samples <dir>')
    .description('make five small collections in the layouts of the real ones')
    .option('--seed <n>', 'other patients for every seed', '1')
    .action(async (directory, options) => (await import('./samples.js')).samples(directory, options));
}

function addAgreement(program: Command): void {
  program
    .command('agreement [campaign]')
    .description('how well people agree in double reads, beside what is published')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { agreement } = await import('./agreement.js');
      await withSession((session) => agreement(session, campaign, options));
    });
  const review = program
    .command('review')
    .description('which pre-labels people look at within a budget of hours');
  review
    .command('show [campaign]')
    .description('the list of a campaign, and its recall so far')
    .option('--all', 'pre-labels outside of the list too')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { showReview } = await import('./review.js');
      await withSession((session) => showReview(session, campaign, options));
    });
  review
    .command('plan [campaign]')
    .description('what a budget would come to; changes nothing')
    .requiredOption('--hours <n>', 'hours that people have')
    .option('--audit-share <share>', 'share of the rest that is read blindly', '0.05')
    .option('--all', 'pre-labels outside of the list too')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { tryReview } = await import('./review.js');
      await withSession((session) => tryReview(session, campaign, options));
    });
}

function addEvaluate(program: Command): void {
  program
    .command('evaluate [campaign]')
    .description('DSC, NSD and distances: of label maps in files, or of a campaign’s finished cases')
    .option('--truth <path>', 'file or folder of true label maps; needs no server')
    .option('--prediction <path>', 'file or folder of the label maps to judge')
    .option('--compare <path>', 'another prediction to compare with (repeat)', collect, [])
    .option('--labels <list>', 'values and organs: 1=liver,2=kidney,3+4=lung')
    .addOption(new Option('--preset <name>', 'whose rules').choices(presetNames).default('abdomenct1k'))
    .option('--tolerance-mm <list>', 'tolerances of NSD instead of the preset’s: 1,2')
    .option('--metrics <list>', 'any of dsc, nsd, hd95, hd, assd', 'dsc,nsd')
    .option('--failure-below <dsc>', 'a case has failed with DSC 0 or below this', '0')
    .option('--strata <csv>', 'table with a column `case` and fields to divide the cases by')
    .option('--published <id>', 'a row of a published table to stand beside the results')
    .option('--json [file]', 'rows, summary and contract as JSON; without a file, printed')
    .option('--csv <file>', 'rows as CSV')
    .option('--report <file>', 'one HTML page with tables, plots and pictures')
    .option('--plots <dir>', 'every plot and picture as SVG and PNG')
    .option('--images <dir>', 'the CTs, drawn under the outlines')
    .option('--title <text>', 'title of the report')
    .option('--jobs <n>', 'threads; as many as cores unless told otherwise')
    .option('--ignore-geometry', 'compare by index, wherever the headers say the voxels lie')
    .option('--ignore-unknown-labels', 'take values that --labels does not name as background')
    .option('--skip-faulty', 'leave out cases that lack a partner or cannot be compared')
    .option('--reference <dir>', 'for a campaign: folder {collection}/{caseId}.nii.gz')
    .action(async (campaign, options) => {
      if (options.reference === undefined || options.truth !== undefined) {
        const { evaluateFiles } = await import('./evaluate-files.js');
        return evaluateFiles(options);
      }
      const { evaluate } = await import('./evaluate.js');
      await withSession((session) => evaluate(session, campaign, options));
    });
}

function addInspect(program: Command): void {
  program
    .command('inspect <path>')
    .description('what a file (NIfTI, DICOM, NRRD) or a folder of files holds, and what is wrong with it')
    .option('--label <file>', 'the label map that belongs to it')
    .option('--png <file>', 'write a picture: axial, coronal and sagittal')
    .option('--collection <name>', 'by whose rules; guessed from the name of the file')
    .option('--labels <list>', 'names of values: 1+2=liver,3=kidney; organs are checked as such')
    .addOption(jsonOption())
    .action(async (path, options) => (await import('./inspect.js')).inspect(path, options));
}

function addFindings(program: Command): void {
  // Options after a name of a subcommand are that command's own.
  const root = program
    .command('findings [campaign]')
    .description('what was found in a campaign’s data, and which cases wait for a decision')
    .enablePositionalOptions()
    .option('--code <code>', 'only this code')
    .option('--severity <severity>', 'only reject, quarantine, exclude, flag or note')
    .option('--case <case>', 'only this case')
    .addOption(jsonOption());
  root.action(async (campaign, options) => {
    const { findings } = await import('./findings.js');
    await withSession((session) => findings(session, campaign, options));
  });
  const deciding = (verdict: 'accept' | 'exclude', description: string): Command =>
    root
      .command(`${verdict} <case>`)
      .description(description)
      .requiredOption('--reason <text>', 'why; goes on record')
      .requiredOption('--as <name>', 'who decides; goes on record')
      .addOption(campaignOption())
      .addOption(jsonOption())
      .action(async (text, options) => {
        const { decideCase } = await import('./findings.js');
        await withSession((session) => decideCase(session, verdict, text, options));
      });
  deciding('accept', 'let a case in that was held back').option(
    '--without-label',
    'use its image only; the organ is labelled anew',
  );
  deciding('exclude', 'leave a case out');
}

function addSeg(program: Command): void {
  const seg = program.command('seg').description('labels as DICOM SEG, and back');
  seg
    .command('write')
    .description('write labels as a DICOM SEG that refers to the slices of their series')
    .requiredOption('--series <dir>', 'folder of the DICOM series that the labels lie on')
    .option('--labels <file>', 'NIfTI label map: 1 liver, 2 kidney, 3 spleen, 4 pancreas')
    .option('--case <case>', 'a finished case of a campaign instead of a file')
    .addOption(campaignOption())
    .option('--series-uid <uid>', 'which series, where the folder holds several')
    .option('--by-index', 'lay the labels on by index, wherever their header says they lie')
    .requiredOption('--out <file>', 'the DICOM file to write')
    .action(async (options) => {
      const { writeSeg, writeSegOfCase } = await import('./seg.js');
      if (options.case === undefined) return writeSeg(options);
      await withSession((session) => writeSegOfCase(session, options));
    });
  seg
    .command('read <file>')
    .description('read a DICOM SEG as a NIfTI label map')
    .option('--series <dir>', 'folder of the DICOM series whose grid to use; else the frames’ own')
    .option('--series-uid <uid>', 'which series, where the folder holds several')
    .option('--grid <file>', 'NIfTI image whose grid to use, instead of --series')
    .requiredOption('--out <file>', 'the label map to write, .nii.gz')
    .action(async (file, options) => (await import('./seg.js')).readSeg(file, options));
}

function addCases(program: Command): void {
  const cases = program
    .command('cases [campaign]')
    .description('cases with all that is on record of them, chosen by any field')
    .option(
      '--where <query>',
      "for which cases: 'collection=lits & spacing.k>2.5 & organ.spleen.origin=human'",
    )
    .option('--columns <list>', 'fields to show, by commas')
    .option('--csv', 'print CSV')
    .option('--fields', 'list every field; needs no server')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { listCases, listFields } = await import('./cases.js');
      if (options.fields) return listFields();
      await withSession((session) => listCases(session, campaign, options));
    });
  cases
    .command('show <case>')
    .description('one case’s passport, organ by organ')
    .addOption(campaignOption())
    .action(async (text, _options, command: Command) => {
      const { showCase } = await import('./cases.js');
      // `--json` is the outer command's option too, and taken there.
      await withSession((session) => showCase(session, text, command.optsWithGlobals()));
    });
}

function addExport(program: Command): void {
  program
    .command('export [campaign]')
    .description('finished label maps of chosen cases, with passports, licences and citations')
    .requiredOption('--out <dir>', 'folder to write, new or empty')
    .option('--where <query>', 'which cases, as in `plusct cases`')
    .option(
      '--licence-allows <use>',
      'only cases that allow it (repeat): share, derivatives, commercial',
      collect,
      [],
    )
    .option('--no-training-binds', 'do not count licences of training data against what models proposed')
    .option('--images', 'the images too, as plusct serves them')
    .addOption(
      new Option('--format <name>', 'how label maps are written').choices(['nifti']).default('nifti'),
    )
    .option('--blind <seed>', 'images and label maps that do not tell their source, for blind benchmarks')
    .option('--key <dir>', 'where the key of a blind export goes; DIR.key unless told otherwise')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { exportCases } = await import('./export.js');
      await withSession((session) => exportCases(session, campaign, options));
    });
}

/** The whole command line; building it does nothing. */
export function program(): Command {
  const root = new Command('plusct')
    .description('Builds fully labelled, audited multi-organ CT datasets out of single-organ collections')
    .showHelpAfterError('The command with --help shows what it takes.')
    .exitOverride();
  addServers(root);
  addConsole(root);
  addTokens(root);
  addCampaigns(root);
  addEngine(root);
  addEvaluate(root);
  addKinship(root);
  addSeg(root);
  addAudit(root);
  addEffort(root);
  addDevices(root);
  addRecords(root);
  addCases(root);
  addExport(root);
  addInspect(root);
  addFindings(root);
  addTasks(root);
  addAgreement(root);
  addPeople(root);
  addLabels(root);
  addBenchmarks(root);
  addReleases(root);
  addRounds(root);
  return root;
}
