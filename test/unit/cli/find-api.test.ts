import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findApi } from "../../../packages/ductape-jobs/src/cli/find-api.ts";
import { answering } from "../../support/cli/answering.ts";
import { runCli } from "../../support/cli/run-cli.ts";

/** No process has it: it is beyond the largest that Linux gives. */
const deadPid = 2 ** 30;
const url = "http://127.0.0.1:3999";

/** A folder in which a local runtime has announced itself. */
function folderOf(announced: unknown): string {
  const cwd = mkdtempSync(join(tmpdir(), "ductape-cli-local-"));
  mkdirSync(join(cwd, ".ductape"));
  writeFileSync(
    join(cwd, ".ductape/local.json"),
    typeof announced === "string" ? announced : JSON.stringify(announced),
  );
  return cwd;
}
const running = { url, api_key: "local-key", pid: process.pid };

describe("the address of the API", () => {
  it("is the environment's", () => {
    const env = { DUCTAPE_URL: "https://jobs.example.com", DUCTAPE_API_KEY: "k" };
    expect(findApi({ env, cwd: folderOf(running) }, undefined)).toMatchObject({ url: env.DUCTAPE_URL, apiKey: "k" });
    expect(findApi({ env, cwd: "/nowhere" }, "https://other.example.com")).toMatchObject({
      url: "https://other.example.com",
      from: "--url",
    });
  });

  it("is the local runtime's otherwise, with its key", () => {
    const found = findApi({ env: { DUCTAPE_API_KEY: "of-production" }, cwd: folderOf(running) }, undefined);
    expect(found).toEqual({ url, apiKey: "local-key", from: "the local runtime", isLocal: true });
  });

  it("is that of the runtime in DUCTAPE_DATA", () => {
    const env = { DUCTAPE_DATA: join(folderOf(running), ".ductape") };
    expect(findApi({ env, cwd: "/nowhere" }, undefined)).toMatchObject({ url });
  });

  it("comes with the local key where it is the local runtime's", () => {
    const at = { cwd: folderOf(running), env: { DUCTAPE_URL: `${url}/v1` } };
    expect(findApi(at, undefined)).toMatchObject({ apiKey: "local-key", isLocal: true });
    expect(findApi({ ...at, env: { ...at.env, DUCTAPE_API_KEY: "a-narrow-one" } }, undefined).apiKey).toBe(
      "a-narrow-one",
    );
    expect(() => findApi({ ...at, env: { DUCTAPE_URL: "https://jobs.example.com" } }, undefined)).toThrow(
      "DUCTAPE_URL names an API, but no key is set: set DUCTAPE_API_KEY to one of its keys.",
    );
  });

  it.each([
    ["killed", { ...running, pid: deadPid }],
    ["broken", "{"],
    ["of no process", { ...running, pid: -1 }],
  ])("is not that of a runtime %s", (_, announced) => {
    expect(() => findApi({ env: {}, cwd: folderOf(announced) }, undefined)).toThrow(
      /DUCTAPE_URL and DUCTAPE_API_KEY[\s\S]*ductape-jobs dev/,
    );
  });

  it("may be missing: exit code 4", async () => {
    expect(await runCli(["jobs", "list"])).toMatchObject({ code: 4, out: "" });
  });
});

describe("the API's key", () => {
  it.each(["--key", "--api-key", "--apiKey", "--token"])(
    "is no argument: %s says where it goes and does not repeat it",
    async (option) => {
      const { code, err } = await runCli(["jobs", "list", option, "dj_secret"]);
      expect(code).toBe(2);
      expect(err).toContain("set DUCTAPE_API_KEY");
      expect(err).not.toContain("dj_secret");
    },
  );

  it("is in no output, even if the API repeats it", async () => {
    const { cli } = answering({ "GET /v1/jobs": new Response("<html>", { status: 502 }) });
    const { code, out, err } = await cli(["jobs", "list"]);
    expect(code).toBe(4);
    expect(out + err).not.toContain("dj_");
  });
});
