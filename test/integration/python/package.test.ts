import { readFile } from "node:fs/promises";
import { ListParameters } from "../../../lambdas/api/list-query.ts";
import { version } from "../../../lambdas/core/kernel/version.ts";
import { RetryRequest } from "../../../lambdas/core/requests/reschedule-request.ts";
import { describePython, runPython } from "../../support/python.ts";

describePython("the package for Python", () => {
  it("passes its own tests", async () => {
    const { stderr } = await runPython(["-m", "unittest", "discover", "-s", "tests"]);
    expect(stderr).toMatch(/Ran [5-9]\d tests[\s\S]*\nOK/);
  }, 120_000);

  it("has the version that the code says", async () => {
    expect(await readFile("packages/python/pyproject.toml", "utf8")).toContain(`version = "${version}"`);
  });

  it("takes what the API takes where it spells it out", async () => {
    const program = `
import inspect, json
from ductape_jobs import DuctapeJobs
names = lambda call: [name.rstrip("_") for name, one in inspect.signature(call).parameters.items() if one.kind == one.KEYWORD_ONLY]
print(json.dumps({"list": names(DuctapeJobs.list), "retry": names(DuctapeJobs.retry)}))`;
    const { list, retry } = JSON.parse((await runPython(["-c", program])).stdout);
    // `page` takes the cursor.
    expect(list.sort()).toEqual(
      Object.keys(ListParameters.shape)
        .filter((name) => name !== "cursor")
        .sort(),
    );
    expect(retry.sort()).toEqual(Object.keys(RetryRequest.shape).sort());
  });
});
