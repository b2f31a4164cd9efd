import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { signInLink } from '../../cli/serve.js';
import { organValue } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { freePorts } from '../../infra/ports.js';
import { callbackPath } from '../../web/api/identity/oidc.js';
import { type Installation, install } from '../workflows/installation.js';
import { browserPath, countPixels, openBrowser, type Seat, takeSeat } from './browser.js';
import { makeProvider } from './identity-provider.js';
import { type MadeConsole, makeConsole } from './made-console.js';
import { publishMadeModels } from './made-models.js';
import { makePhantomCampaign, type PhantomCase, publishMadeEvaluation } from './phantom-campaign.js';

const people: Person[] = [
  { id: 'anna', role: 'junior', simulated: false, name: 'Anna Weber' },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
  { id: 'lea', role: 'lead', simulated: false },
];
/** Scans whose files run other ways than the viewer shows them: flipped, and with axes swapped too. */
const axisCodes = ['LAI', 'LPS', 'SRP', 'RAS'];
const title = browserPath === undefined ? ' (skipped: no Chromium here; name one in CHROME_PATH)' : '';

let installation: Installation;
let made: MadeConsole;
let browser: Browser;
let campaign: string;
let cases: readonly PhantomCase[];
let folder: string;
const seats: Seat[] = [];

async function seat(person: string, scheme: 'light' | 'dark' = 'light'): Promise<Seat> {
  const taken = await takeSeat(browser, signInLink(made.console, made.url, person), folder, scheme);
  seats.push(taken);
  await taken.page.getByRole('navigation', { name: 'Pages' }).waitFor();
  return taken;
}

const open = (page: Page, to: string) => page.goto(`${made.url}/c/${campaign}/${to}`);
const ready = async (page: Page) => {
  await page.locator('[data-voxel]').waitFor();
  await page.locator('.cover').waitFor({ state: 'detached' });
};
const phase = (page: Page, name: string) => page.locator('.title .badge', { hasText: name }).waitFor();

/** The place of the axial plane at shares of its width and height, in pixels of the page. */
async function placeOf(page: Page, across: number, down: number) {
  const box = (await page.locator('canvas').boundingBox())!;
  return { x: box.x + box.width * 0.64 * across, y: box.y + box.height * down };
}

/** Puts the cross-hair there; answers the file's voxel, as the status line tells it. */
async function voxelAt(page: Page, across: number, down: number): Promise<number[]> {
  await page.keyboard.press('Escape');
  const { x, y } = await placeOf(page, across, down);
  await page.mouse.click(x, y);
  return (await page.locator('[data-voxel]').getAttribute('data-voxel'))!.split(' ').map(Number);
}

async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]) {
  const [start, end] = [await placeOf(page, ...from), await placeOf(page, ...to)];
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 4 });
  await page.mouse.move(end.x, end.y, { steps: 4 });
  await page.mouse.up();
}

/** Presses what hands the labels in; warnings of the checks are read and answered with a reason. */
async function handIn(page: Page, button: string, reason?: string) {
  await page.keyboard.press('s');
  await answerChecks(page, button, reason);
}

async function answerChecks(page: Page, button: string, reason?: string) {
  const dialog = page.getByRole('dialog');
  if (reason !== undefined) await dialog.locator('textarea').fill(reason);
  await dialog.getByRole('button', { name: button, exact: true }).click();
  const warned = dialog.getByRole('button', { name: 'I have seen it' });
  await Promise.race([warned.waitFor(), dialog.waitFor({ state: 'detached' })]);
  if (await warned.isVisible()) {
    await dialog.getByRole('alert').getByText('The checks ask about these labels').waitFor();
    await page.screenshot({ path: join(folder, 'flagged.png') });
    await dialog.locator('textarea').fill('Drawn on purpose, for a test.');
    await warned.click();
    await dialog.waitFor({ state: 'detached' });
  }
}

/** Chooses what is seldom asked of a task. */
async function choose(page: Page, what: string) {
  await page.getByText('More', { exact: true }).click();
  await page.locator('.menu').getByRole('button', { name: what }).click();
}

/** True once a picture of the page has come and has a size. */
const isDrawn = (picture: Locator) =>
  picture.evaluate(
    (image: { complete?: boolean; naturalWidth?: number }) =>
      image.complete === true && (image.naturalWidth ?? 0) > 100,
  );

async function taskOf({ at }: PhantomCase): Promise<TaskState> {
  const { body } = await made.as('lea').get(`/campaigns/${campaign}/cases/${at.collection}/${at.caseId}`);
  return body.tasks[0].task;
}

/** The spleen as it is now, voxel by voxel in the order of the file. */
async function spleenOf(made_: PhantomCase): Promise<Uint8Array> {
  const { version } = (await taskOf(made_)).organs.spleen.label!;
  const { collection, caseId } = made_.at;
  const address = `/campaigns/${campaign}/cases/${collection}/${caseId}/labels/spleen/${version}`;
  return Uint8Array.from(readLabelMap((await made.as('lea').get(address)).body, version).values);
}

function indexOf({ shape }: PhantomCase, [i = 0, j = 0, k = 0]: readonly number[]): number {
  return i + shape[0] * (j + shape[1] * k);
}

/** Distance in voxels of a voxel from the straight line between two others. */
function fromLine(at: readonly number[], a: readonly number[], b: readonly number[]): number {
  const along = b.map((value, n) => value - a[n]!);
  const length = along.reduce((sum, each) => sum + each * each, 0);
  const share = at.reduce((sum, value, n) => sum + (value - a[n]!) * along[n]!, 0) / length;
  const nearest = Math.min(1, Math.max(0, share));
  return Math.hypot(...at.map((value, n) => value - a[n]! - nearest * along[n]!));
}

/** Looks where two places of the axial plane are, paints a line of spleen between them and hands it in. */
async function paintLine(page: Page, from: readonly [number, number], to: readonly [number, number]) {
  const ends = [await voxelAt(page, ...from), await voxelAt(page, ...to)] as const;
  await page.keyboard.press('b');
  await page.keyboard.press('3');
  for (let press = 0; press < 2; press++) await page.keyboard.press('[');
  await drag(page, from, to);
  await page.getByText('1 stroke', { exact: true }).waitFor();
  return ends;
}

/** What differs between what was proposed and the spleen of now lies on the line, and is background that became spleen. */
async function expectLine(phantom: PhantomCase, [a, b]: readonly [readonly number[], readonly number[]]) {
  const spleen = await spleenOf(phantom);
  const changed: number[][] = [];
  spleen.forEach((value, index) => {
    const before = phantom.proposed[index]!;
    if ((before === organValue.spleen) === (value === 1)) return;
    expect(before).toBe(0);
    const [n1, n2] = phantom.shape;
    changed.push([index % n1, Math.floor(index / n1) % n2, Math.floor(index / (n1 * n2))]);
  });
  expect(changed.length).toBeGreaterThan(3);
  for (const voxel of changed) expect(fromLine(voxel, a, b)).toBeLessThanOrEqual(2.3);
  const axis = [...phantom.axisCodes].findIndex((letter) => 'SI'.includes(letter));
  expect(new Set(changed.map((voxel) => voxel[axis]))).toEqual(new Set([a[axis]]));
  for (const end of [a, b]) {
    if (phantom.proposed[indexOf(phantom, end)] === 0) expect(spleen[indexOf(phantom, end)]).toBe(1);
  }
}

describe.skipIf(browserPath === undefined)(`the page in a browser, on real servers${title}`, () => {
  beforeAll(async () => {
    folder = process.env.PAGE_SHOTS ?? mkdtempSync(join(tmpdir(), 'plusct-page-'));
    installation = await install('page', ['orchestration', 'io']);
    made = await makeConsole(installation, { pageFolder: resolve('dist/web/page') });
    ({ campaign, cases } = await makePhantomCampaign(installation, people, axisCodes));
    await publishMadeEvaluation(installation.store, campaign);
    await publishMadeModels(installation.store, campaign, cases[0]!.at.caseId);
    browser = await openBrowser();
    await vi.waitFor(
      async () => expect((await made.as('anna').get(`/campaigns/${campaign}/inbox`)).body.total).toBe(4),
      { timeout: 60_000, interval: 300 },
    );
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await made?.close();
    await installation?.stop();
  });

  let phantom: PhantomCase;
  let line: readonly [readonly number[], readonly number[]];

  it('lets a junior sign in by a link, take the next case with one key and see CT and labels', async () => {
    const { page, shot } = await seat('anna');
    expect(page.url()).not.toContain('token');
    await page.getByText('lits / volume-0').waitFor();
    await shot('work');
    await page.keyboard.press('n');
    await ready(page);
    await phase(page, 'leased');
    const caseId = page.url().split('/').at(-1)!;
    phantom = cases.find(({ at }) => at.caseId === caseId)!;
    expect(page.url()).toContain('/case/lits/');
    expect(await page.title()).toBe(`lits / ${caseId} – plusct`);
    const picture = await page.locator('canvas').screenshot();
    await shot('case');
    expect(
      countPixels(picture, (r, g, b) => r > 150 && Math.abs(r - g) < 8 && Math.abs(g - b) < 8),
    ).toBeGreaterThan(2000);
    expect(countPixels(picture, (r, g, b) => r > g + 40 && r > b + 40)).toBeGreaterThan(1000);
    expect(countPixels(picture, (r, _, b) => b > r + 40)).toBeGreaterThan(300);
    const voxel = await voxelAt(page, 0.4, 0.45);
    const hu = Number.parseInt((await page.locator('.status').getByText(' HU').textContent())!, 10);
    expect(hu).toBe(phantom.hu[indexOf(phantom, voxel)]);
  }, 300_000);

  it('takes a correction that is painted and submitted, and keeps every other voxel to the bit', async () => {
    const { page, shot, faults } = seats[0]!;
    line = await paintLine(page, [0.5, 0.3], [0.62, 0.36]);
    await shot('painted');
    await page.keyboard.press('?');
    await shot('keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.keyboard.press('y');
    await page.keyboard.press('s');
    await shot('submit');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await handIn(page, 'Submit', 'The lower pole was missing.');
    await phase(page, 'submitted');
    await expectLine(phantom, line);
    const { organs } = await taskOf(phantom);
    for (const organ of ['liver', 'kidney', 'pancreas'] as const)
      expect(organs[organ].label).toEqual(phantom.labels.find((each) => each.organ === organ));
    expect(faults).toEqual([]);
  }, 300_000);

  it('shows a reviewer what changed, in two colours and in figures, and returns the case with a pinned comment', async () => {
    const { page, shot } = await seat('clara', 'dark');
    await open(page, 'review');
    await page.getByText(`lits / ${phantom.at.caseId}`).waitFor();
    await shot('review');
    await page.keyboard.press('Enter');
    await ready(page);
    await page.keyboard.press('s');
    await phase(page, 'in review');
    await page.keyboard.press('d');
    const spleen = page.getByRole('row', { name: /spleen/ });
    await spleen.getByRole('button', { name: 'go' }).click();
    expect(Number(await spleen.getByRole('cell').nth(1).textContent())).toBeGreaterThan(0);
    expect(Number(await spleen.getByRole('cell').nth(2).textContent())).toBe(0);
    const turquoise = (r: number, g: number, b: number) => g > r + 50 && b > r + 50;
    await vi.waitFor(
      async () =>
        expect(countPixels(await page.locator('canvas').screenshot(), turquoise)).toBeGreaterThan(30),
      { timeout: 20_000, interval: 500 },
    );
    await shot('diff');
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog');
    await dialog.locator('textarea').fill('Too far to the front.');
    await dialog.getByLabel('spleen').check();
    await dialog.locator('input[name=comment]').fill('Here it ends.');
    await shot('return');
    await dialog.getByRole('button', { name: 'Return' }).click();
    await phase(page, 'returned');
    expect((await taskOf(phantom)).comments).toMatchObject([{ text: 'Here it ends.', author: 'clara' }]);
  }, 300_000);

  it('brings it back to the same person live, who goes to the comment, erases and submits again', async () => {
    const { page, shot } = seats[0]!;
    await phase(page, 'returned');
    await page.getByRole('tab', { name: 'Comments' }).click();
    await page.getByText('Too far to the front.').waitFor();
    await page.getByRole('button', { name: /Go to voxel/ }).click();
    const { voxel } = (await taskOf(phantom)).comments[0]!;
    await page.locator(`[data-voxel="${voxel!.join(' ')}"]`).waitFor();
    await page.locator('.pin').waitFor();
    await shot('comment');
    await page.keyboard.press('x');
    await page.keyboard.press('3');
    for (let press = 0; press < 3; press++) await page.keyboard.press(']');
    await drag(page, [0.5, 0.3], [0.62, 0.36]);
    await page.getByText(/1 stroke/).waitFor();
    await handIn(page, 'Submit', 'Taken back.');
    await phase(page, 'submitted');
    const spleen = await spleenOf(phantom);
    expect(spleen[indexOf(phantom, line[0])]).toBe(0);
  }, 300_000);

  it('is certified by the radiologist and verified by a senior', async () => {
    const { page, shot } = seats[1]!;
    await phase(page, 'submitted');
    await page.keyboard.press('s');
    await phase(page, 'in review');
    await page
      .getByRole('button', { name: /Drawn on purpose|lower pole/ })
      .first()
      .click();
    await page.getByText(/spleen since that version: NSD 0\.\d+ at 1 mm/).waitFor();
    await shot('versions');
    await page.keyboard.press('s');
    await phase(page, 'certified');
    const senior = await seat('david');
    await open(senior.page, `case/lits/${phantom.at.caseId}`);
    await ready(senior.page);
    await phase(senior.page, 'certified');
    await senior.page.keyboard.press('s');
    await phase(senior.page, 'in verification');
    await senior.shot('verify');
    await senior.page.keyboard.press('s');
    await phase(senior.page, 'verified');
    expect(await taskOf(phantom)).toMatchObject({ phase: 'verified', returns: 1, verifier: 'david' });
  }, 300_000);

  it('sends other scans back on their own grids, whichever way their files run, and keeps unsent drawing when loaded anew', async () => {
    const { page } = seats[0]!;
    for (let n = 1; n < 3; n++) {
      await open(page, 'work');
      await page.getByRole('button', { name: /Next case/ }).waitFor();
      await page.keyboard.press('n');
      await ready(page);
      await phase(page, 'leased');
      const other = cases.find(({ at }) => at.caseId === page.url().split('/').at(-1))!;
      const ends = await paintLine(page, [0.45, 0.32], [0.6, 0.4]);
      if (n === 1) {
        // What was drawn outlives the page: it is kept in the browser until it is sent.
        await page.getByText('1 stroke', { exact: true }).waitFor();
        await page.waitForTimeout(2500);
        await page.reload();
        await ready(page);
        await page.getByText('1 stroke', { exact: true }).waitFor();
      }
      await handIn(page, 'Submit');
      await phase(page, 'submitted');
      await expectLine(other, ends);
    }
  }, 400_000);

  it('hands a case over with what was drawn; it goes on offline, comes back as a file, and an older version is taken again', async () => {
    const { page: anna } = seats[0]!;
    await open(anna, 'work');
    await anna.getByRole('button', { name: /Next case/ }).waitFor();
    await anna.keyboard.press('n');
    await ready(anna);
    await phase(anna, 'leased');
    const other = cases.find(({ at }) => at.caseId === anna.url().split('/').at(-1))!;
    const ends = await paintLine(anna, [0.45, 0.32], [0.6, 0.4]);
    await choose(anna, 'Hand over');
    await anna.getByRole('dialog').locator('textarea').fill('My shift ends.');
    await anna.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click();
    await anna.getByRole('dialog').waitFor({ state: 'detached' });

    const { page: ben, shot, faults } = await seat('ben');
    await open(ben, `case/lits/${other.at.caseId}`);
    await ready(ben);
    await ben.getByText('1 stroke', { exact: true }).waitFor();
    await ben.getByRole('tab', { name: 'Facts' }).click();
    await ben.getByText('left with the task').waitFor();
    await shot('facts');
    const saved = ben.waitForEvent('download');
    await ben.getByRole('button', { name: 'Take it offline' }).click();
    const zip = unzipSync(readFileSync(await (await saved).path()));
    const inZip = (name: string) => zip[`lits-${other.at.caseId}/${name}`]!;
    expect(new TextDecoder().decode(inZip('README.txt'))).toMatch(/Lease token: [0-9a-f]{48}/);
    await ben.getByText('14 d left').first().waitFor();
    await choose(ben, 'Submit a file');
    const mask = {
      name: 'mask.nii.gz',
      mimeType: 'application/gzip',
      buffer: Buffer.from(inZip('mask.nii.gz')),
    };
    await ben.getByRole('dialog').locator('input[type=file]').setInputFiles(mask);
    await shot('submit-file');
    await answerChecks(ben, 'Submit', 'As Anna began it.');
    await phase(ben, 'submitted');
    await expectLine(other, ends);

    const { page: clara } = seats[1]!;
    await open(clara, `case/lits/${other.at.caseId}`);
    await ready(clara);
    await clara.keyboard.press('s');
    await phase(clara, 'in review');
    await clara.keyboard.press('r');
    await clara.getByRole('dialog').locator('textarea').fill('The model was right.');
    await clara.getByRole('dialog').getByRole('button', { name: 'Return' }).click();
    await phase(ben, 'returned');
    await ben.keyboard.press('v');
    await ben.getByRole('button', { name: /atlas-spleen/ }).click();
    await ben.getByRole('button', { name: 'Take this spleen of atlas-spleen again' }).click();
    await ben.getByRole('dialog').locator('textarea').fill('As the model had it.');
    await shot('restore');
    await ben.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await ben.getByRole('dialog').waitFor({ state: 'detached' });
    const proposed = other.proposed.map((value) => (value === organValue.spleen ? 1 : 0));
    expect(await spleenOf(other)).toEqual(Uint8Array.from(proposed));
    expect(faults).toEqual([]);
  }, 300_000);

  it('shows overview, people, audit trail, evaluations, models and releases, in light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page, shot, faults } = await seat('lea', scheme);
      for (const [name, heading] of [
        ['overview', campaign],
        ['people', 'People'],
        ['audit', 'Audit trail'],
        [`audit/lits/${phantom.at.caseId}/1`, 'Audit trail'],
        ['evaluations', 'Evaluations'],
        ['models', 'Models'],
        ['releases', 'Releases'],
      ] as const) {
        await open(page, name);
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.locator('.bone').first().waitFor({ state: 'detached' });
        for (const plot of await page.locator('figure img').all())
          await expect.poll(() => isDrawn(plot)).toBe(true);
        await shot(`${name.replaceAll('/', '-')}-${scheme}`);
      }
      expect(faults).toEqual([]);
    }
    const { page } = seats.at(-1)!;
    await open(page, `audit/lits/${phantom.at.caseId}/1`);
    await page.getByText('The chain is whole.').waitFor();
    await page.getByText('Too far to the front.').first().waitFor();
    await open(page, 'models');
    const gate = page.locator('.panel', { hasText: 'Round 1' });
    await gate.getByText('0.930 → 0.961').waitFor();
    await gate.getByText('may be promoted').waitFor();
    await page.locator('.panel', { hasText: 'Round 2' }).getByText('It has not ended.').waitFor();
    await page
      .getByRole('row', { name: `${campaign}-1` })
      .getByText('exit code 1')
      .waitFor();
    await open(page, 'releases');
    await page.getByRole('row', { name: '1.0.0' }).first().waitFor();
    await page.getByText('The lowest slices are missing.').waitFor();
    await page.getByRole('link', { name: `lits/${cases[0]!.at.caseId}` }).click();
    await page.locator('.title').getByText(cases[0]!.at.caseId).waitFor();
  }, 300_000);

  it('asks strangers for their token, and says what to do when it is wrong', async () => {
    const { page, shot } = await takeSeat(browser, `${made.url}/sign-in`, folder);
    await page.getByLabel('Your token').fill('not-a-token-of-this-server-at-all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('sign-in link').waitFor();
    await shot('sign-in');
  }, 200_000);

  it('leads to the provider of the institution, and back as the person who signed in there', async () => {
    const [port = 0] = await freePorts(1);
    const publicUrl = `http://127.0.0.1:${port}`;
    const provider = await makeProvider(`${publicUrl}${callbackPath}`);
    const { issuer, clientId, clientSecret } = provider;
    const oidc = { issuer, clientId, clientSecret, personClaim: 'preferred_username', publicUrl };
    const served = await makeConsole(installation, { oidc, port, pageFolder: resolve('dist/web/page') });
    try {
      const { page, shot } = await takeSeat(browser, `${publicUrl}/sign-in`, folder);
      const link = page.getByRole('link', { name: 'Sign in with your institution' });
      await link.waitFor();
      await shot('sign-in-provider');
      await link.click();
      await page.waitForURL((url) => url.origin === issuer);
      await page.locator('input[name=login]').fill('anna');
      await page.locator('input[name=password]').fill('x');
      await page.locator('button[type=submit]').click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      expect(page.url()).toBe(`${publicUrl}/c/${campaign}/work`);
      await page.getByText('Dr anna').waitFor();
      const stranger = await takeSeat(browser, `${publicUrl}${callbackPath}?code=none&state=none`, folder);
      await stranger.page.getByRole('alert').getByText('Sign in again').waitFor();
      await stranger.page.getByRole('link', { name: 'Sign in with your institution' }).waitFor();
      await stranger.shot('sign-in-failed');
    } finally {
      await served.close();
      await provider.close();
    }
  }, 200_000);
});
