import * as z from "zod";
import { auditActions } from "../../access/audit-entry.ts";
import { at } from "./at.ts";
import { PersonSchema } from "./me.ts";

export const AuditActionSchema = z.enum(auditActions).describe("What callers do.");

const AuditActorSchema = z
  .object({
    kind: z
      .enum(["key", "identity", "recipient", "other"])
      .describe(
        "An API key, an IAM identity, or the recipient of an approval, who has no key. `other`: one of a later version.",
      ),
    id: z
      .string()
      .exactOptional()
      .describe(
        "The id of the key, `deployed` for the one that the deployment created; of the identity, or the recipient's address. Absent where it is not known.",
      ),
    name: z.string().exactOptional().describe("The name that the key had."),
    person: PersonSchema.exactOptional().describe("Who had signed in to get the key."),
  })
  .meta({ id: "AuditActor", description: "Who has changed something." });

const listedFields = (when: string) =>
  z.record(z.string(), z.unknown()).exactOptional().describe(`The listed fields that differ, as they ${when}.`);

export const AuditEntrySchema = z
  .object({
    id: z.string().describe("Ids sort by time."),
    at: at("When it was changed."),
    actor: AuditActorSchema,
    role: z.string().exactOptional().describe("The role that the caller had: `viewer`, `operator` or `admin`."),
    verbs: z.array(z.string()).exactOptional().describe("What the caller might do, if that is no role."),
    action: z
      .string()
      .meta({ examples: ["job.cancel"] })
      .describe("What was done: one of the actions by which the list selects, or one of a later version."),
    target: z.string().describe("The id or the name of what was changed."),
    product_tag: z.string().exactOptional().describe("Absent for what belongs to the deployment, such as keys."),
    env: z
      .string()
      .exactOptional()
      .describe("Absent for what concerns every env of the product, or those that are in `envs`."),
    envs: z.array(z.string()).exactOptional().describe("The envs, if it concerns several and not all."),
    jobs: z.array(z.string()).exactOptional().describe("The jobs that it concerns, if `target` is not one of them."),
    numbers: z
      .array(z.int())
      .exactOptional()
      .describe(
        "Which change by a caller it is of each of these jobs, or of the one that is `target`: they count from 1, so that a gap shows a change without its entry.",
      ),
    reason: z.string().exactOptional().describe("Why, as the caller said."),
    before: listedFields("were"),
    after: listedFields("are since"),
    request_id: z.string().exactOptional().describe("The request, as the logs of the API name it."),
  })
  .meta({ id: "AuditEntry", description: "A change by a caller." });

export const AuditListSchema = z
  .object({
    entries: z.array(AuditEntrySchema).describe("The latest first."),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
    examined: z
      .int()
      .exactOptional()
      .describe("How many entries were looked at for this page, if it is short although more may follow."),
    looked_back_to: at("Until when such a page has looked back.").exactOptional(),
  })
  .meta({ id: "AuditList" });
