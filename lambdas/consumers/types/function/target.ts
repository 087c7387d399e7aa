import * as z from "zod";
import { type CodeTarget, codeFields } from "../../../core/catalog/code-target.ts";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { Reference } from "../../../core/catalog/reference-schema.ts";
import { FunctionUrl, serveTarget } from "../../../core/catalog/serve-target.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { oneOf } from "../../../core/kernel/some-of.ts";

const Auth = z.discriminatedUnion("type", [
  strict({ type: z.literal("none") }),
  strict({ type: z.literal("bearer"), token: Reference }),
  /** SigV4 with the consumer's own role. The region is read from the host name of a function URL or of API Gateway. */
  strict({
    type: z.literal("iam"),
    region: z.string().min(1).optional(),
    /**
     * What is behind the URL, so that the deployment can grant exactly it: the function, or the method of an API
     * (`arn:aws:execute-api:<region>:<account>:<api id>/<stage>/POST/<path>`). Without it, the grant follows from the URL's host;
     * for a function URL or a reference it covers every function of this account that has a URL with IAM.
     */
    arn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:(lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_-]+)?|execute-api:[a-z0-9-]+:\d{12}:[a-z0-9]+\/[A-Za-z0-9_$-]+\/POST\/[^\s*?]*)$/,
        "the ARN of a Lambda function or of a POST method of API Gateway",
      )
      .optional(),
  }),
]);

export const Callee = z.discriminatedUnion("provider", [
  /** A Lambda function, invoked by ARN. What it returns is the job's result. */
  strict({
    provider: z.literal("lambda"),
    arn: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?$/,
        "the ARN of a Lambda function, with or without a version or alias",
      ),
  }),
  /** A function over HTTP, called with a POST of the payload. Status, headers and body of the response are the job's result. */
  strict({
    provider: z.literal("http"),
    /** HTTPS, or plain HTTP on this machine. */
    url: FunctionUrl,
    auth: Auth.default({ type: "none" }),
  }),
  serveTarget(),
  /** A portable function of Ductape, behind its well-known route. What it puts out is the job's result. */
  strict({
    provider: z.literal("portable"),
    /** HTTPS, or plain HTTP on this machine: what comes before `/.well-known/ductape/functions/`. */
    url: FunctionUrl,
    namespace: z.string().min(1).max(200),
    version: z.string().min(1).max(50).default("1"),
    /** Default: the entry's name. */
    operation: z.string().min(1).max(200).optional(),
    /** Signs the invocations. */
    access_key: Reference,
  }),
]);
export type Callee = z.output<typeof Callee>;
export type LambdaCallee = Extract<Callee, { provider: "lambda" }>;
export type PortableCallee = Extract<Callee, { provider: "portable" }>;
export type HttpCallee = Extract<Callee, { provider: "http" }>;

/** A function that exists elsewhere, by env. */
export interface ExistingTarget {
  envs: Record<string, z.input<typeof Callee>>;
}
export type FunctionTarget = ExistingTarget | CodeTarget;

const functionFields = () => strict({ envs: perEnv(Callee).optional(), ...codeFields() });

/** One object and no union, whose faults would be those of neither form. */
export const functionTarget = () =>
  oneOf(functionFields(), ["envs", "code"]).superRefine((target, context) => {
    for (const field of ["export", "secrets"] as const)
      if (target.envs && target[field] !== undefined)
        context.addIssue({ code: "custom", path: [field], message: "is for a function in code only, not beside envs" });
  }) as unknown as z.ZodType<FunctionTarget, FunctionTarget>;
