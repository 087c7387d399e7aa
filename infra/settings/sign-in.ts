import * as z from "zod";
import { SignIn } from "../../lambdas/core/access/sign-in.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { parsedJson } from "../../lambdas/core/kernel/parsed-json.ts";
import { didYouMean } from "../../lambdas/core/kernel/schema.ts";
import { SetupError } from "./setup-error.ts";

/** JSON on the command line, a list in cdk.json and in the props. */
export const SignInSetting = z.preprocess(
  (value) => (typeof value === "string" ? (parsedJson(value) ?? value) : value),
  SignIn,
);

/** What `signIn` takes as a prop. */
export type SignInIssuers = z.input<typeof SignIn>;

/** An environment has 4 KB, measured as JSON, in which quotes are escaped. The other variables of the function need some. */
const mostBytes = 3400;

/** The setting as the function reads it. Throws a SetupError for rules about products and envs that the catalog does not have. */
export function signInVariable(signIn: SignInIssuers, products: readonly Product[]): string {
  const faults = signIn.flatMap(({ rules }, i) =>
    rules.flatMap((rule, j) => {
      const tags = products.map(({ tag }) => tag);
      const envs = [...new Set(products.flatMap((product) => product.envs))];
      return [...unknown("product", rule.products, tags), ...unknown("env", rule.envs, envs)].map(
        (fault) => `jobs:signIn/${i}/rules/${j}: ${fault}`,
      );
    }),
  );
  if (faults.length > 0) throw new SetupError("The rules of the setting signIn do not fit the catalog:", faults);
  const text = JSON.stringify(signIn);
  if (Buffer.byteLength(JSON.stringify(text)) <= mostBytes) return text;
  throw new SetupError(
    `jobs:signIn has more than ${mostBytes} bytes as JSON, where each quote counts twice: write rules for groups, not for people.`,
    [],
  );
}

const unknown = (what: string, names: readonly string[], known: readonly string[]): string[] =>
  names
    .filter((name) => name !== "*" && !known.includes(name))
    .map((name) => `there is no ${what} "${name}".${didYouMean(name, known)}`);
