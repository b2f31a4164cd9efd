import { z } from 'zod';
import { readCaseView, readCaseViews } from '../../../activities/case-views.js';
import { readLabelVersions } from '../../../activities/label-store.js';
import { fieldsOf, isCaseField, knownFields } from '../../../domain/case-fields.js';
import type { CaseView } from '../../../domain/case-view.js';
import { PlusctError } from '../../../domain/errors.js';
import type { LabelVersion } from '../../../domain/label-version.js';
import { parseQuery } from '../../../domain/query.js';
import type { TaskState } from '../../../domain/task.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { maySeeLabel } from '../blinding.js';
import { kept } from '../kept.js';
import { problem } from '../problem.js';
import { CampaignParams, CaseParams, PageQuery } from '../schemas/address.js';
import { CaseBody, type CaseLine, CasesPage, type OrganBody } from '../schemas/case-body.js';
import { problems } from '../schemas/problems.js';
import { entryFor } from '../task-entry.js';

/** Reading all cases of a large campaign takes seconds; lists of them may be a little old. */
const freshMs = 15_000;
const CasesQuery = PageQuery.extend({ where: z.string().max(1000).optional() });

/** Cases: lists by any field, and each with all that is on record of it. */
export function caseRoutes(api: Api, { store, boards }: ApiContext): void {
  const views = kept(freshMs, (campaign) => readCaseViews(store, campaign));
  api.get(
    '/campaigns/:campaign/cases',
    {
      config: { action: 'case.read' },
      schema: {
        tags: ['cases'],
        params: CampaignParams,
        querystring: CasesQuery,
        response: { 200: CasesPage, ...problems },
      },
    },
    async ({ params, query: { where, cursor, limit } }) => {
      const holds = queryOf(where);
      const found = (await views(params.campaign)).filter(holds);
      const from = cursor === undefined ? 0 : found.findIndex(({ name }) => name === cursor) + 1;
      const page = found.slice(from, from + limit);
      const last = page.at(-1);
      return {
        cases: page.map(lineOf),
        total: found.length,
        ...(last !== undefined && from + limit < found.length ? { next: last.name } : {}),
      };
    },
  );
  api.get(
    '/campaigns/:campaign/cases/:collection/:caseId',
    {
      config: { action: 'case.read' },
      schema: { tags: ['cases'], params: CaseParams, response: { 200: CaseBody, ...problems } },
    },
    async (request) => {
      const at = request.params;
      const person = personOf(request);
      const view = await readCaseView(store, at);
      if (view === undefined)
        throw problem(404, `${at.campaign} has no such case`, 'The list of cases names those that there are');
      const board = await boards.of(at.campaign).all();
      const own = board.filter(({ task }) => task.collection === at.collection && task.caseId === at.caseId);
      const tasks = own.map(({ task }) => task);
      const versions = await readLabelVersions(store, at);
      const { nativeHeader: _, ...passport } = view.passport;
      return {
        ...lineOf(view),
        passport,
        findings: [...view.findings],
        tasks: own.map((entry) => entryFor(entry, person)),
        versions: inOrder(
          versions.filter((each) => maySeeLabel(person, tasks, each)),
          tasks,
        ),
      };
    },
  );
}

function queryOf(where: string | undefined): (view: CaseView) => boolean {
  if (where === undefined || where.trim() === '') return () => true;
  try {
    const holds = parseQuery(where, isCaseField);
    return (view) => holds(fieldsOf(view));
  } catch (error) {
    if (!(error instanceof PlusctError)) throw error;
    throw problem(400, error.message, knownFields);
  }
}

function lineOf(view: CaseView): CaseLine {
  const { collection, caseId } = view.passport;
  return {
    name: view.name,
    collection,
    caseId,
    status: view.status,
    stage: view.stage,
    licence: view.licence,
    organs: view.organs.map((each): OrganBody => ({ ...each, editors: [...each.editors] })),
    findings: view.findings.map(({ code, severity }) => ({ code, severity })),
  };
}

/** What counts now first, with what it was made from; then the others, by name. */
function inOrder(versions: readonly LabelVersion[], tasks: readonly TaskState[]): LabelVersion[] {
  const byName = new Map(versions.map((each) => [each.version, each]));
  const ordered = new Map<string, LabelVersion>();
  const current = tasks.flatMap((task) => Object.values(task.organs).flatMap(({ label }) => label ?? []));
  for (const { version } of current) {
    for (let each = byName.get(version); each !== undefined; each = byName.get(each.parent ?? '')) {
      if (ordered.has(each.version)) break;
      ordered.set(each.version, each);
    }
  }
  for (const each of versions) ordered.set(each.version, each);
  return [...ordered.values()];
}
