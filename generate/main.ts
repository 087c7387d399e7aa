import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { answers } from "./answers.ts";
import { limitTables } from "./limits.ts";
import { pythonAnswers, pythonRequests } from "./python-client.ts";
import { eventInput, known, requests } from "./requests.ts";
import { settingsSource, settingsTables } from "./settings.ts";
import { tables, withTable } from "./tables.ts";
import { typescriptOf } from "./typescript.ts";

/*
 * Writes what follows from the schemas of the API, types of the SDK and tables of the docs, and from the table of settings. With
 * `--check` it writes nothing, and fails if a file is not what it would write.
 */

const head =
  "/* Made by `npm run generate` from the schemas in lambdas/ and the table of settings. Change those instead. */";

const importsOfRequests = `
import type { JobStatus, JobType } from "./answers.ts";
import type {
  DuctapeBlob,
  DuctapeFields,
  DuctapeNotification,
  DuctapeQuery,
  DuctapeRecipients,
  DuctapeRepeat,
  PrefixedInput,
  RetryCode,
  SessionText,
  Unavailable,
} from "./ductape-input.ts";
import type { FileContent, Query, RequestHeaders, Scalar, TemplateInput } from "./input-values.ts";
import type { Time } from "./time.ts";`;

const sourceOf = (...parts: string[]): string => [head, ...parts].join("\n\n");

const files: Record<string, string> = {
  "sdk/src/answers.ts": sourceOf(
    'import type { DuctapeJob } from "./ductape-job.ts";',
    typescriptOf(answers, {}, "output"),
  ),
  "sdk/src/requests.ts": sourceOf(importsOfRequests, eventInput, typescriptOf(requests, known, "input")),
  "infra/settings/jobs-settings.ts": sourceOf(settingsSource()),
  "packages/python/src/ductape_jobs/answers.py": pythonAnswers(),
  "packages/python/src/ductape_jobs/requests.py": pythonRequests(),
  ...Object.fromEntries(
    [...Map.groupBy([...tables, ...limitTables, ...settingsTables], ({ page }) => page)].map(([page, some]) => [
      page,
      some.reduce(withTable, readFileSync(page, "utf8")),
    ]),
  ),
};

/** Biome knows no Python, which is written as it is to look. */
const formatted = (path: string, text: string): string =>
  path.endsWith(".py")
    ? text
    : execFileSync("node_modules/.bin/biome", ["format", "--stdin-file-path", path], { input: text, encoding: "utf8" });

const isCheck = process.argv.includes("--check");
for (const [path, text] of Object.entries(files)) {
  const wanted = formatted(path, text);
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) continue;
  if (!isCheck) writeFileSync(path, wanted);
  else {
    console.error(`${path} is out of date. Run: npm run generate`);
    process.exitCode = 1;
  }
}
