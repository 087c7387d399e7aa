import { cpSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describePython, pythonPackage, python as pythonPath } from "../support/python.ts";
import { shell } from "./run.ts";

describePython("the package for Python", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "python-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("is installed from its folder, with its types", async () => {
    // A copy, since pip builds where the sources are.
    cpSync(pythonPackage, join(folder, "sources"), { recursive: true });
    await shell(
      `${pythonPath} -m venv own && own/bin/pip install --quiet --disable-pip-version-check ./sources`,
      folder,
    );
    const program =
      "import ductape_jobs, pathlib; print(pathlib.Path(ductape_jobs.__file__).with_name('py.typed').exists(), ductape_jobs.DuctapeJobs('https://jobs.example', 'dj_key'))";
    const { out } = await shell(`own/bin/python -c "${program}"`, folder);
    expect(out).toContain("True DuctapeJobs('https://jobs.example')");
    expect((await shell("own/bin/pip list --format freeze", folder)).out).toMatch(/^ductape-jobs==/m);
  }, 300_000);
});
