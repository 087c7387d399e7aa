import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { SignInEnv } from "../../../lambdas/aws/start/sign-in-env.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { signInGrants } from "../../grants/references.ts";
import { type Config, environmentOf } from "../../settings/config.ts";
import { type SignInIssuers, signInVariable } from "../../settings/sign-in.ts";
import type { JobsState } from "../jobs-state.ts";
import { makeApiKeys, writeAudit } from "../trust/access.ts";
import { EntryFunction } from "./entry-function.ts";

interface SignInProps {
  signIn: SignInIssuers;
  state: JobsState;
  products: readonly Product[];
  apiUrl: string;
  config: Config;
}

/** The function that lets people sign in. It is apart from the API: it makes keys, which the API may not, and can see no job. */
export class SignIn extends Construct {
  readonly lambda: IFunction;

  constructor(scope: Construct, id: string, { signIn, state, products, apiUrl, config }: SignInProps) {
    super(scope, id);
    const { lambda } = new EntryFunction<typeof SignInEnv>(this, "Entry", {
      entry: "sign-in",
      description: "Lets people sign in and out",
      environment: {
        TABLE_NAME: state.table.tableName,
        SIGN_IN: signInVariable(signIn, products),
        API_URL: apiUrl,
        AUDIT_DAYS: environmentOf("api", config).AUDIT_DAYS,
      },
      allow: [makeApiKeys(state), writeAudit(state), ...signInGrants(Stack.of(this), signIn)],
    });
    this.lambda = lambda;
  }
}
