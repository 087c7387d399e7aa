import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startLocal } from "../../../local/start.ts";

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

/** Runs Node in the root of the repository against the local system: what a reader of the examples would do. */
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

describe("the seed's program", () => {
  test("runs as it stands", async () => {
    expect(await node(["examples/seed.ts"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("awaits the result of the notification", async () => {
    const text = await readFile(join(root, "examples/seed.ts"), "utf8");
    const { code, out, err } = await node(["--input-type=module-typescript", "-"], `${text}console.log(res)\n`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("push_notification");
  });
});

describe("an example", () => {
  test("database-action.ts records an order once and reads it back", async () => {
    const { code, out, err } = await node(["examples/database-action.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^written: .*\nwritten: .*\nthe order is there: true\n$/);
  });

  test("function.ts prints the price that the function computed", async () => {
    const { code, out, err } = await node(["examples/function.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^status 200: 3 of A-1 cost \d+(\.\d+)? EUR\n$/);
  });

  test("storage.ts prints where the file is, which is there as it was", async () => {
    const { code, out, err } = await node(["examples/storage.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("mime_type: 'text/csv'");
    const url = /url: '([^']+)'/.exec(out)?.[1] ?? "";
    expect(await (await fetch(url)).text()).toBe("order;total\nA-1;59.85\n");
  });

  test("feature.ts prints the order of a workflow whose three steps ran", async () => {
    const { code, out, err } = await node(["examples/feature.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/order: \{[\s\S]*placed_at: '\d{4}-\d\d-\d\d'/);
    const outbox = (await (await fetch(`${local.url}/outbox`)).json()) as { items: { kind: string; path?: string }[] };
    expect(outbox.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "http", path: "/pricing" }),
        expect.objectContaining({
          kind: "http",
          path: expect.stringContaining("/shop/orders/ada"),
          body: expect.objectContaining({ price: expect.objectContaining({ currency: "EUR" }) }),
        }),
        expect.objectContaining({ kind: "email", to: ["ada@example.com"], subject: "Your order of A-1" }),
      ]),
    );
  });

  test("action.ts prints what the app answered", async () => {
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

  test("dispatch.ts prints the receipt, then the finished job", async () => {
    const { code, out, err } = await node(["examples/dispatch.ts"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^(job_[0-9a-f]{32}) is scheduled for .*Z\n\1 is completed, \d+ ms after its time\n$/);
  });
});
