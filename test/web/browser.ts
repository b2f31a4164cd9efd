import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The system's Chromium or Chrome; undefined where there is none. `CHROME_PATH` names another one. */
export const browserPath = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));

/** Starts the browser without a window; WebGL2 is drawn by the processor. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath!,
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
    ],
  });
}

/** A person at the page: a browser session of their own, whose faults and failed requests are gathered. */
export interface Seat {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: string[];
  /** Saves what the person sees; answers the picture's bytes. */
  shot(name: string): Promise<Buffer>;
}

export async function takeSeat(
  browser: Browser,
  link: string,
  folder: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // The browser notes every refusal of the server; the page shows it with its remedy.
    const refusal = /status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !refusal) faults.push(message.text());
  });
  await page.goto(link);
  mkdirSync(folder, { recursive: true });
  return {
    page,
    context,
    faults,
    shot: (name) => page.screenshot({ path: join(folder, `${name}.png`) }),
  };
}

/** How many pixels of a picture hold what `is` asks for, of red, green and blue from 0 to 255. */
export function countPixels(png: Buffer, is: (red: number, green: number, blue: number) => boolean): number {
  const { data, channels, width, height } = decode(png);
  let found = 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels;
    if (is(Number(data[at]), Number(data[at + 1]), Number(data[at + 2]))) found++;
  }
  return found;
}
