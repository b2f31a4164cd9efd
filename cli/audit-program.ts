import { type Command, Option } from 'commander';
import { effortGroupings } from '../domain/effort.js';
import { campaignOption, jsonOption, withSession } from './command-parts.js';

/** `plusct audit` and what is below it. */
export function addAudit(program: Command): void {
  const audit = program
    .command('audit <case>')
    .description('who did what to a case, when and why')
    .enablePositionalOptions()
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (text, options) => {
      const { audit } = await import('./audit.js');
      await withSession((session) => audit(session, text, options));
    });
  addVerify(audit);
  audit
    .command('checkpoint [campaign]')
    .description('seal what is on record under one hash, to be kept elsewhere')
    .option('--reason <text>', 'why; goes on record', 'asked for')
    .option('--as <name>', 'who asks; goes on record')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { checkpointCampaign } = await import('./audit-verify.js');
      await withSession((session) => checkpointCampaign(session, campaign, options));
    });
  audit
    .command('export [campaign]')
    .description('write workflow histories to the object store before Temporal forgets them')
    .option('--out <dir>', 'copy all that an auditor needs offline into a folder, and verify it')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { exportAudit } = await import('./audit-verify.js');
      await withSession((session) => exportAudit(session, campaign, options));
    });
}

function addVerify(audit: Command): void {
  audit
    .command('verify [campaign]')
    .description(
      'rebuild every state from the records and compare: names what was changed, lost or reordered',
    )
    .option('--offline [dir]', 'ask no Temporal; with a folder, verify what `audit export --out` wrote')
    .option('--anchor <sha256>', 'hash of a checkpoint that was kept elsewhere')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { verifyCampaign, verifyFolder } = await import('./audit-verify.js');
      if (typeof options.offline === 'string') return verifyFolder(options.offline, campaign, options);
      await withSession((session) => verifyCampaign(session, campaign, options));
    });
}

/** `plusct effort`. */
export function addEffort(program: Command): void {
  program
    .command('effort [campaign]')
    .description('active minutes, voxels changed, returns, proposals accepted as is; hours that are left')
    .addOption(new Option('--by <what>', 'what the lines are').choices(effortGroupings).default('stage'))
    .option('--seed <n>', 'other draws of the forecast for every seed', '1')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { effort } = await import('./effort.js');
      await withSession((session) => effort(session, campaign, options));
    });
}
