import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../cli/program.js';
import { personalKinds } from '../cli/task-actions.js';
import { findingCatalogue } from '../domain/finding-catalogue.js';

const readme = readFileSync('README.md', 'utf8');
const architecture = readFileSync('ARCHITECTURE.md', 'utf8');

describe('the documentation', () => {
  it('explains every finding code as the catalogue does', () => {
    const page = readFileSync('docs/findings.md', 'utf8');
    for (const [code, { severity, means }] of Object.entries(findingCatalogue)) {
      expect(page).toContain(`| \`${code}\` | ${severity} | ${means} |`);
    }
  });

  it('names every command of the command line', () => {
    for (const command of program().commands) {
      if (command.name() !== 'start') expect(readme, command.name()).toContain(`plusct ${command.name()}`);
    }
    for (const kind of personalKinds) expect(readme, kind).toMatch(new RegExp(`(tasks |\`)${kind}`));
  });

  it('names every variable that plusct reads from the environment', () => {
    const text = ['workers/config.ts', 'infra/home.ts', 'infra/servers.ts']
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const names = new Set(text.match(/\b(PLUSCT|S3|TEMPORAL)_[A-Z0-9_]+\b/g));
    expect(names.size).toBeGreaterThan(8);
    for (const name of names) expect(readme, name).toContain(name);
  });

  it('names every workflow and every folder', () => {
    for (const file of readdirSync('workflows')) {
      const [, name] =
        /export async function (\w+)\(\s*(?:input|plan)/.exec(
          readFileSync(join('workflows', file), 'utf8'),
        ) ?? [];
      if (name) expect(architecture, name).toContain(`\`${name}\``);
    }
    const folders = readdirSync('.', { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && /^[a-z]/.test(entry.name),
    );
    for (const { name } of folders) {
      if (!['node_modules', 'dist', 'test', 'docs'].includes(name))
        expect(readme, name).toContain(`\`${name}/\``);
    }
  });

  it('has no link to a file that is not there', () => {
    for (const [page, text] of [
      ['README.md', readme],
      ['ARCHITECTURE.md', architecture],
    ] as const) {
      for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
        expect(existsSync(link!), `${page}: ${link}`).toBe(true);
    }
  });
});
