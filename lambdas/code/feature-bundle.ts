import type { Reference } from "../core/catalog/references.ts";
import { referenceName } from "../core/catalog/references.ts";
import { codeVersion } from "../core/job/code-messages.ts";
import type { DecideAnswer, DecideMessage, StepAnswer, StepMessage } from "../core/job/decide-messages.ts";
import type { Offered } from "./answer-call.ts";
import { Decisions } from "./feature/answer-decide.ts";
import { isCodeFeature } from "./feature/define-feature.ts";

/** What a bundle of a feature has around it, which is of now where the bundle may be of long ago. */
export interface BundleHost {
  /** The hash of the bundle. */
  definition: string;
  resolve(reference: Reference): Promise<string>;
  write(line: string): void;
}

/** What a bundle of a feature exports: it answers the messages of the engine about runs that have begun with it. */
export interface FeatureBundle {
  answer(message: DecideMessage | StepMessage, host: BundleHost): Promise<DecideAnswer | StepAnswer>;
}

/** Makes a bundle of a feature. The library that replays its handler is a part of it: a run goes on as it has begun. */
export function featureBundle(name: string, { load, file, secrets = [], ...offered }: Offered): FeatureBundle {
  const listed = new Set(secrets.map(referenceName));
  let host: BundleHost | undefined;
  const decisions = new Decisions({
    async find() {
      const found = ((await load()) as Record<string, unknown>)[offered.export];
      if (isCodeFeature(found)) return { feature: found, definition: host?.definition ?? "" };
      const what = found === undefined ? "exports no" : "exports another";
      const message = `${file} ${what} ${offered.export}: export const ${offered.export} = defineFeature({ ... })`;
      return { code: "UNKNOWN_FEATURE", message };
    },
    async resolve(_run, reference) {
      const asked = referenceName(reference);
      if (host && listed.has(asked)) return host.resolve(reference);
      throw new Error(`features.${name} of the catalog does not list ${asked}: add it to \`secrets\` there.`);
    },
    write: (line) => host?.write(line),
  });
  return {
    async answer(message, around) {
      host = around;
      if (message.kind === "decide") return decisions.decide(message);
      if (message.kind === "step") return decisions.step(message);
      return { v: codeVersion, refuse: { code: "PROTOCOL", message: "This code answers decisions and steps." } };
    },
  };
}
