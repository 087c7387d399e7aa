import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { type Edit, modules } from "./edits.ts";
import { capitalNames } from "./own-sources.ts";

/**
 * Lambda gives the credentials of a function's role as environment variables, good for as long as the environment lives:
 * what else the SDK looks through (profiles, SSO, STS, containers) is a third of every bundle and never reached.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const credentials: Plugin = {
  name: "credentials",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@aws-sdk\/credential-provider-node\/[^.]+\/index\.js$/ }, () => ({
      contents: 'export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env"',
      resolveDir: join(modules, "@aws-sdk/credential-provider-node"),
    }));
  },
};

/** Of its own package.json a client wants the version alone, for its User-Agent. */
export const versions: Plugin = {
  name: "versions",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@aws-sdk\/[^/]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

/** Reads the names of browsers; esbuild makes a file of it although nothing that is left imports it. */
export const browsers: Plugin = {
  name: "browsers",
  setup({ onResolve }) {
    onResolve({ filter: /^bowser$/ }, ({ path }) => ({ path, external: true }));
  },
};

const core = "@smithy/core/dist-es/submodules";
const refusing = (what: string) => `throw new Error("${what} is not in this bundle: infra/bundle/sdk.ts")`;

/** Node has the hash; that in JavaScript is for where it was built without. */
const nativeHash = (name: string): Edit => ({
  file: `${core}/checksum/${name.toLowerCase()}/${name}Node.js`,
  text: `hasNativeCrypto ? buildNativeClass() : ${name}Js;`,
  by: "buildNativeClass();",
});

/** What of the SDK no function of ours reaches. */
export const unreached: Edit[] = [
  // DynamoDB's client keeps a cache for endpoint discovery, which none of its operations asks any more.
  {
    file: "@aws-sdk/middleware-endpoint-discovery/dist-es/resolveEndpointDiscoveryConfig.js",
    text: "endpointCache: new EndpointCache(endpointCacheSize ?? 1000),",
    by: "",
  },
  // There is no ~/.aws in a Lambda: a setting is an environment variable or what it is by default.
  {
    file: `${core}/config/node-config-provider/configLoader.js`,
    text: "fromSharedConfigFiles(configFileSelector, configuration), ",
    by: "",
  },
  // Asked where AWS_REGION or AWS_EXECUTION_ENV is not set, which Lambda sets.
  {
    file: `${core}/config/defaults-mode/resolveDefaultsModeConfig.js`,
    text: 'import { getInstanceMetadataRegion } from "../config-resolver/regionConfig/getInstanceMetadataRegion";',
    by: "const getInstanceMetadataRegion = async () => undefined;",
  },
  {
    file: `${core}/config/config-resolver/regionConfig/config.js`,
    text: 'import { getInstanceMetadataRegion } from "./getInstanceMetadataRegion";',
    by: "const getInstanceMetadataRegion = async () => undefined;",
  },
  {
    file: `${core}/retry/middleware-retry/configurations.js`,
    text: 'import { AdaptiveRetryStrategy } from "../util-retry/AdaptiveRetryStrategy";',
    by: `class AdaptiveRetryStrategy { constructor() { ${refusing("AWS_RETRY_MODE=adaptive")} } }`,
  },
  {
    file: `${core}/protocols/HttpProtocol.js`,
    text: 'await import("@smithy/core/event-streams")',
    by: `(() => { ${refusing("what event streams need")} })()`,
  },
  // The same module at once, without undici (infra/bundle/node.ts).
  {
    file: "@smithy/node-http-handler/dist-es/node-http-handler.js",
    text: 'await import("node:http")',
    by: 'process.getBuiltinModule("node:http")',
  },
  nativeHash("Sha256"),
  nativeHash("Md5"),
];

const registration = /^export var (\w+)\$ = \[-3, n0, [^;]*\];\nn0_registry\.registerError\(\1\$, \1\);$/gm;

/**
 * A client registers a class for each error of its service. Those that our code does not name are thrown as the service's
 * own exception instead, with the name that the answer has for it, and its fields. That is the name of the class but for
 * services that once were a Query API: SQS, none of whose errors we tell apart, and SNS, which is left alone for that.
 */
export const errorClasses: Plugin = {
  name: "error-classes",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@aws-sdk\/client-[^/]+\/dist-es\/schemas\/schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const errors = join(path, "../../models/errors.js");
      const retryable = retryableIn(await readFile(errors, "utf8"));
      if (source.search(registration) < 0) throw new Error(`infra/bundle/sdk.ts finds no errors registered in ${path}`);
      const kept = (line: string, name: string) => (capitalNames.has(name) || retryable.has(name) ? line : "");
      return { contents: source.replaceAll(registration, kept) };
    });
  },
};

/** Classes that say something which no name says: that the SDK is to try again. */
const retryableIn = (source: string): Set<string> =>
  new Set(
    source
      .split(/^export class /m)
      .filter((text) => text.includes("$retryable"))
      .map((text) => text.split(" ")[0] ?? ""),
  );
