import * as z from "zod";
import { roles } from "../../access/roles.ts";
import { verbs } from "../../access/scopes.ts";
import { jobTypes } from "../../job/job.ts";
import { at } from "./at.ts";

const ofTypes = (text: string) => z.record(z.enum(jobTypes), z.string()).describe(text);

export const DeploymentSchema = z
  .object({
    region: z.string(),
    account: z.string().describe("The id of the AWS account."),
    table: z
      .string()
      .describe("The table of jobs. A job is the item with the partition key `JOB#<id>` and the sort key `STATE`."),
    schedule_group: z.string().describe("The EventBridge Scheduler group of jobs that are due later."),
    log_groups: ofTypes("The CloudWatch log group of each type's consumer, whose lines have a `job_id`."),
    queues: ofTypes("The URL of each type's queue."),
  })
  .meta({ id: "Deployment", description: "The names of the AWS resources of a deployment." });

export const VerbSchema = z
  .enum(verbs)
  .describe(
    "What a key may do: `jobs:read` reads, `jobs:write` schedules and changes, `jobs:input` shows the inputs of jobs, `jobs:admin` does all of it, and bulk changes, `audit:read` shows who has changed what, which `jobs:admin` does too.",
  );

export const PersonSchema = z
  .object({
    issuer: z.string().describe("Who has vouched for the person."),
    sub: z.string().describe("The id that the issuer has for the person."),
    name: z.string().exactOptional(),
    email: z.string().exactOptional().describe("The address that the issuer has verified."),
  })
  .meta({ id: "Person", description: "Whom an issuer has vouched for at sign-in." });

export const MeSchema = z
  .object({
    caller: z
      .string()
      .describe("The id of the key, `deployed` for the one that the deployment created, or that of an IAM identity."),
    name: z.string().exactOptional().describe("The name of the key, if it has one."),
    role: z
      .enum(roles)
      .exactOptional()
      .describe("The role whose verbs these are: `viewer`, `operator` or `admin`. Absent for another set of verbs."),
    person: PersonSchema.exactOptional().describe("Who has signed in to get the key."),
    expires_at: at("When the key expires. Absent if it does not.").exactOptional(),
    verbs: z.array(VerbSchema).describe("What the key may do, with what `jobs:admin` implies."),
    products: z.array(z.string()).describe("The products that the key has access to; `*` stands for all."),
    envs: z.array(z.string()).describe("The envs that the key has access to; `*` stands for all."),
    version: z.string().describe("The version of Ductape Jobs."),
    aws: DeploymentSchema.exactOptional().describe(
      "The AWS resources of the deployment, to link to the AWS console. Absent on this machine.",
    ),
  })
  .meta({ id: "Me", description: "A key as the API knows it." });
