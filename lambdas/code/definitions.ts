import { hash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { BundleMessage, CodeBundle, DecideQuestion } from "../core/job/code-bundle.ts";
import { codeVersion } from "../core/job/code-messages.ts";
import type { DecideRefusal } from "../core/job/decide-messages.ts";
import type { BundleHost, FeatureBundle } from "./feature-bundle.ts";

/** The features of a deployment: each in a file that exports `bundle`. */
export type FeatureFiles = Readonly<Record<string, URL>>;

interface Own {
  sha256: string;
  text: Buffer;
  /** Imports it: a run of earlier code does without. */
  load(): Promise<FeatureBundle>;
}

type Asked = Exclude<DecideQuestion, BundleMessage>;

/** How many definitions of long ago a process has loaded at most: modules are never unloaded. */
const mostLoaded = 50;

/**
 * The code of features by its hash: that of this deployment, and that with which earlier runs have begun, which a message brings a link to.
 * `from` is what such links begin with: only the deployment can have written there.
 */
export function makeDefinitions(files: FeatureFiles, { from }: { from: string | undefined }) {
  const own = new Map<string, Promise<Own>>();
  const loaded = new Map<string, Promise<FeatureBundle | Spoiled>>();

  async function ownOf(name: string): Promise<Own | undefined> {
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    if (!file) return undefined;
    const found = own.get(name) ?? readOwn(file);
    own.set(name, found);
    // What could not be read may be the next time.
    found.catch(() => own.delete(name));
    return found;
  }

  async function earlier(sha256: string, url: string | undefined): Promise<FeatureBundle | Spoiled | undefined> {
    const known = loaded.get(sha256);
    if (known || url === undefined) return known;
    if (from !== undefined && !url.startsWith(from))
      throw new Error("The link to the code leads elsewhere than to the deployment.");
    if (loaded.size >= mostLoaded) process.exit(1);
    const loading = fetchBundle(url, sha256).catch((error: unknown) => {
      // It may be there the next time.
      loaded.delete(sha256);
      if (error instanceof Spoiled) return error;
      throw error;
    });
    loaded.set(sha256, loading);
    return loading;
  }

  return {
    /** Answers a decision by the code that the run began with, or by that of now if it begins. */
    async answer(message: Asked, around: Omit<BundleHost, "definition">) {
      const { feature, definition } = message.run;
      const now = await ownOf(feature);
      const asked = definition === "" ? now?.sha256 : definition;
      if (asked === undefined) return decideRefusal("UNKNOWN_FEATURE", `This code has no feature ${feature}.`);
      const bundle = asked === now?.sha256 ? await now.load() : await earlier(asked, message.code?.url);
      if (!bundle) return decideRefusal("UNKNOWN_DEFINITION", `This code does not have ${asked} of ${feature}.`);
      if (bundle instanceof Spoiled)
        return decideRefusal("UNKNOWN_DEFINITION", `${bundle.message} ${mending(asked, feature)}`);
      return bundle.answer(
        { ...message, run: { ...message.run, definition: asked } },
        { ...around, definition: asked },
      );
    },

    /** The code of now, which the engine keeps. */
    async give({ feature, definition }: BundleMessage): Promise<CodeBundle | DecideRefusal> {
      const now = await ownOf(feature);
      if (now?.sha256 !== definition) return decideRefusal("UNKNOWN_DEFINITION", "It has been deployed anew.");
      return { v: codeVersion, bundle: (await promisify(gzip)(now.text)).toString("base64") };
    },
  };
}

const decideRefusal = (code: DecideRefusal["refuse"]["code"], message: string): DecideRefusal => ({
  v: codeVersion,
  refuse: { code, message },
});

async function readOwn(file: URL): Promise<Own> {
  const text = await readFile(file);
  return { sha256: hash("sha256", text, "hex"), text, load: () => imported(file) };
}

/** A module that was imported before is not loaded again. */
const imported = async (file: URL): Promise<FeatureBundle> =>
  ((await import(file.href)) as { bundle: FeatureBundle }).bundle;

/** What is kept of the code of a run is gone, or is another one. No other attempt at it changes that. */
class Spoiled extends Error {}

/** How a run goes on whose code is gone: its hash is the same wherever it is built from the same sources. */
const mending = (sha256: string, feature: string): string =>
  `Put code/${sha256}.mjs.gz back into the bucket, deploy ${feature} as it was, or move the run to the present code.`;

/** S3 says of what is not there that it is forbidden, to who may not list the bucket. */
const goneStatuses: ReadonlySet<number> = new Set([403, 404, 410]);

/** Imports code whose hash is the one that the run has kept, and no other. */
async function fetchBundle(url: string, sha256: string): Promise<FeatureBundle> {
  const answer = await fetch(url);
  if (goneStatuses.has(answer.status)) throw new Spoiled("The code that the run began with is gone.");
  if (!answer.ok) throw new Error(`The code that the run began with could not be read: status ${answer.status}.`);
  const gzip = Buffer.from(await answer.arrayBuffer());
  const text = await promisify(gunzip)(gzip).catch(() => undefined);
  if (text === undefined || hash("sha256", text, "hex") !== sha256)
    throw new Spoiled("The code that is kept is not the code that the run began with.");
  const folder = join(tmpdir(), "ductape-code");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${sha256}.mjs`);
  // Another process of this machine may read it meanwhile.
  const written = `${file}.${process.pid}`;
  await writeFile(written, text, { mode: 0o600 });
  await rename(written, file);
  return imported(pathToFileURL(file));
}
