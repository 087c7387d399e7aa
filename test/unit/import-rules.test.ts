import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

/** What a file may not import, by the room that it is in. A room's first line is all that stands for its files. */
const refused: [room: string, imports: string[]][] = [
  ["lambdas/core/job", ["@aws-sdk/client-s3", "@middy/core", "node:fs", "node:http", "../../aws/s3/blob-store.ts"]],
  ["lambdas/core/job", ["../../consumers/types/registry.ts", "../../api/routes.ts", "../../../products/index.ts"]],
  ["lambdas/aws/s3", ["../../consumers/types/registry.ts", "../../api/routes.ts", "../../../products/index.ts"]],
  ["lambdas/api/routes", ["../../intake/schedule-request.ts", "../../consumers/engine/run-job.ts"]],
  ["lambdas/api/routes", ["../../consumers/types/action/execute.ts", "../../consumers/types/action/definition.ts"]],
  ["lambdas/intake", ["../api/routes.ts", "../consumers/engine/run-job.ts"]],
  ["lambdas/lifecycle", ["../webhooks/deliver.ts", "../consumers/clients/http/call.ts"]],
  ["lambdas/reconciler", ["../lifecycle/events.ts", "../consumers/engine/run-job.ts"]],
  ["lambdas/tasks", ["../lifecycle/events.ts", "../consumers/engine/run-job.ts"]],
  ["lambdas/webhooks", ["../tasks/answer.ts", "../consumers/clients/http/call.ts"]],
  ["lambdas/code", ["../api/routes.ts", "../consumers/engine/run-job.ts"]],
  ["lambdas/authorizer", ["../api/routes.ts", "../consumers/engine/run-job.ts"]],
  ["lambdas/consumers/engine", ["../../api/routes.ts", "../../../local/host/host.ts"]],
  ["lambdas/consumers/engine", ["@aws-sdk/client-s3", "../../aws/log/log.ts", "../types/feature/decisions.ts"]],
  ["lambdas/consumers/clients/http", ["../../types/action/target.ts", "../../engine/run-job.ts"]],
  ["lambdas/consumers/types/action", ["../storage/target.ts", "../registry.ts", "../definitions.ts", "../catalog.ts"]],
  ["lambdas/consumers/types/storage/vendors", ["../../action/target.ts", "../../registry.ts"]],
  ["lambdas/api", ["../consumers/types/registry.ts"]],
  ["bench/cost", ["../../test/support/builders.ts"]],
  ["lambdas/consumers/types/action", ["../../../lifecycle/events.ts", "../../../../test/support/builders.ts"]],
  ["infra/stacks", ["../../lambdas/api/routes.ts", "../../lambdas/consumers/engine/run-job.ts", "../../test/x.ts"]],
  [
    "infra/grants",
    ["../../lambdas/consumers/types/action/execute.ts", "../../lambdas/consumers/clients/aws/regional.ts"],
  ],
  ["keys", ["../lambdas/authorizer/check.ts", "../lambdas/consumers/engine/run-job.ts"]],
  ["lambdas/dashboard", ["../api/routes.ts", "../consumers/engine/run-job.ts", "../../dashboard/vite.config.ts"]],
  ["dashboard/src/pages", ["../../../lambdas/api/routes.ts", "../../../lambdas/dashboard/answer.ts"]],
  ["dashboard/src/pages", ["../../../lambdas/core/job/job.ts", "../../../lambdas/consumers/types/registry.ts"]],
  ["dashboard/src/pages", ["../../../lambdas/core/job/failure-group.ts"]],
  ["dashboard/src/pages", ["../../../local/gateway/http.ts", "../../../products/index.ts", "../../../test/x.ts"]],
  ["sdk/src", ["../../lambdas/core/job/job.ts", "../../products/index.ts", "../../local/gateway/http.ts"]],
  [
    "local/host",
    [
      "../../lambdas/api/handler.ts",
      "../../lambdas/dashboard/answer.ts",
      "../../lambdas/consumers/engine/run-job.ts",
      "../../infra/app.ts",
    ],
  ],
  // What is deployed imports nothing that runs beside it.
  ...[
    "core/job",
    "aws/s3",
    "api/routes",
    "intake",
    "lifecycle",
    "reconciler",
    "tasks",
    "webhooks",
    "pump",
    "relay",
    "authorizer",
    "dashboard",
  ].map((room): [string, string[]] => {
    const root = "../".repeat(room.split("/").length + 1);
    return [`lambdas/${room}`, ["local/host/host.ts", "infra/app.ts", "test/support/until.ts"].map((to) => root + to)];
  }),
];

/** The rooms of core in their order, as lambdas/README.md lists them. A room of a room counts as its own. */
const layers = [
  ...["kernel", "job", "catalog", "access", "expressions", "limits", "ports", "requests", "outbound", "operations"],
  ...["queries", "check"],
];
const below = layers.flatMap((room, place) => layers.slice(place + 1).map((to): [string, string] => [room, to]));
const upward: [room: string, imports: string[]][] = [
  ...below.map(([room, to]): [string, string[]] => [`lambdas/core/${room}`, [`../${to}/one.ts`]]),
  ["lambdas/core/job/series", ["../../catalog/catalog.ts"]],
  ["lambdas/core/catalog/targets", ["../../requests/request.ts"]],
];
const downward = below.map(([room, to]): [string, string[]] => [`lambdas/core/${to}`, [`../${room}/one.ts`]]);

const allowed: [room: string, imports: string[]][] = [
  ["lambdas/core/job", ["../kernel/errors.ts", "node:crypto", "zod"]],
  ["lambdas/core/job/series", ["../job.ts", "../../kernel/zone.ts"]],
  ["lambdas/aws/s3", ["../../core/ports/blob-store.ts", "../client/settings.ts", "@aws-sdk/client-s3", "node:fs"]],
  ["lambdas/api/routes", ["../../core/job/job.ts", "../../aws/http/http-api.ts", "../schemas/job.ts"]],
  ...[
    "api",
    "intake",
    "lifecycle",
    "reconciler",
    "tasks",
    "webhooks",
    "pump",
    "relay",
    "authorizer",
    "dashboard",
    "approve",
  ].map((entry): [string, string[]] => [
    `lambdas/${entry}`,
    ["../core/job/job.ts", "../aws/log/log.ts", "../consumers/types/definitions.ts", "../consumers/types/catalog.ts"],
  ]),
  ["lambdas/consumers/engine", ["../../core/job/job.ts", "./claim-job.ts"]],
  ["lambdas/consumers/types/action", ["../../clients/http/call.ts", "../../engine/run-job.ts", "./target.ts"]],
  ["lambdas/consumers/types/action", ["../define-job-type.ts", "../../../aws/client/agents.ts"]],
  ["lambdas/consumers/clients/http", ["../../../core/job/job.ts", "../../../aws/client/agents.ts"]],
  ["bench/cost", ["../../lambdas/core/job/job.ts", "../support/only.ts"]],
  ["infra/grants", ["../../lambdas/core/job/job.ts", "../../lambdas/consumers/types/registry.ts", "aws-cdk-lib/core"]],
  ["infra/grants", ["../../lambdas/consumers/types/storage/target.ts", "../../products/index.ts"]],
  ["keys", ["../lambdas/core/access/api-key.ts", "../lambdas/consumers/types/catalog.ts", "../local/runtime/names.ts"]],
  ["lambdas/dashboard", ["../core/kernel/lazy.ts", "../aws/log/log.ts", "./answer.ts"]],
  ["dashboard/src/pages", ["../../../sdk/src/index.ts", "../../../lambdas/core/kernel/job-status.ts", "preact"]],
  ["dashboard/src/ui", ["../../../lambdas/core/kernel/zone.ts"]],
  ["dashboard", ["./compress.ts", "node:zlib", "vite"]],
  ["sdk/src", ["./client.ts", "node:crypto"]],
  ["local/host", ["../../lambdas/core/job/job.ts", "../../lambdas/aws/start/env.ts", "../../products/index.ts"]],
];

const circles = {
  "lambdas/core/circle/one.ts": 'import { two } from "./two.ts";\nexport const one = () => two;\n',
  "lambdas/core/circle/two.ts": 'import { one } from "./one.ts";\nexport const two = () => one;\n',
  "local/circle/one.ts": 'import type { Two } from "./two.ts";\nexport type One = Two[];\n',
  "local/circle/two.ts": 'import type { One } from "./one.ts";\nexport type Two = One | undefined;\n',
};

/** A file per import, each in its room: the linter knows a room by its path only. */
const filesOf = (name: string, rooms: [string, string[]][]) =>
  rooms.flatMap(([room, imports], line) =>
    imports.map((specifier, column) => ({
      what: `${room} imports ${specifier}`,
      file: `${room}/${name}-${line}-${column}.ts`,
      code: `import * as it from "${specifier}";\nexport const used = it;\n`,
    })),
  );
const bad = filesOf("refused", refused);
const good = filesOf("allowed", [...allowed, ...downward]);
const misplaced = filesOf("misplaced", upward);

/** The order of core's rooms is a plugin (lambdas/core/layers.grit), which `--only` would leave out. */
const rules = ["noRestrictedImports", "noImportCycles", "plugin"];
/** What the linter reports, by file and then by rule. */
const reported = new Map<string, string[]>();

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ductape-imports-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  // The folder is no working tree of git.
  write("biome.json", JSON.stringify({ ...JSON.parse(readFileSync("biome.json", "utf8")), vcs: { enabled: false } }));
  write("lambdas/core/layers.grit", readFileSync("lambdas/core/layers.grit", "utf8"));
  for (const { file, code } of [...bad, ...good, ...misplaced]) write(file, code);
  for (const [file, code] of Object.entries(circles)) write(file, code);
  const options = ["--reporter=json", "--max-diagnostics=none"];
  const run = promisify(execFile)(resolve("node_modules/.bin/biome"), ["lint", ...options], { cwd: folder });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  rmSync(folder, { recursive: true });
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    const rule = category.split("/").at(-1);
    if (rules.includes(rule)) reported.set(location.path, [...(reported.get(location.path) ?? []), rule]);
  }
}, 60_000);

test.each(bad)("$what: refused", ({ file }) => {
  expect(reported.get(file)).toEqual(["noRestrictedImports"]);
});

test.each(misplaced)("$what: refused, since that room stands below", ({ file }) => {
  expect(reported.get(file)).toEqual(["plugin"]);
});

test.each(good)("$what: allowed", ({ file }) => {
  expect(reported.get(file)).toBeUndefined();
});

test.each(Object.keys(circles))("%s, which is in a circle of two files, is refused", (file) => {
  expect(reported.get(file)).toEqual(["noImportCycles"]);
});
