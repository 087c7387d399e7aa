import { registerHooks, stripTypeScriptTypes } from "node:module";
import type { History } from "./history.ts";
import { type Mutation, mutated } from "./mutations.ts";

const project = new URL("../../", import.meta.url).href;
const parameter = "mutant";
const isOurs = (url: string) => url.startsWith(project) && !url.includes("/node_modules/");

/** By its place in `loaded`: the modules of a mutant carry it in their URLs, so that each mutant has its own. */
const mutants: Mutation[] = [];

/** The simulation with a mutation in the code that it runs. The file is changed as it is loaded, and nowhere else. */
export async function simulationOf(mutation: Mutation): Promise<(seed: number) => Promise<History>> {
  const place = mutants.push(mutation) - 1;
  const { history } = await import(`${project}test/simulation/history.ts?${parameter}=${place}`);
  return history;
}

/** Files without their types, by path: the same for each mutant whose file it is not. */
const sources = new Map<string, string>();

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const place = URL.parse(context.parentURL ?? "")?.searchParams.get(parameter);
    return place && isOurs(found.url) ? { ...found, url: `${found.url}?${parameter}=${place}` } : found;
  },

  load(url, context, next) {
    const { searchParams, pathname } = new URL(url);
    const mutation = mutants[Number(searchParams.get(parameter) ?? -1)];
    const known = sources.get(pathname);
    const isMutated = mutation && pathname.endsWith(`/lambdas/${mutation.file}`);
    if (mutation && known && !isMutated) return { format: "module", source: known, shortCircuit: true };
    const loaded = next(url, context);
    if (isMutated) return { ...loaded, source: mutated(String(loaded.source), mutation) };
    if (!mutation || loaded.format !== "module-typescript") return loaded;
    const source = stripTypeScriptTypes(String(loaded.source));
    sources.set(pathname, source);
    return { format: "module", source };
  },
});
