import { findingsOf } from "../../../packages/ductape-jobs/src/check-code/findings-of.ts";

/** What is found in a module. Its expected places are marked by `▸` there. */
function checked(source: string, file = "refund.ts") {
  const expected = source.split("\n").flatMap((text, i) =>
    text
      .split("▸")
      .slice(0, -1)
      .map((_, at, parts) => `${i + 1}:${parts.slice(0, at + 1).join("").length + 1}`),
  );
  const found = findingsOf(source.replaceAll("▸", ""), file);
  return { expected, found, places: found.map(({ line, column }) => `${line}:${column}`) };
}

const ours = (body: string, around = "") => `import { defineFeature } from "ductape-jobs/code";
${around}
export const refund = defineFeature({
  signals: {},
  async run(ctx, input) {
${body}
  },
});`;
const ductape = (body: string) => `import { features } from "ductape-jobs/code";
export const order = features.define({ tag: "order", signals: { paid: {} }, handler: async (ctx) => {
${body}
} });`;

type Row = [what: string, source: string, file?: string];

function finds(rule: string, severity: "error" | "warning", rows: Row[]): void {
  it.each(rows)("%s", (...[, source, file]: Row) => {
    const { expected, found, places } = checked(source, file);
    expect(expected.length).toBeGreaterThan(0);
    expect(places).toEqual(expected);
    expect([...new Set(found.map((one) => `${one.severity} ${one.rule}`))]).toEqual([`${severity} ${rule}`]);
  });
}

describe("a variable of the handler that own code changes is lost", () => {
  finds("lost-change", "warning", [
    ["by +=", ours(`let sum = 0;\nawait ctx.step("sum", async () => { ▸sum += 1; });\nreturn { sum };`)],
    ["by +=, though nothing reads it", ours(`let sum = 0;\nawait ctx.step("sum", async () => { ▸sum += 1; });`)],
    ["by ++", ours(`let sum = 0;\nawait ctx.step("sum", () => ▸sum++);\nreturn sum;`)],
    ["by =", ours(`let total;\nawait ctx.step("sum", () => { ▸total = 1; });\nreturn total;`)],
    ["by = that nothing reads", ours(`let total;\nawait ctx.step("sum", () => { ▸total = 1; });`)],
    ["by ??= that the handler reads", ours(`let total;\nawait ctx.step("s", () => { ▸total ??= 1; });\nreturn total;`)],
    ["by destructuring", ours(`let a, b;\nawait ctx.step("s", () => { [▸a, { ▸b }] = load(); });\nreturn a + b;`)],
    ["by a loop", ours(`let one;\nawait ctx.step("s", () => { for (▸one of list()) use(one); });\nreturn one;`)],
    [
      "that another step reads",
      ours(`let token;\nawait ctx.step("a", () => { ▸token = sign(); });\nawait ctx.step("b", () => send(token));`),
    ],
    [
      "in a function within it",
      ours(`let n = 0;\nawait ctx.step("s", () => input.lines.forEach((line) => { ▸n += line.n; }));\nreturn n;`),
    ],
    [
      "in a function of the handler that it calls",
      ours(
        `let n = 0;\nconst add = (more: number) => { ▸n += more; };\nawait ctx.step("s", async () => add(2));\nreturn n;`,
      ),
    ],
    [
      "in a function that is passed by name",
      ours(`let n = 0;\nasync function count() { ▸n = await load(); }\nawait ctx.step("s", count);\nreturn n;`),
    ],
    [
      "in a step within a step",
      ours(
        `await ctx.step("all", async () => {\nlet n = 0;\nawait ctx.step("one", () => { ▸n = 1; });\nreturn n;\n});`,
      ),
    ],
    [
      "in a loop and a condition",
      ours(
        `let n = 0;\nfor (const line of input.lines)\nif (line.n) await ctx.step(\`s-\${line.n}\`, () => { ▸n += line.n; });\nreturn n;`,
      ),
    ],
    [
      "with another name of ctx",
      ours(`const context = ctx;\nlet n = 0;\nawait context.step("s", () => { ▸n = 1; });\nreturn n;`),
    ],
    [
      "with a method of ctx",
      ours(`const { step: once, run } = ctx;\nlet n = 0;\nawait once("s", () => { ▸n = 1; });\nreturn n;`),
    ],
    [
      "with types",
      ours(
        `let n = 0 as number;\nawait ctx.step<void>("s", (async (): Promise<void> => { ▸(n as number) += 1; }) satisfies () => Promise<void>);\nreturn n!;`,
      ),
    ],
    [
      "beside what own code may read of ctx",
      ductape(`let n = 0;\nawait ctx.step("s", () => { ctx.log.info("so far"); ▸n += ctx.input.amount; });\nreturn n;`),
    ],
    [
      "in Ductape's older name",
      `import { workflows } from "ductape-jobs/code";\nlet made = 0;\nexport const order = workflows.define({ tag: "order", async handler({ step }) {\nlet n = 0;\nawait step("s", () => { ▸n = 1; });\nreturn n;\n} });`,
    ],
    [
      "of an import by another name",
      `import { defineFeature as feature } from "ductape-jobs/code";\nexport default feature({ run: async (c) => { let n = 0; await c.step("s", () => { ▸n++; }); } });`,
    ],
    [
      "of all of the package",
      `import * as code from "ductape-jobs/code";\nexport const a = code.features.define({ tag: "a", handler: async (c) => { let n = 0; await c.step("s", () => { ▸n++; }); } });`,
    ],
    [
      "of a handler that is declared apart",
      `import { defineFeature, type FeatureContext } from "ductape-jobs/code";\nconst run = async (c: any) => { let n = 0; await c.step("s", () => { ▸n++; }); };\nconst definition = { run };\nexport const a = defineFeature(definition);`,
    ],
    [
      "of a function that is given ctx",
      ours(
        `await charge(input.order, ctx);`,
        `async function charge(order: string, c: unknown) { let n = 0; await c.step("s", () => { ▸n++; }); }`,
      ),
    ],
    [
      "of a function for ctx by its type",
      `import type { FeatureContext } from "ductape-jobs/code";\nexport async function charge(ctx: FeatureContext<never>) { let n = 0; await ctx.step("s", () => { ▸n++; }); }`,
    ],
    ["in JavaScript", ours(`let n = 0;\nawait ctx.step("s", () => { ▸n++; });`), "refund.mjs"],
    [
      "in a file with elements",
      ours(`let n = 0;\nawait ctx.step("s", () => { ▸n++; return <b>{n}</b>; });`),
      "refund.tsx",
    ],
  ]);
});

describe("what a variable holds that own code changes is lost", () => {
  finds("lost-change", "warning", [
    ["a list", ours(`const sent: string[] = [];\nawait ctx.step("s", () => { ▸sent.push("a"); });\nreturn { sent };`)],
    [
      "an element of a list",
      ours(`const sent = [1];\nawait ctx.step("s", () => { ▸sent[0] = 2; });\nreturn sent.length;`),
    ],
    [
      "a Map",
      ours(
        `const seen = new Map<string, number>();\nawait ctx.step("s", () => { ▸seen.set("a", 1); });\nreturn seen.size;`,
      ),
    ],
    ["a Set", ours(`const seen = new Set();\nawait ctx.step("s", () => void ▸seen.add("a"));\nreturn [...seen];`)],
    [
      "an object",
      ours(`const state = { total: 0, of: "it" };\nawait ctx.step("s", () => { ▸state.total = 1; });\nreturn state;`),
    ],
    [
      "a property that is read",
      ours(`const state = { total: 0 };\nawait ctx.step("s", () => { ▸state.total += 1; });\nreturn state.total;`),
    ],
    [
      "by delete",
      ours(`const state = { total: 0 };\nawait ctx.step("s", () => { ▸delete state.total; });\nreturn state;`),
    ],
    [
      "by Object.assign",
      ours(`const state = {};\nawait ctx.step("s", () => { ▸Object.assign(state, load()); });\nreturn state;`),
    ],
    [
      "a list in an object",
      ours(
        `const state = { lines: [] as string[] };\nawait ctx.step("s", () => { ▸state.lines.push("a"); });\nreturn state;`,
      ),
    ],
    [
      "the result of a job",
      ours(`const order = await ctx.run("find");\nawait ctx.step("s", () => { ▸order.total = 1; });\nreturn order;`),
    ],
    ["the input", ours(`await ctx.step("s", () => { ▸input.lines.push("a"); });\nreturn input.lines.length;`)],
    [
      "a part of Ductape's input",
      ductape(`const { items } = ctx.input;\nawait ctx.step("s", () => { ▸items.sort(); });\nreturn items;`),
    ],
  ]);
});

describe("nothing is found", () => {
  it.each<Row>([
    ["where the result of the step is used", ours(`let sum = 0;\nsum += await ctx.step("s", () => 1);\nreturn sum;`)],
    [
      "of a variable within the step",
      ours(`await ctx.step("s", () => { let n = 0; for (const one of input.lines) n += one; return n; });`),
    ],
    [
      "of a name within the step that hides one outside",
      ours(`let n = 1;\nawait ctx.step("s", () => { let n = 0; n += 1; return n; });\nreturn n;`),
    ],
    [
      "of a parameter that hides one outside",
      ours(
        `let n = 1;\nawait ctx.step("s", () => input.lines.reduce((n, one) => { n += one; return n; }, 0));\nreturn n;`,
      ),
    ],
    [
      "of a variable that own code of a block hides",
      ours(`let n = 1;\nawait ctx.step("s", () => { try { load(); } catch (n) { n = 2; } });\nreturn n;`),
    ],
    [
      "of a step whose function calls ctx",
      ours(
        `let n = 0;\nawait ctx.step("s", async () => { const found = await ctx.run("find"); n += found.n; });\nreturn n;`,
      ),
    ],
    [
      "of a step whose function calls what calls ctx",
      ours(
        `let n = 0;\nconst find = () => ctx.run("find");\nawait ctx.step("s", async () => { n += await find(); });\nreturn n;`,
      ),
    ],
    [
      "of a step that passes ctx on",
      ours(
        `let n = 0;\nawait ctx.step("s", async () => { n += await find(ctx); });\nreturn n;`,
        `import { find } from "./find.ts";`,
      ),
    ],
    [
      "of a step whose function calls a function that it was given",
      ours(
        `await once(ctx, () => ctx.run("go"));`,
        `async function once(ctx, go) { let n = 0; await ctx.step("s", async () => { n += await go(); }); return n; }`,
      ),
    ],
    [
      "of a step that calls ctx in an object",
      ours(
        `let n = 0;\nconst calls = { find: () => ctx.run("find") };\nawait ctx.step("s", async () => { n += await calls.find(); });\nreturn n;`,
      ),
    ],
    [
      "in Ductape's step over an action",
      ductape(
        `const totals = [];\nawait ctx.step("s", async () => { const { data } = await ctx.api.run({ app: "a", event: "b" }); totals.push(data); });\nreturn totals;`,
      ),
    ],
    [
      "of a connection that each step makes for itself",
      ours(
        `let client;\nawait ctx.step("a", async () => { client ??= await connect(); await client.send(1); });\nawait ctx.step("b", async () => { if (!client) client = await connect(); await client.send(2); });`,
      ),
    ],
    [
      "of a connection that a function makes",
      ours(
        `let client;\nconst open = async () => { client ??= await connect(); return client; };\nawait ctx.step("a", async () => (await open()).send(1));\nawait ctx.step("b", async () => (await open()).send(2));`,
      ),
    ],
    [
      "of what the step alone uses",
      ours(
        `let timer;\nawait ctx.step("a", async () => { timer = setTimeout(stop, 10); await work(); clearTimeout(timer); });`,
      ),
    ],
    [
      "of a variable of the module",
      ours(`await ctx.step("a", async () => { calls += 1; client = await connect(); });`, `let client; let calls = 0;`),
    ],
    [
      "of a variable around the definition",
      `import { defineFeature } from "ductape-jobs/code";\nexport const make = () => { let calls = 0; return defineFeature({ async run(ctx) { await ctx.step("s", () => { calls++; }); } }); };`,
    ],
    [
      "of another property than the one that is read",
      ours(
        `const state = { total: 0, name: "a" };\nawait ctx.step("s", () => { state.total = 1; return state.total; });\nreturn state.name;`,
      ),
    ],
    [
      "of an object that is no data",
      ours(
        `const form = new FormData();\nconst client = makeClient();\nawait ctx.step("s", () => { form.set("a", "b"); client.timeout = 5; client.push(form); });\nreturn String(client);`,
      ),
    ],
    [
      "of a class of one's own named Map",
      ours(
        `const seen = new Map();\nawait ctx.step("s", () => { seen.set("a"); });\nreturn seen;`,
        `import { Map } from "./map.ts";`,
      ),
    ],
    [
      "of a method that changes nothing",
      ours(
        `const lines = [1, 2];\nconst last = await ctx.step("s", () => lines.map((line) => line * 2).reverse());\nreturn [lines, last];`,
      ),
    ],
    [
      "of a copy",
      ours(
        `const lines = [1, 2];\nawait ctx.step("s", () => { const own = [...lines]; own.push(3); return own; });\nreturn lines;`,
      ),
    ],
    [
      "of a handler without steps",
      ours(`let n = 0;\nfor (const line of input.lines) { n += line; await ctx.run("go", { n }); }\nreturn n;`),
    ],
    [
      "of callbacks of the handler",
      ours(
        `let n = 0;\ninput.lines.forEach((line) => { n += line; });\nawait Promise.all(input.lines.map(async (line) => { n += await ctx.step(\`s-\${line}\`, () => line); }));\nreturn n;`,
      ),
    ],
    [
      "of an undo",
      ours(
        `let undone = false;\nawait ctx.step("s", () => 1, { undo: () => { undone = true; } });\nawait ctx.run("go", {}, { undo: async () => { undone = true; await fetch("https://a.example"); } });`,
      ),
    ],
    ["of ctx.setState", ours(`await ctx.step("s", () => 1);\nctx.setState("n", 1);\nreturn ctx.getState("n");`)],
    [
      "of a branch of ctx.race",
      ours(
        `let reminded = 0;\nawait ctx.race({ paid: ctx.waitForSignal("paid"), late: async () => { await ctx.sleep("3d"); reminded += 1; } });\nreturn reminded;`,
      ),
    ],
    [
      "of a ctx of another library",
      `import { Hono } from "hono";\nconst features = { define: (one) => one };\nfeatures.define({ run: async (ctx) => { let n = 0; await ctx.step("s", () => { n++; }); return fetch("/"); } });`,
    ],
    [
      "of what is the same in each replay",
      ours(
        `const at = Date.now() + new Date().getTime() + Math.random() + performance.now();\nreturn [at, crypto.randomUUID(), globalThis.crypto.randomUUID(), randomUUID(), ctx.uuid(), ctx.random(), ctx.now()];`,
        `import { randomUUID } from "node:crypto";`,
      ),
    ],
    [
      "of the world within a step",
      ours(
        `await ctx.step("s", async () => { await fetch("https://a.example"); await new Promise((go) => setTimeout(go, 5)); });`,
      ),
    ],
    [
      "of the world in a function that only steps call",
      ours(
        `const load = async () => (await fetch("https://a.example")).json();\nconst found = await ctx.step("s", load);\nawait ctx.step("t", () => save(found));`,
        `async function save(it) { setTimeout(() => it, 1); await fetch("https://a.example", it); }`,
      ),
    ],
    [
      "of the world in what another library is given",
      ours(`await wrap(ctx, "s", () => fetch("https://a.example"));`, `import { wrap } from "./wrap.ts";`),
    ],
    [
      "of a fetch of one's own",
      ours(
        `return [fetch(input.order), setTimeout(1)];`,
        `import { fetch } from "./orders.ts"; const setTimeout = (n) => n;`,
      ),
    ],
    [
      "of a step that either calls ctx or does work",
      ours(
        `await ctx.step("s", async () => { if (input.fast) return fetch("https://a.example"); return ctx.run("slow"); });`,
      ),
    ],
    [
      "of uuid's names that depend on their input",
      ours(`return v5(input.order, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");`, `import { v5 } from "uuid";`),
    ],
    ["of Promise.race in a step", ours(`await ctx.step("s", () => Promise.race([load(), late()]));`)],
    ["of Promise.race that ends the run", ours(`return await Promise.race([ctx.run("a"), ctx.run("b")]);`)],
    [
      "of Promise.race whose loser is awaited later",
      ours(
        `const slow = ctx.run("slow");\nconst first = await Promise.race([slow, ctx.sleep("1h").then(() => "late")]);\nif (first === "late") await ctx.run("tell");\nawait slow;`,
      ),
    ],
    [
      "of Promise.race of own code alone",
      ours(`await Promise.race([ctx.step("a", () => load()), ctx.step("b", () => load())]);\nreturn 1;`),
    ],
    [
      "of Promise.all and allSettled",
      ours(
        `await Promise.all([ctx.run("a"), ctx.run("b")]);\nawait Promise.allSettled(input.lines.map((line) => ctx.run("c", { line })));`,
      ),
    ],
    [
      "of a Promise of one's own",
      ours(`await Promise.race([ctx.run("a"), ctx.run("b")]);\nreturn 1;`, `import Promise from "bluebird";`),
    ],
    [
      "of a key in a loop that ends with it",
      ours(`for (const line of input.lines) { await ctx.step("first", () => line); break; }`),
    ],
    [
      "of a key in a loop under a condition",
      ours(`for (const line of input.lines) if (line.first) await ctx.step("first", () => line);`),
    ],
    [
      "of a key in a loop within a step with its own",
      ours(
        `for (const line of input.lines) await ctx.step(\`line-\${line}\`, async () => { await ctx.step("one", () => line); });`,
      ),
    ],
    [
      "of a key in two branches",
      ours(`if (input.a) await ctx.step("s", () => 1);\nelse await ctx.step("s", () => 2);`),
    ],
    ["of a key before continueAs", ours(`for (;;) { await ctx.step("s", () => 1); await ctx.continueAs(input); }`)],
    ["of retries of own code", ours(`await ctx.step("s", () => load(), { retries: 3 });`)],
    [
      "of retries of Ductape's steps",
      ductape(`await ctx.step("s", () => ctx.api.run({ app: "a", event: "b" }), null, { retries: 3 });`),
    ],
    [
      "of what Ductape has alone, where it is not used",
      ductape(`if (ctx.graph) await ctx.api.run({ app: "a", event: "b" });`),
    ],
    [
      "of names that stand for each other",
      ours(`var a = b; var b = a;\nawait ctx.step("s", () => { a.b.push(1); b.c = 2; });\nawait Promise.race([a, b]);`),
    ],
    [
      "of a module that the parser does not know",
      ours(`let n = 0;\nawait ctx.step("s", () => { n++; });`, `class C { constructor(@Inject() a) {} }`),
    ],
    [
      "of overloads, enums, decorators and namespaces",
      ours(
        `return Kind.one;`,
        `enum Kind { one }\nfunction of(a: string): string;\nfunction of(a: unknown): unknown { return a; }\nnamespace N { export const a = 1; }\ntype Kinds = Kind; interface N2 { a: 1 }\nabstract class C { @of accessor a = 1; constructor(private b: string) {} }`,
      ),
    ],
  ])("%s", (...[, source]: Row) => {
    expect(findingsOf(source, "refund.ts")).toEqual([]);
  });
});

describe("what a handler does in the world outside of steps", () => {
  finds("outside-step", "error", [
    ["fetch", ours(`const found = await ▸fetch("https://a.example");`)],
    ["fetch of globalThis", ours(`await ▸globalThis.fetch("https://a.example");`)],
    ["random bytes", ours(`▸crypto.getRandomValues(new Uint8Array(4));`)],
    ["a timer", ours(`await new Promise((go) => ▸setTimeout(go, 1000));`)],
    ["a timer of Node", ours(`await ▸wait(1000);`, `import { setTimeout as wait } from "node:timers/promises";`)],
    ["a file", ours(`await ▸fs.readFile("a.txt");`, `import fs from "fs/promises";`)],
    ["a file that is told later", ours(`▸readFile("a.txt", () => {});`, `import { readFile } from "node:fs";`)],
    ["another process", ours(`▸spawn("ls");`, `import { spawn } from "child_process";`)],
    [
      "in callbacks",
      ours(
        `await Promise.all(input.lines.map(async (line) => ▸fetch(line)));\nawait ctx.run("a").catch(() => ▸fetch("/"));`,
      ),
    ],
    ["in a branch of ctx.race", ours(`await ctx.race({ a: async () => { await ▸fetch("/"); }, b: ctx.sleep("1d") });`)],
    [
      "in a function that it calls",
      ours(`await load(input.order);`, `const load = async (order: string) => (await ▸fetch(order)).json();`),
    ],
    [
      "in Ductape's branch",
      ductape(
        `await ctx.branch(true, { then: () => ▸fetch("/") });\nawait ctx.each([1], async () => { await ▸fetch("/"); });`,
      ),
    ],
    [
      "in a step that calls ctx too",
      ours(
        `await ctx.step("s", async () => {\nconst found = await ▸fetch("/");\nawait ctx.run("save", { found });\n});`,
      ),
    ],
  ]);
  it("says what to do", () => {
    const [found] = checked(
      ours(`await ctx.step("s", async () => {\nawait fetch("/");\nawait ctx.run("save");\n});`),
    ).found;
    expect(found?.detail).toBe(
      'fetch and ctx.run (line 8) in the function of the step "s" park the run (OUTSIDE_STEP). A step either calls ctx or does work: divide it.',
    );
  });
});

describe("what is another in each replay", () => {
  finds("not-repeatable", "warning", [
    ["numbers of Node", ours(`const n = ▸randomInt(9);`, `import { randomInt } from "node:crypto";`)],
    ["numbers of Node's module", ours(`const n = ▸crypto.randomInt(9);`, `import crypto from "crypto";`)],
    [
      "ids of a package",
      ours(
        `const id = ▸v4();\nawait ctx.run("go", { id, n: ▸nanoid() });`,
        `import { nanoid } from "nanoid"; import { v4 } from "uuid";`,
      ),
    ],
    ["the clock of the machine", ours(`return ▸process.hrtime.bigint();`)],
    ["a file, at once", ours(`return ▸readFileSync("a.txt", "utf8");`, `import { readFileSync } from "node:fs";`)],
    ["another process, waited for", ours(`▸cp.execSync("make");`, `import * as cp from "child_process";`)],
    [
      "in a step that calls ctx",
      ours(`await ctx.step("s", async () => ctx.run("go", { id: ▸nanoid() }));`, `import { nanoid } from "nanoid";`),
    ],
  ]);
});

describe("a call of ctx that nothing waits for", () => {
  finds("not-awaited", "warning", [
    ["of an event", ours(`▸ctx.run("go");\nreturn 1;`)],
    ["of a step", ours(`if (input) ▸ctx.step("s", () => 1);\nreturn 1;`)],
    ["of a sleep", ours(`▸ctx.sleep("1h");`)],
    ["of an approval", ours(`▸ctx.approve({ title: "May I?" });`)],
    ["that goes on by then", ours(`▸ctx.run("go").then(() => ctx.run("on")).catch(() => {});`)],
    ["by another name", ours(`const { run } = ctx;\n▸run("go");`)],
    ["in a step", ours(`await ctx.step("s", async () => { ▸ctx.run("go"); await ctx.run("on"); });`)],
    ["in a branch", ours(`await ctx.race({ a: async () => { ▸ctx.run("go"); await ctx.sleep("1h"); } });`)],
    ["in a function that is given ctx", `const go = (ctx: FeatureContext) => { ▸ctx.run("go"); };`],
    ["in Ductape's spelling", ductape(`▸ctx.api.run({ app: "a", event: "b" });\n▸ctx.notification.email({});`)],
    ["by ctx.each", ductape(`▸ctx.each(ctx.input.lines, async (line) => { await ctx.api.run(line); });`)],
    ["by forEach", ours(`▸input.lines.forEach(async (line) => { await ctx.run("go", line); });\nreturn 1;`)],
    ["by map", ours(`▸input.lines.map(async (line) => ctx.run("go", line));`)],
  ]);

  it.each([
    ["awaited", `await ctx.run("go");`],
    ["awaited later", `const going = ctx.run("go");\nawait ctx.sleep("1h");\nawait going;`],
    ["returned", `return ctx.run("go");`],
    ["void, where it is meant", `void ctx.run("go", {}, { onParentEnd: "abandon" });\nawait ctx.sleep("1h");`],
    ["of what is done at once", `ctx.setState("a", 1);\nctx.checkpoint("b");\nctx.log.info("c");\nctx.rollback("d");`],
    ["an undo", `await ctx.run("go", {}, { undo: () => ctx.run("back") });`],
    ["in Promise.all", `await Promise.all(input.lines.map(async (line) => ctx.run("go", line)));`],
    ["by forEach that is not async", `input.lines.forEach((line) => { sum(line); });`],
    ["of something else", `other.run("go");\ninput.lines.forEach(async (line) => { await line; });`],
  ])("is not: %s", (_what, body) => {
    expect(checked(ours(body)).found).toEqual([]);
  });
});

describe("a race that leaves its losers open", () => {
  finds("open-losers", "warning", [
    ["of calls", ours(`await ▸Promise.race([ctx.run("a"), ctx.sleep("1h")]);\nreturn 1;`)],
    [
      "of waits",
      ours(`const first = await ▸Promise.any([ctx.waitForSignal("a"), ctx.waitForSignal("b")]);\nreturn first;`),
    ],
    ["of names", ours(`const a = ctx.run("a"), b = ctx.run("b");\nawait ▸Promise.race([a, b]);\nreturn 1;`)],
    ["of chains", ours(`await ▸Promise.race([ctx.run("a").then(() => 1), ctx.sleep("1h").then(() => 2)]);\nreturn 1;`)],
    ["of a list", ours(`await ▸Promise.race(input.lines.map((line) => ctx.run("a", line)));\nreturn 1;`)],
    [
      "of a list among others",
      ours(`await ▸Promise.race([ctx.sleep("1h"), ...input.lines.map((line) => ctx.run("a", line))]);\nreturn 1;`),
    ],
    [
      "of functions of the module",
      ours(
        `await ▸Promise.race([charge(ctx), ctx.sleep("1h")]);\nreturn 1;`,
        `const charge = (ctx) => ctx.run("charge");`,
      ),
    ],
    ["in Ductape's spelling", ductape(`await ▸Promise.race([ctx.waitForSignal("paid"), ctx.sleep("1h")]);\nreturn 1;`)],
  ]);
});

describe("calls that are refused", () => {
  finds("repeated-key", "warning", [
    ["a key in a loop", ours(`for (const line of input.lines) { await ▸ctx.step("s", () => line); }`)],
    ["a key in a callback", ours("await Promise.all(input.lines.map((line) => ▸ctx.step(`s`, () => line)));")],
    ["a key of two calls", ours(`await ctx.step("s", () => 1);\nawait ▸ctx.step("s", () => 2);`)],
  ]);
  finds("retried-calls", "error", [
    [
      "retries of a step that calls ctx",
      ours(`await ctx.step("s", async () => { await ctx.run("a"); }, { ▸retries: 2 });`),
    ],
  ]);
  finds("not-here", "error", [
    [
      "what Ductape has alone",
      ductape(`await ▸ctx.graph.query({});\nif (▸ctx.is_replay) return ▸ctx.storage.download({});`),
    ],
  ]);
  const waiting = (more: string) =>
    `import { features } from "ductape-jobs/code";\nexport const order = features.define({ tag: "order", ${more} });`;
  finds("undeclared-signal", "error", [
    ["a signal that is not declared", ductape(`await ctx.waitForSignal(▸"approved", { timeout: "1d" });`)],
    ["signals that are not declared", ductape(`await ctx.waitForSignal([▸"approved", "paid", ▸"rejected"]);`)],
    ["a signal of a feature that declares none", waiting(`handler: async (ctx) => ctx.waitForSignal(▸"paid")`)],
    [
      "a signal that a constant does not have",
      waiting(`signals, handler: async ({ waitForSignal }) => waitForSignal(▸"paid")`).replace(
        "export",
        `const signals = { "other": {} };\nexport`,
      ),
    ],
  ]);

  it.each([
    ["that is declared", `signals: { "paid": { input: {} } }, handler: async (ctx) => ctx.waitForSignal("paid")`],
    ["of a list from elsewhere", `signals: signalsOf(shop), handler: async (ctx) => ctx.waitForSignal("paid")`],
    ["that may be among others", `signals: { ...others }, handler: async (ctx) => ctx.waitForSignal("paid")`],
    ["that may be declared by what is spread", `...base, handler: async (ctx) => ctx.waitForSignal("paid")`],
    ["whose name is made", `handler: async (ctx) => ctx.waitForSignal(ctx.input.signal)`],
  ])("a signal %s is no fault", (_what, more) => {
    expect(checked(waiting(more)).found).toEqual([]);
  });
});

describe("a comment", () => {
  it.each([
    [`await ctx.step("s", () => { n++; }); // ductape-ignore: a counter for the log of this process`],
    [`// ductape-ignore: a counter for the log of this process\nawait ctx.step("s", () => { n++; });`],
    [`/* ductape-ignore: a counter\n for the log */\nawait ctx.step("s", () => { n++; });`],
  ])("takes out what is found on its line or the next: %#", (line) => {
    expect(checked(ours(`let n = 0;\n${line}\nreturn n;`)).found).toEqual([]);
  });

  it("takes out no other line", () => {
    const source = ours(
      `let n = 0;\n// ductape-ignore: the first\nawait ctx.step("s", () => { n++; });\nawait ctx.step("t", () => { ▸n++; });`,
    );
    const { expected, places } = checked(source);
    expect(places).toEqual(expected);
  });

  it("is no text", () => {
    const { found } = checked(
      ours(`let n = 0;\nawait ctx.step("ductape-ignore", () => { n++; return "// ductape-ignore: no"; });`),
    );
    expect(found).toHaveLength(1);
  });
});

describe("a variable of the catalog is no condition in Ductape's spelling", () => {
  finds("unseen-value", "warning", [
    ["compared", ductape(`if (▸ctx.variable("shop", "mode") === "live") await ctx.sleep(1);`)],
    ["compared the other way round", ductape(`return "live" != ▸ctx.constant("shop", "mode");`)],
    ["by a name", ductape(`const mode = ctx.variable("shop", "mode");\nif (▸mode !== "live") return;\nreturn !▸mode;`)],
    ["asked for", ductape(`return ▸ctx.variable("shop", "on") ? 1 : ▸ctx.variable("shop", "off") && 2;`)],
    ["told apart", ductape(`switch (▸ctx.variable("shop", "mode")) { case "live": return 1; }`)],
  ]);

  it.each([
    [
      "in an input",
      ductape(`await ctx.api.run({ event: "a", input: { body: { mode: ctx.variable("shop", "mode") } } });`),
    ],
    ["in a text", ductape(`const mode = ctx.variable("shop", "mode");\nreturn "mode " + mode;`)],
    ["of another object", `const other = { variable: () => "a" };\nexport const is = other.variable() === "a";`],
  ])("unless it is %s", (_what, source) => {
    expect(checked(source).found).toEqual([]);
  });
});
