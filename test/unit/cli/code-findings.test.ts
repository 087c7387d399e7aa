import { codeFindings } from "../../../packages/ductape-jobs/src/cli/code-findings.ts";

/** What is printed while the code is checked with these outcomes, one after the other. */
async function printed(outcomes: (string[] | Promise<string[]>)[]): Promise<string[]> {
  const written: string[] = [];
  const io = { err: { write: (text: string) => written.push(text) }, cwd: "/project" };
  const left = [...outcomes];
  const say = codeFindings(io, "/project/products/index.ts", async () => (await left.shift()) ?? []);
  await Promise.all(outcomes.map(() => say()));
  return written;
}

describe("what check finds in code, while the local system runs", () => {
  it("is said", async () => {
    expect(await printed([["features/a.ts:1:1: warning: one", "features/a.ts:2:1: two"]])).toEqual([
      "features/a.ts:1:1: warning: one\nfeatures/a.ts:2:1: two\n",
    ]);
  });

  it("is nothing where nothing is found", async () => {
    expect(await printed([[]])).toEqual([]);
  });

  it("is that of the latest code", async () => {
    const slow = Promise.withResolvers<string[]>();
    setImmediate(() => slow.resolve(["of before"]));
    expect(await printed([slow.promise, ["of now"]])).toEqual(["of now\n"]);
  });
});

it("the same is not said twice", async () => {
  const written: string[] = [];
  const found = [["one"], ["one"], [], ["one"]];
  const io = { err: { write: (text: string) => written.push(text) }, cwd: "/project" };
  const say = codeFindings(io, "catalog.ts", async () => found.shift() ?? []);
  for (let i = 0; i < 4; i++) await say();
  expect(written).toEqual(["one\n", "one\n"]);
});
