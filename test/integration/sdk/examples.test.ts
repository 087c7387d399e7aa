import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startLocal } from "../../../local/runtime/start.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

let dataDir: string;
let local: Awaited<ReturnType<typeof startLocal>>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ductape-examples-"));
  local = await startLocal({ port: 0, dataDir });
}, 120_000);

afterAll(async () => {
  await local?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs Node in the root of the repository against the local system, as a reader of the examples would. */
function node(args: string[], stdin = ""): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, NODE_OPTIONS: "", DUCTAPE_URL: local.url, DUCTAPE_API_KEY: local.apiKey };
  const child = spawn(process.execPath, args, { cwd: root, env });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe("the program on Ductape's page", () => {
  test("runs unchanged", async () => {
    expect(await node(["examples/seed.ts"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("awaits the result of the notification", async () => {
    const text = await readFile(join(root, "examples/seed.ts"), "utf8");
    const { code, out, err } = await node(["--input-type=module-typescript", "-"], `${text}console.log(res)\n`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("push_notification");
  });
});

describe("the program of a later generation of Ductape's documentation", () => {
  test("of mid 2025 prints the result of each job", async () => {
    const { code, out, err } = await node(["examples/ductape-2025.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^order \{ affected_rows: 1 \}$/m);
    expect(out).toMatch(/key: 'documents\/README.md'/);
    expect(out).toMatch(/mime_type: 'text\/markdown'/);
    expect(out).toMatch(/^reminder \{[\s\S]*push_notification: \{/m);
    expect(out).not.toMatch(/email|callback/);
  });

  test("of today sees its jobs", async () => {
    const { code, out, err } = await node(["examples/ductape-2026.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^the mail is completed\nrun 1 completed, \d+ ms\na series waits for 0 9 \* \* \*\nit is cancelled: Campaign ended early\n\d+ completed, \d+ failed in the last 24 hours\n$/,
    );
  });
});

describe("the example", () => {
  test("action.ts prints the app's answer", async () => {
    const { code, out, err } = await node(["examples/action.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("status");
  });

  test("notification.ts prints a result for each channel", async () => {
    const { code, out, err } = await node(["examples/notification.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("email");
    expect(out).toContain("push_notification");
  });

  test.each([
    ["function.ts", "currency: 'EUR'"],
    ["storage.ts", "documents/greetings/hello.txt"],
    ["publish.ts", "provider: 'eventbridge'"],
    ["feature.ts", "placed_at"],
    ["database-action.ts", "row_count: 1"],
    ["recurring.ts", "2030-12-27T09:0"],
    ["session.ts", "completed { tag: 'customer' }"],
  ])("%s prints its result", async (file, expected) => {
    const { code, out, err } = await node([`examples/${file}`]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(expected);
  });

  test("fallback.ts prints that the second courier took over", async () => {
    const { code, out, err } = await node(["examples/fallback.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(
      "1. express\n2. parcel\nattempt 1 tried express: CONNECTION_ERROR\nattempt 1 was done by parcel\n",
    );
  });

  test("cache.ts prints which prices were remembered", async () => {
    const { code, out, err } = await node(["examples/cache.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const [first, second, third] = out.trim().split("\n");
    expect(first).toMatch(/^job_\w+ completed was executed$/);
    expect(second).toContain(`completed has the result of ${first?.split(" ")[0]}`);
    expect(third).toMatch(/^job_\w+ completed was executed$/);
  });

  test("limits.ts prints at most ten starts in any second", async () => {
    const { code, out, err } = await node(["examples/limits.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const starts = [...out.matchAll(/after +(\d+) ms/g)].map(([, ms]) => Number(ms));
    expect(starts).toHaveLength(30);
    // They are counted from the first start, which may itself be late: without the rate, all would start within milliseconds.
    expect(starts.at(-1)).toBeGreaterThanOrEqual(2000);
    // The slot of the last one is freed just after its end is known.
    expect(out).toMatch(/warehouse: \{ key: 'north', in_use: [01], waiting: 0/);
  }, 60_000);

  test("dispatch.ts prints the receipt, then the finished job", async () => {
    const { code, out, err } = await node(["examples/dispatch.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^(job_[0-9a-f]{32}) is scheduled for .*Z\n\1 is completed, \d+ ms after its time\n$/);
  });

  // Runs last: the programs before it schedule by their own clock.
  test("reminder.ts prints that thirty days pass", async () => {
    const { code, out, err } = await node(["examples/reminder.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(
      /^(job_[0-9a-f]{32}) is scheduled for .*Z\nIt is .*Z now\n\1 is completed, \d{1,3} ms after its time\nThe local clock stays ahead\..*docs\/local\.md\)\n$/,
    );
  });
});
