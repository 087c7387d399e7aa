import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { shell } from "./run.ts";
import { type Packages, packNow } from "./versions.ts";

/** The other end of the range, the CDK of this repository, is what package.test.ts deploys with. */
const manifest = new URL("../../packages/ductape-jobs/package.json", import.meta.url);
const { peerDependencies } = JSON.parse(await readFile(manifest, "utf8"));
const oldest = (name: string): string => peerDependencies[name].replace("^", "");

const catalog = `import { defineProduct } from "ductape-jobs/catalog";

export const products = [
  defineProduct({
    tag: "shop",
    envs: ["prd"],
    jobs: { order: { type: "action", app: "shop", action: "order" } },
    apps: {
      shop: { envs: { prd: { base_url: "https://shop.example" } }, actions: { order: { method: "POST", path: "/orders" } } },
    },
  }),
];
`;

const app = `import { Vpc } from "aws-cdk-lib/aws-ec2";
import { Key } from "aws-cdk-lib/aws-kms";
import { App, Stack } from "aws-cdk-lib/core";
import { DuctapeJobs } from "ductape-jobs/cdk";

const app = new App({ outdir: "cdk.out" });
const stack = new Stack(app, "Team");
const [kmsKey, vpc] = [new Key(stack, "Key"), new Vpc(stack, "Vpc")];
new DuctapeJobs(stack, "Jobs", { catalog: "./products.ts", kmsKey, vpc, pollers: { action: 2 } });
app.synth();
`;

let root: string;
let packages: Packages;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ductape-oldest-"));
  packages = await packNow(join(root, "packed"));
}, 300_000);
afterAll(() => rm(root, { recursive: true, force: true }));

test.each([
  ["the oldest CDK that the package allows", oldest("aws-cdk-lib"), oldest("constructs")],
  ["one that refuses acknowledgements which newer ones take", "2.257.0", "10.5.1"],
])(
  "an app with %s is synthesized",
  async (_name, cdk, constructs) => {
    const folder = join(root, cdk);
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    const needed = [packages.sdk, packages.jobs, `aws-cdk-lib@${cdk}`, `constructs@${constructs}`];
    await shell(`npm install --no-audit --no-fund --save-exact ${needed.join(" ")}`, folder);
    const { version } = JSON.parse(await readFile(join(folder, "node_modules/aws-cdk-lib/package.json"), "utf8"));
    expect(version).toBe(cdk);
    await writeFile(join(folder, "products.ts"), catalog);
    await writeFile(join(folder, "app.mjs"), app);
    await shell("node app.mjs", folder, { PATH: `${dirname(process.execPath)}:${process.env.PATH}` });
    const { Resources } = JSON.parse(await readFile(join(folder, "cdk.out/Team.template.json"), "utf8"));
    const all = Object.values(Resources) as { Type: string; Properties: Record<string, unknown> }[];
    const of = (type: string) => all.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
    const ours = of("AWS::Lambda::Function").filter(({ Runtime }) => Runtime === "nodejs24.x");
    expect(ours).toHaveLength(18);
    const polled = of("AWS::Lambda::EventSourceMapping").filter((mapping) => "ProvisionedPollerConfig" in mapping);
    expect(polled).toMatchObject([{ ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 6 } }]);
  },
  600_000,
);
