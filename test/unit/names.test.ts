import { readdir, readFile } from "node:fs/promises";

/** A function that a module declares at its top, in the two ways in which this code writes them. */
const functions =
  /^(?:export )?(?:async )?function\*? (\w+)|^(?:export )?const (\w+)\b[^=\n]*= (?:async )?(?:<[^>]*>)?\([^)]*\)[^=\n]*=>/gm;

/** What several modules of a kind have by the same name, because their reader looks for it there. */
const conventions = [
  ["answer", "doc", "handle", "handler"],
  // The two engines of SQL.
  ["connect", "endsConnection", "limitTime", "runRows"],
].flat();

/** The other names of two files. One that is not here needs a name of which a reader knows what it is without its file, or is a twin. */
const shared = [
  "callerOf",
  "encoded",
  "endedJobs",
  "linesOf",
  "openWaiters",
  "queueUrl",
  "readJobs",
  "signalKeyOf",
  "stepFailure",
  "stepKeyOf",
  "wakeParked",
  "wakeRun",
];

test("a function has a name that no other file of the product has", async () => {
  const files = (await readdir("lambdas", { recursive: true })).filter((name) => name.endsWith(".ts"));
  const homes = new Map<string, Set<string>>();
  for (const file of files) {
    for (const [, declared, assigned] of (await readFile(`lambdas/${file}`, "utf8")).matchAll(functions)) {
      const name = declared ?? (assigned as string);
      homes.set(name, (homes.get(name) ?? new Set()).add(file));
    }
  }
  expect(homes.size).toBeGreaterThan(3000);
  const several = [...homes].filter(([name, { size }]) => size > 1 && !conventions.includes(name));
  const found = Object.fromEntries(several.map(([name, places]) => [name, [...places].sort()]));
  expect(Object.keys(found).filter((name) => !shared.includes(name))).toEqual([]);
  expect(shared.filter((name) => !(name in found))).toEqual([]);
});
