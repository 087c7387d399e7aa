import type { RecordFiles } from "../../../lambdas/core/ports/audit-record.ts";

/** A bucket in memory, of which tests may change what nobody can on AWS. */
export function fakeRecordFiles() {
  const objects = new Map<string, string>();
  const files: RecordFiles = {
    async put(name, text) {
      if (objects.has(name)) return "exists";
      objects.set(name, text);
      return "put";
    },
    get: async (name) => objects.get(name),
    async *names(folder, { from, to }) {
      const all = [...objects.keys()].filter((name) => name.startsWith(folder) && name >= from);
      yield* all.filter((name) => to === undefined || name < to).sort();
    },
  };
  return { files, objects };
}
