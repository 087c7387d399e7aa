import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { type DemoDatabase, makeDemoDatabase } from "../../../local/demo/postgres.ts";
import { letPostgresReach } from "../../../local/demo/postgres-user.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/local/until.ts";

const folder = tempFolder();
const made: DemoDatabase[] = [];
let count = 0;

/** A data folder as `openDataFolder` creates it: only for its owner. */
function newFolder(): string {
  // As root, PostgreSQL runs as another user, who must be able to enter the folder.
  chmodSync(folder, 0o755);
  const data = join(folder, String(++count));
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return join(data, "postgres");
}
function database(at: string, program?: string): DemoDatabase {
  const one = makeDemoDatabase({ folder: at, password: "pw", ...(program && { program }) });
  made.push(one);
  return one;
}
afterEach(async () => {
  await Promise.all(made.splice(0).map((one) => one.stop()));
});

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
const order = "INSERT INTO orders (id, customer, total) VALUES (gen_random_uuid(), 'ada', 9.5)";
const ordersAt = (url: string) => ask(url, "SELECT customer, total::text FROM orders");
const pidOf = (at: string) => Number(readFileSync(join(at, "postmaster.pid"), "utf8").split("\n")[0]);
/**
 * Signal 0 does not help: a process answers it until its parent has collected its exit, and a container may lack such a parent.
 */
const isAlive = (pid: number) =>
  /^[^Z]/.test(spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim());

test("the demo's database is started once, with its table, and keeps its data", async () => {
  const at = newFolder();
  const first = database(at);
  const [url, same] = await Promise.all([first.url(), first.url()]);
  expect(same).toBe(url);
  await ask(url, order);
  await expect(ask(url, order.replace("9.5", "-1"))).rejects.toThrow("orders_total_check");
  await first.stop();
  expect(await ordersAt(await database(at).url())).toEqual([{ customer: "ada", total: "9.50" }]);
});

test("a demo database that was never needed is not started", async () => {
  const at = newFolder();
  await database(at).stop();
  expect(() => readFileSync(join(at, "PG_VERSION"))).toThrow("ENOENT");
});

test("a database server whose parent was killed is taken over by the next start", async () => {
  const at = newFolder();
  const url = await database(at).url();
  await ask(url, order);
  const server = pidOf(at);
  const keeper = Number(execFileSync("ps", ["-o", "ppid=", "-p", String(server)], { encoding: "utf8" }));
  process.kill(keeper, "SIGKILL");
  await until(() => !isAlive(keeper));
  expect(isAlive(server)).toBe(true);
  const next = await database(at).url();
  expect(isAlive(server)).toBe(false);
  expect(await ordersAt(next)).toHaveLength(1);
});

test("a database server that was killed is started again for the next caller", async () => {
  const at = newFolder();
  const one = database(at);
  const url = await one.url();
  await ask(url, order);
  process.kill(pidOf(at), "SIGKILL");
  const next = await until(async () => {
    const now = await one.url().catch(() => url);
    return now !== url && now;
  });
  expect(await ordersAt(next)).toHaveLength(1);
});

test("a pid file that names another program is removed, and that program left alone", async () => {
  const at = newFolder();
  const first = database(at);
  await first.url();
  await first.stop();
  writeFileSync(join(at, "postmaster.pid"), `${process.pid}\n${at}\n`);
  expect(await ordersAt(await database(at).url())).toEqual([]);
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot("a folder that PostgreSQL's user cannot reach is named, with what to do", async () => {
  const shut = join(folder, "shut");
  mkdirSync(join(shut, "data"), { recursive: true });
  chmodSync(shut, 0o700);
  await expect(database(join(shut, "data", "postgres")).url()).rejects.toThrow(
    `cannot pass through ${shut}: set DUCTAPE_DATA`,
  );
});

asRoot("programs that PostgreSQL's user cannot reach are named, with what to do", () => {
  const shut = join(folder, "shut-programs");
  mkdirSync(join(shut, "node_modules"), { recursive: true });
  chmodSync(shut, 0o700);
  expect(() => letPostgresReach(newFolder(), join(shut, "node_modules"))).toThrow(
    `cannot pass through ${shut}: move the project`,
  );
});

test("a database server that does not start reports why, and is tried again", async () => {
  const program = join(folder, "broken.mjs");
  mkdirSync(folder, { recursive: true });
  const says = (message: object) =>
    writeFileSync(
      program,
      `process.once("message", () => process.send(${JSON.stringify(message)})); process.once("disconnect", () => process.exit());`,
    );
  says({ kind: "failed", why: "no room" });
  const one = database(newFolder(), program);
  await expect(one.url()).rejects.toThrow("no room");
  writeFileSync(program, "process.exit(1)");
  await expect(one.url()).rejects.toThrow("its process ended");
  says({ kind: "ready", url: "postgres://there" });
  expect(await one.url()).toBe("postgres://there");
});
