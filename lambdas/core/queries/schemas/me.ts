import * as z from "zod";
import { verbs } from "../../access/scopes.ts";
import { jobTypes } from "../../job/job.ts";

const ofTypes = (text: string) => z.record(z.enum(jobTypes), z.string()).describe(text);

const DeploymentSchema = z
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
  .meta({ id: "Deployment", description: "The AWS resources of the deployment, to link to the AWS console." });

export const MeSchema = z
  .object({
    caller: z
      .string()
      .describe("The id of the key, `deployed` for the one that the deployment created, or that of an IAM identity."),
    name: z.string().exactOptional().describe("The name of the key."),
    verbs: z.array(z.enum(verbs)).describe("What the key may do, with what `jobs:admin` implies."),
    products: z.array(z.string()).describe("The products that the key has access to; `*` stands for all."),
    envs: z.array(z.string()).describe("The envs that the key has access to; `*` stands for all."),
    version: z.string().describe("The version of Ductape Jobs."),
    aws: DeploymentSchema.exactOptional(),
  })
  .meta({ id: "Me" });
