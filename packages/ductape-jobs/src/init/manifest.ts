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
export const neededMajor = 24;

/**
 * The package.json of a new project, or that of an existing one with what it lacks: what it says itself is left as it is, so a
 * script of the same name goes by `jobs:<name>`. An older Node gets a newer one as a package, which npm's scripts find first.
 */
export function withJobs(ours: Manifest, theirs: Manifest | undefined, nodeMajor: number): Manifest {
  const older = nodeMajor < neededMajor;
  const devDependencies = { ...ours.devDependencies, ...(older && { node: `^${neededMajor}.0.0` }) };
  // It fetches its program when it is installed.
  const allowScripts = { ...ours.allowScripts, ...(older && { node: true }) };
  if (theirs === undefined) return { ...ours, devDependencies: sorted(devDependencies), allowScripts };
  const known = { ...theirs.dependencies, ...theirs.devDependencies };
  const lacking = (wanted: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(wanted).filter(([name]) => !(name in known)));
  return {
    ...theirs,
    scripts: { ...theirs.scripts, ...scriptsFor(theirs.scripts ?? {}, ours.scripts ?? {}) },
    dependencies: sorted({ ...theirs.dependencies, ...lacking(ours.dependencies) }),
    devDependencies: sorted({ ...theirs.devDependencies, ...lacking(devDependencies) }),
    allowScripts: { ...allowScripts, ...theirs.allowScripts },
  };
}

const scriptsFor = (theirs: Record<string, string>, ours: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(ours)
      .filter(([name, command]) => theirs[name] !== command && theirs[`jobs:${name}`] === undefined)
      .map(([name, command]) => [name in theirs ? `jobs:${name}` : name, command]),
  );

const sorted = <Value>(record: Record<string, Value>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
