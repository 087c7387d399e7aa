import { isBlob, type Job, type RunRecord } from "../job/job.ts";
import { pick } from "../kernel/defined.ts";

/*
 * The size by which DynamoDB bills a stored job, as far as the job itself says it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

/** The keys of the item and of the index, and when it expires. */
const keyBytes = 190;

/** These are stored as texts of JSON. */
const textFields: ReadonlySet<string> = new Set(["input", "progress", "result"]);

/** The bytes of the item of a job or of a stored run. */
export const itemBytes = (stored: object): number => fieldBytes(stored, (name) => textFields.has(name));

/** The bytes of a job's item, with its keys. */
export const jobBytes = (job: Job | RunRecord): number => keyBytes + itemBytes(job);

/** What a job has from the beginning. */
const createdFields = [
  ...["id", "product", "env", "event", "type", "app", "input", "expressions", "credentials", "approval", "session"],
  ...["redact", "search", "gates", "cache", "priority", "status", "run", "attempt", "due_at", "scheduled_at"],
  ...["created_at", "timeout_ms", "retries", "retry_policy", "repeat", "expires_at", "labels", "fairness_key"],
  ...["fingerprint", "debounce", "unique", "idempotency_ids", "request_id", "trace", "made_by", "made_by_name"],
  ...["version", "write_id", "claims", "parent", "list", "own_step", "schedule", "task_tokens"],
] as (keyof Job)[];

/** The bytes of a job's item before its first attempt has begun. */
export const createdBytes = (job: Job): number => jobBytes({ ...pick(job, createdFields), attempts: [] } as Job);

/** The bytes of an input as JSON. */
export const inputBytesOf = ({ input }: Pick<Job, "input">): number =>
  isBlob(input) ? input.bytes : Buffer.byteLength(JSON.stringify("inline" in input ? input.inline : null) ?? "null");

function fieldBytes(fields: object, isText: (name: string) => boolean = () => false): number {
  return Object.entries(fields).reduce((sum, [name, value]) => {
    if (value === undefined) return sum;
    const stored = isText(name) && Object(value) === value && "inline" in value;
    const bytes = stored ? inlineBytes(value.inline) : valueBytes(value);
    return sum + Buffer.byteLength(name) + bytes;
  }, 0);
}

/** A map with the field `inline`. */
const inlineBytes = (value: unknown): number => 3 + 1 + "inline".length + jsonBytes(value);

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "null");

/** A list or a map takes three bytes, and one more for each of its elements. */
function valueBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return numberBytes(value);
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + 1 + valueBytes(one), 3);
  if (typeof value === "object" && value !== null) return 3 + Object.keys(value).length + fieldBytes(value);
  return 1;
}

/** About a byte for two significant digits, and one more. */
const numberBytes = (value: number): number =>
  Math.ceil(
    String(Math.abs(value))
      .replace(".", "")
      .replaceAll(/^0+|0+$/g, "").length / 2,
  ) + (value < 0 ? 2 : 1);
