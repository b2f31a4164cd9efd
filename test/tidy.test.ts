import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** House rules of ARCHITECTURE.md, held by the compiler's own parser. */
const root = process.cwd();
const maxFileLines = 400;
const maxFunctionLines = 60;

/** What each folder may import of the others: arrows only point down. */
const mayImport: Record<string, readonly string[]> = {
  domain: [],
  bench: ['web', 'workers', 'activities', 'engines', 'sources', 'imaging', 'storage', 'domain', 'infra'],
  fuzz: ['sources', 'imaging', 'domain'],
  imaging: ['domain'],
  storage: ['domain'],
  reports: ['imaging', 'storage', 'domain'],
  sources: ['imaging', 'storage', 'domain'],
  engines: ['imaging', 'storage', 'domain', 'infra'],
  activities: ['reports', 'engines', 'sources', 'imaging', 'storage', 'domain'],
  workflows: ['activities', 'domain'],
  workers: ['workflows', 'activities', 'reports', 'engines', 'sources', 'imaging', 'storage', 'domain'],
  infra: ['domain'],
  web: ['workflows', 'activities', 'reports', 'engines', 'sources', 'imaging', 'storage', 'domain'],
  cli: [
    'web',
    'workers',
    'workflows',
    'activities',
    'reports',
    'engines',
    'sources',
    'imaging',
    'storage',
    'domain',
    'infra',
  ],
};
/** The one place where each of these libraries may be imported. */
const soleImporter: Record<string, RegExp> = {
  'nifti-reader-js': /^imaging\/nifti-header\.ts$/,
  '@aws-sdk/client-s3': /^storage\/s3\.ts$/,
  dcmjs: /^imaging\/dicom-file\.ts$/,
  '@cornerstonejs/jpeg-lossless-decoder-js': /^imaging\/dicom-codecs\.ts$/,
  commander: /^cli\/(main|command-parts|(\w+-)?program)\.ts$/,
  piscina: /^activities\/thread-pool\.ts$/,
  vega: /^reports\/figure\.ts$/,
  '@niivue/niivue': /^web\/page\/viewer\/case-viewer\.ts$/,
  '@resvg/resvg-js': /^reports\/raster\.ts$/,
  'fast-png': /^reports\/slice-picture\.ts$/,
};
/** Files that a process begins with; every other file has to be imported by one. */
const entries = [
  /^cli\/main\.ts$/,
  /^workers\/main\.ts$/,
  /^workflows\/index\.ts$/,
  /^infra\/(build-bundle|supervise-main)\.ts$/,
  /-thread\.ts$/,
  /-process\.ts$/,
  /^bench\/(main|plusct-main|ingest-main)\.ts$/,
  /^fuzz\/(main|run-main)\.ts$/,
  /^web\/page\/(main\.tsx|vite\.config\.ts)$/,
  // The object store of tests.
  /^storage\/memory\.ts$/,
];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly parsed: ts.SourceFile;
  readonly imports: readonly { readonly name: string; readonly typeOnly: boolean }[];
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function load(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const parsed = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, kind);
  const imports: { name: string; typeOnly: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.isTypeOnly === true
        : node.isTypeOnly;
      imports.push({ name: (node.moduleSpecifier as ts.StringLiteral).text, typeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteral(name)) imports.push({ name: name.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return { path, text, parsed, imports };
}

const files = Object.keys(mayImport).flatMap(filesUnder).map(load);
const paths = new Set(files.map(({ path }) => path));
const target = (file: SourceFile, name: string) => {
  const path = relative(root, resolve(root, dirname(file.path), name)).replace(/\.js$/, '.ts');
  return paths.has(path) ? path : path.replace(/\.ts$/, '.tsx');
};

function longFunctions(file: SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const line = (position: number) => file.parsed.getLineAndCharacterOfPosition(position).line;
      const lines = line(node.end) - line(node.getStart()) + 1;
      const factory = /^(activities|workers)\//.test(file.path) && ts.isFunctionDeclaration(node);
      if (lines > (factory ? 2 * maxFunctionLines : maxFunctionLines))
        found.push(`${file.path}: ${lines} lines at ${line(node.getStart()) + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file.parsed);
  return found;
}

describe('the house', () => {
  it('has arrows that only point down', () => {
    const wrong = files.flatMap((file) => {
      const from = file.path.split('/')[0]!;
      return file.imports
        .filter(({ name }) => name.startsWith('.'))
        .map(({ name }) => target(file, name).split('/')[0]!)
        .filter((to) => to !== from && !mayImport[from]!.includes(to))
        .map((to) => `${file.path} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets the page see the API as types, words of domain, and nothing else', () => {
    const wrong = files
      .filter((file) => file.path.startsWith('web/page/'))
      .flatMap((file) =>
        file.imports
          .map((each) => ({ ...each, to: each.name.startsWith('.') ? target(file, each.name) : '' }))
          .filter(({ to }) => to !== '' && !/^(web\/page|domain)\//.test(to))
          .filter(({ to, typeOnly }) => !(typeOnly && to.startsWith('web/api/schemas/')))
          .map(({ to }) => `${file.path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('lets workflows see activities only as types, and no clock, chance or node module', () => {
    const wrong = files
      .filter((file) => file.path.startsWith('workflows/'))
      .flatMap((file) =>
        file.imports
          .filter(
            ({ name, typeOnly }) => name.startsWith('node:') || (name.includes('/activities/') && !typeOnly),
          )
          .map(({ name }) => `${file.path} imports ${name}`)
          .concat(
            /Math\.random|randomUUID|process\./.test(file.text) ? [`${file.path} is not deterministic`] : [],
          ),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps domain free of I/O', () => {
    const wrong = files
      .filter((file) => file.path.startsWith('domain/'))
      .flatMap((file) => file.imports.filter(({ name }) => !name.startsWith('.') && name !== 'zod'));
    expect(wrong).toEqual([]);
  });

  it('imports each vendor in one place', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter(({ name }) => soleImporter[name] && !soleImporter[name].test(file.path))
        .map(({ name }) => `${file.path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no object key and no task-queue name outside domain', () => {
    const wrong = files
      .filter(
        (file) =>
          !file.path.startsWith('domain/') && /['"`](v1\/|plusct-(io|gpu|orchestration))/.test(file.text),
      )
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  it('has short files and functions', () => {
    const long = files
      .map((file) => ({ path: file.path, lines: file.text.split('\n').length }))
      .filter(({ lines }) => lines > maxFileLines)
      .map(({ path, lines }) => `${path}: ${lines} lines`);
    expect([...long, ...files.flatMap(longFunctions)]).toEqual([]);
  });

  it('has no dead file', () => {
    const imported = new Set(files.flatMap((file) => file.imports.map(({ name }) => target(file, name))));
    const dead = files
      .map((file) => file.path)
      .filter((path) => !imported.has(path) && !entries.some((entry) => entry.test(path)));
    expect(dead).toEqual([]);
  });
});
