/** The parts of a package.json that a project needs. */
export interface Manifest {
  [field: string]: unknown;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  /** The packages whose install scripts npm may run. https://docs.npmjs.com/cli/v11/configuring-npm/package-json */
  allowScripts?: Record<string, boolean>;
}

/** The Node that functions run on in AWS, and that the local system needs. */
const neededMajor = 24;

/**
 * The package.json of a new project, or that of an existing one with what it lacks: what it says itself is left as it is. An older Node
 * gets a newer one as a package, which npm's scripts find first.
 */
export function withJobs(ours: Manifest, theirs: Manifest | undefined, nodeMajor: number): Manifest {
  const older = nodeMajor < neededMajor;
  const devDependencies = { ...ours.devDependencies, ...(older && { node: `^${neededMajor}.0.0` }) };
  const known = { ...theirs?.dependencies, ...theirs?.devDependencies };
  // It fetches its program when it is installed.
  const allowScripts = { ...ours.allowScripts, ...((older || "node" in known) && { node: true }) };
  if (theirs === undefined) return { ...ours, devDependencies: sorted(devDependencies), allowScripts };
  const lacking = (wanted: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(wanted).filter(([name]) => !(name in known)));
  return {
    ...theirs,
    scripts: { ...theirs.scripts, ...lackingIn(theirs.scripts ?? {}, ours.scripts ?? {}) },
    dependencies: sorted({ ...theirs.dependencies, ...lacking(ours.dependencies) }),
    devDependencies: sorted({ ...theirs.devDependencies, ...lacking(devDependencies) }),
    allowScripts: { ...allowScripts, ...theirs.allowScripts },
  };
}

/** The scripts for what is in a folder of its own: `jobs:start` runs `start` there. The names without a prefix are the project's. */
export const scriptsIn = (folder: string, scripts: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(scripts).map(([name, command]) => [`jobs:${name}`, `cd ${folder} && ${command}`]));

const lackingIn = <Value>(theirs: Record<string, Value>, ours: Record<string, Value>) =>
  Object.fromEntries(Object.entries(ours).filter(([name]) => !(name in theirs)));

const sorted = <Value>(record: Record<string, Value>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
