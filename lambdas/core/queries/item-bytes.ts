import { isBlob, type Job, keptFields, type RunRecord } from "../job/job.ts";
import { jsonBytes } from "../kernel/pages-of.ts";

/*
 * The size by which DynamoDB bills a stored job, as far as the job itself says it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

/** The keys of the item and of the index, and when it expires. */
const keyBytes = 190;

/** These are stored as texts of JSON. */
const textFields: ReadonlySet<string> = new Set(["input", "progress", "result"]);

/** What a job has from the beginning. */
const createdFields: ReadonlySet<string> = new Set<keyof Job>([
  ...keptFields,
  ...(["id", "product", "env", "event", "type", "input", "expressions", "credentials", "approval"] as const),
  ...(["session", "redact", "search", "status", "run", "attempt", "due_at", "scheduled_at", "created_at"] as const),
  ...(["repeat", "fingerprint", "debounce", "unique", "idempotency_ids", "version", "write_id", "claims"] as const),
  ...(["parent", "list", "own_step", "schedule", "task_tokens"] as const),
]);

/** The bytes of a job's item as it stands, and before its first attempt has begun. */
export function jobBytes(job: Job): { whole: number; created: number } {
  let [whole, created] = [keyBytes, keyBytes];
  for (const [name, value] of Object.entries(job)) {
    const bytes = fieldBytes(name, value);
    whole += bytes;
    if (createdFields.has(name)) created += bytes;
  }
  return { whole, created };
}

/** The bytes of the item of a stored run. */
export const runBytes = (run: RunRecord): number => keyBytes + itemBytes(run);

/** The bytes of fields of an item. */
export function itemBytes(fields: object): number {
  let sum = 0;
  for (const [name, value] of Object.entries(fields)) sum += fieldBytes(name, value);
  return sum;
}

/** The bytes of an input as JSON. */
export const inputBytesOf = ({ input }: Pick<Job, "input">): number =>
  isBlob(input) ? input.bytes : Buffer.byteLength(JSON.stringify("inline" in input ? input.inline : null) ?? "null");

function fieldBytes(name: string, value: unknown): number {
  if (value === undefined) return 0;
  const isText = textFields.has(name) && typeof value === "object" && value !== null && "inline" in value;
  return Buffer.byteLength(name) + (isText ? inlineBytes(value.inline) : valueBytes(value));
}

/** A map with the field `inline`. */
const inlineBytes = (value: unknown): number => 3 + 1 + "inline".length + jsonBytes(value);

/** A list or a map takes three bytes, and one more for each of its elements. */
function valueBytes(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return numberBytes(value);
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + 1 + valueBytes(one), 3);
  if (typeof value === "object" && value !== null) return 3 + Object.keys(value).length + itemBytes(value);
  return 1;
}

/** About a byte for two significant digits, and one more. */
function numberBytes(value: number): number {
  if (!Number.isInteger(value)) return Math.ceil(String(Math.abs(value)).replace(/^0?\./, "").length / 2) + 1;
  let digits = Math.abs(value);
  while (digits >= 10 && digits % 10 === 0) digits /= 10;
  return Math.ceil((Math.floor(Math.log10(Math.max(1, digits))) + 1) / 2) + (value < 0 ? 2 : 1);
}
