import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../support/cli/run-cli.ts";

/** What the last word may become. */
const completed = async (...words: string[]) =>
  (await runCli(["completion", "bash", "--", ...words])).out.split("\n").filter(Boolean);

describe("the shells' completion", () => {
  it.each([
    [["sch"], ["schedule"]],
    [
      ["jobs", "re"],
      ["retry", "reschedule"],
    ],
    [["jobs", "list", "--or"], ["--order"]],
    [
      ["jobs", "list", "--order", ""],
      ["desc", "asc"],
    ],
    [["jobs", "list", "--order", "d"], ["desc"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["jobs", "list", "--product", ""], []],
    [["jobs", "--url", "jobs", "l"], ["list"]],
  ])("of %j is %j", async (words, expected) => {
    expect(await completed(...words)).toEqual(expected);
  });

  it("of nothing is every command, and of a dash every option", async () => {
    expect(await completed("")).toEqual(expect.arrayContaining(["schedule", "products", "dev"]));
    expect(await completed("pause", "create", "-")).toEqual(
      expect.arrayContaining(["--product", "--reason", "--help"]),
    );
  });

  it("explains a word to shells that show explanations", async () => {
    expect((await runCli(["completion", "fish", "--", "sta"])).out).toMatch(/^stats\tshow how many jobs/);
    expect((await runCli(["completion", "zsh", "--", "mc"])).out).toMatch(/^mcp:serve the API/);
    expect((await runCli(["completion", "zsh", "--", "jobs", "list", "--fro"])).out).toMatch(
      /^--from:from this time\\: /,
    );
  });

  it("is for the shells that it knows", async () => {
    expect(await runCli(["completion", "tcsh"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/bash, zsh, fish/),
    });
  });

  it("works in bash", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ductape-completion-"));
    try {
      writeFileSync(join(folder, "ductape-jobs"), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
      const { out: script } = await runCli(["completion", "bash"]);
      const typed = `COMP_WORDS=(ductape-jobs jobs "" --all); COMP_CWORD=2; _ductape_jobs; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const answer = execFileSync("bash", ["-c", `${script}\n${typed}`], {
        encoding: "utf8",
        env: { PATH: `${folder}:${process.env.PATH}` },
      });
      expect(answer.split("\n")).toEqual(["completion", "bash", "--", "jobs", ""]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
