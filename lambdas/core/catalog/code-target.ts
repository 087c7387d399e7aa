import * as z from "zod";
import type { Job } from "../job/job.ts";
import type { Fields } from "../kernel/fields.ts";
import type { Catalog } from "./catalog.ts";
import type { Product } from "./job-type.ts";
import { Reference } from "./reference-schema.ts";
import type { Reference as ReferenceType } from "./references.ts";

/** The fields of a function or feature of the team's own, whose code is deployed with the catalog. */
export const codeFields = () => ({
  /** The module, by its path from the file of the catalog. */
  code: z
    .string()
    .regex(/^\.{1,2}\/[^\0\n]{1,500}$/, 'must be a path from the file of the catalog, such as "../functions/price.ts"')
    .optional(),
  /** What the module exports it as. Default: the entry's own name. */
  export: z
    .string()
    .regex(/^[A-Za-z_$][\w$]{0,99}$/, "must be the name of an export")
    .optional(),
  /** The secrets and parameters that it may read. */
  secrets: z.array(Reference).max(50).optional(),
});

/** The target of a function or a feature in code, as the catalog has it. */
export interface CodeTarget {
  readonly code: string;
  readonly export?: string | undefined;
  readonly secrets?: readonly ReferenceType[] | undefined;
}

/** The same with the type of its module, from which a typed client reads inputs and results. Neither has a value. */
export interface TypedCode<Module, Export extends string> extends CodeTarget {
  readonly $module?: Module;
  readonly $export?: Export;
}

interface CodeOptions<Export extends string> {
  /**
   * What the module exports it as.
   * @default - the name of the entry
   */
  export?: Export;
  /**
   * The secrets and parameters that it may read, by `ctx.secret`.
   * @default - none
   */
  secrets?: readonly ReferenceType[];
  /**
   * Of a feature: the fields of its input, with which a request is checked before there is a job, and with which the page asks for them.
   * @default - only the feature's own schema checks it, when it begins
   */
  input?: Fields;
  /**
   * Of a feature: the signals that it may wait for, each with the fields of its payload, with which a message is checked when it is sent.
   * @default - any message is kept, and only the feature's own schemas check it
   */
  signals?: Readonly<Record<string, { readonly schema?: Fields }>>;
}

/**
 * A function or a feature of your own as the target of jobs: `price: code<typeof import("../functions/price.ts")>("../functions/price.ts")`. The
 * path counts from the file of the catalog. Where the export has another name than the entry, both places say it:
 * `code<typeof import("../functions/money.ts"), "priceOf">("../functions/money.ts", { export: "priceOf" })`.
 */
export const code = <Module = unknown, Export extends string = never>(
  path: string,
  ...[options]: [Export] extends [never]
    ? [options?: Omit<CodeOptions<Export>, "export">]
    : [options: CodeOptions<Export> & { export: Export }]
): TypedCode<Module, Export> => ({ code: path, ...options });

export const isCodeTarget = (target: object): target is CodeTarget => "code" in target;

/** Whether a product has features whose code is deployed with the catalog. */
export const hasCodeFeatures = ({ features = {} }: Product): boolean =>
  Object.values(features as Record<string, object>).some(isCodeTarget);

/** The function of the team's own that a job runs, by its name in the catalog, wherever it runs. Undefined for any other job, and in a group. */
export function ownFunctionOf(
  catalog: Pick<Catalog, "lookup">,
  { product, env, event, type }: OfJob,
): string | undefined {
  if (type !== "function") return undefined;
  const found = catalog.lookup(product, event);
  if (!found?.target || found.group) return undefined;
  const { envs } = Object(found.target) as { envs?: Record<string, { provider?: string }> };
  const isOwn = isCodeTarget(found.target as object) || envs?.[env]?.provider === "serve";
  return isOwn ? String(found.event[found.definition.targetField]) : undefined;
}

type OfJob = Pick<Job, "product" | "env" | "event" | "type">;
