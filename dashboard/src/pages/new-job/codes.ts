import { quoted } from "../../job/as-code.ts";
import { visible } from "../../ui/visible.ts";

/** JSON in which what is unseen is escaped: that is the same JSON, and reads as what it is. */
const jsonOf = (value: unknown, indent?: number): string => visible(JSON.stringify(value, null, indent));

/** The same request for a terminal, for the SDK, and for the command line where its options can say all of it. */
export function codesOf(request: Record<string, unknown>, url: string): Record<string, string> {
  const command = cli(request);
  return {
    curl: curl(request, url),
    SDK: `const { job_id } = await ductape.processor.job.dispatch(${jsonOf(request, 2)});`,
    ...(command !== undefined && { CLI: command }),
  };
}

const curl = (request: object, url: string): string =>
  [
    `curl -s ${url}/v1/jobs \\`,
    `  -H "Authorization: Bearer $DUCTAPE_API_KEY" \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d ${quoted(jsonOf(request, 2))}`,
  ].join("\n");

const durationOf = (ms: unknown): string => (Number(ms) % 1_000 === 0 ? `${Number(ms) / 1_000}s` : `${String(ms)}ms`);

/** The options of `ductape-jobs schedule`, by the field of the request that each stands for. */
const options: Record<string, [name: string, text?: (value: unknown) => string]> = {
  product_tag: ["--product"],
  env: ["--env"],
  input: ["--input", (value) => jsonOf(value)],
  start_at: ["--at"],
  "repeat.cron": ["--cron"],
  "repeat.tz": ["--tz"],
  "repeat.every": ["--every", durationOf],
  "repeat.limit": ["--runs"],
  expires_at: ["--expires"],
  retries: ["--retries"],
  timeout_ms: ["--timeout", durationOf],
  labels: ["--label"],
  priority: ["--priority"],
  fairness_key: ["--fairness-key"],
  idempotency_key: ["--idempotency-key"],
};

/**
 * Undefined for a request that has a field without an option, a text with something unseen, or no input, for which the command would
 * send an empty one.
 */
function cli({ event, repeat = {}, ...fields }: Record<string, unknown>): string | undefined {
  const ofRepeat = Object.entries(repeat as object).map(([name, value]): [string, unknown] => [
    `repeat.${name}`,
    value,
  ]);
  const given = [...Object.entries(fields), ...ofRepeat];
  if (fields.input === undefined || given.some(([name]) => options[name] === undefined)) return undefined;
  const words = given.flatMap(([name, value]) => {
    const [option, text = String] = options[name] ?? [""];
    const each = name === "labels" ? (value as unknown[]) : [value];
    return each.map((one) => `${option} ${word(text(one))}`);
  });
  const command = [`npx ductape-jobs schedule ${word(String(event))}`, ...words].join(" \\\n  ");
  return visible(command) === command ? command : undefined;
}

/** In quotes only where a shell needs them. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text));
