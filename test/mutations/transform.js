import { createHash } from "node:crypto";
import { createTransformer as createSwc } from "@swc/jest";
import { broken } from "./mutations.ts";

/** Compiles as every test does, but for one file, which is broken first. */
export function createTransformer({ swc, mutation }) {
  const { process, processAsync } = createSwc(swc);
  const read = (source, path) => (path.endsWith(`/${mutation.file}`) ? broken(source, mutation) : source);
  return {
    process: (source, path, options) => process(read(source, path), path, options),
    processAsync: (source, path, options) => processAsync(read(source, path), path, options),
    getCacheKey: (source, path, { supportsStaticESM }) =>
      createHash("sha256")
        .update(`${path}\n${supportsStaticESM}\n${read(source, path)}`)
        .digest("hex"),
  };
}
