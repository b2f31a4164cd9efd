/** What the orchestration worker registers: the one barrel. */
export { applyStanding } from './apply-standing.js';
export { buildDataset } from './build-dataset.js';
export { evaluateLabels } from './evaluate-labels.js';
export { ingestCollection } from './ingest-collection.js';
export { processCase } from './process-case.js';
export { pseudoLabelCases } from './pseudo-label-cases.js';
export { pseudoLabelRound } from './pseudo-label-round.js';
export { publishRelease } from './publish-release.js';
export { refineCase } from './refine-case.js';
export { reopenCase } from './reopen-case.js';
export { runBenchmark } from './run-benchmark.js';
export { scoreCases } from './score-cases.js';
export { teachCourse } from './teach-course.js';
export { trainModel } from './train-model.js';
