import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { History } from "./history.ts";
import type { Mutation } from "./mutations.ts";

const project = new URL("../../", import.meta.url).href;
const parameter = "mutant";
const isOurs = (url: string) => url.startsWith(project) && !url.includes("/node_modules/");

/** By its place in `loaded`: the modules of a mutant carry it in their URLs, so that each mutant has its own. */
const mutants: Mutation[] = [];

/** The text with the mutation's changes. Throws where one of the places that it changes is not there, or not once. */
export function mutated(text: string, { name, file, find, replace, also = [] }: Mutation): string {
  let result = text;
  for (const [place, other] of [[find, replace] as const, ...also]) {
    const found = result.split(place).length - 1;
    if (found !== 1) throw new Error(`mutation "${name}": ${found} places in ${file} read ${JSON.stringify(place)}`);
    result = result.replace(place, () => other);
  }
  return result;
}

export const sourceOf = ({ file }: Mutation): string => readFileSync(new URL(`lambdas/${file}`, project), "utf8");

/** The simulation with a mutation in the code that it runs. The file is changed as it is loaded, and nowhere else. */
export async function simulationOf(mutation: Mutation): Promise<(seed: number) => Promise<History>> {
  const place = mutants.push(mutation) - 1;
  const { history } = await import(`${project}test/simulation/history.ts?${parameter}=${place}`);
  return history;
}

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const place = URL.parse(context.parentURL ?? "")?.searchParams.get(parameter);
    return place && isOurs(found.url) ? { ...found, url: `${found.url}?${parameter}=${place}` } : found;
  },

  load(url, context, next) {
    const loaded = next(url, context);
    const { searchParams, pathname } = new URL(url);
    const mutation = mutants[Number(searchParams.get(parameter) ?? -1)];
    if (!mutation || !pathname.endsWith(`/lambdas/${mutation.file}`)) return loaded;
    return { ...loaded, source: mutated(String(loaded.source), mutation) };
  },
});
