import { registerHooks, stripTypeScriptTypes } from "node:module";
import type { History } from "../history.ts";
import type { Kind } from "../kinds.ts";
import { fileOf, type Mutation, mutated } from "./mutation.ts";

const project = new URL("../../../", import.meta.url).href;
const parameter = "mutant";
const isOurs = (url: string) => url.startsWith(project) && !url.includes("/node_modules/");

/** Each mutant has modules of its own: their URLs contain the index of the mutation in this list. */
const mutants: Mutation[] = [];

/** The simulation with a mutation in the code that it runs. The source is changed only as it is loaded. */
export async function simulationOf(
  mutation: Mutation,
  of: Kind = "system",
): Promise<(seed: number) => Promise<History>> {
  const index = mutants.push(mutation) - 1;
  const { kinds } = await import(`${project}test/simulation/kinds.ts?${parameter}=${index}`);
  return kinds[of];
}

/** Sources without their types, by path: the same for every mutant that does not change the file. */
const sources = new Map<string, string>();

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const index = URL.parse(context.parentURL ?? "")?.searchParams.get(parameter);
    return index && isOurs(found.url) ? { ...found, url: `${found.url}?${parameter}=${index}` } : found;
  },

  load(url, context, next) {
    const { searchParams, pathname } = new URL(url);
    const mutation = mutants[Number(searchParams.get(parameter) ?? -1)];
    const known = sources.get(pathname);
    const isMutated = mutation && pathname.endsWith(`/lambdas/${fileOf(mutation)}`);
    if (mutation && known && !isMutated) return { format: "module", source: known, shortCircuit: true };
    const loaded = next(url, context);
    if (isMutated) return { ...loaded, source: mutated(String(loaded.source), mutation) };
    if (!mutation || loaded.format !== "module-typescript") return loaded;
    const source = stripTypeScriptTypes(String(loaded.source));
    sources.set(pathname, source);
    return { format: "module", source };
  },
});
