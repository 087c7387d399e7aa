import type { Reference } from "../core/catalog/references.ts";
import type { DecideAnswer, DecideMessage, StepAnswer, StepMessage } from "../core/job/decide-messages.ts";
import { answer } from "./answer.ts";
import type { Offered } from "./answer-call.ts";
import { Decisions } from "./feature/answer-decide.ts";
import { findFeature, resolveListed } from "./feature/find-feature.ts";

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
export function featureBundle(name: string, offered: Offered): FeatureBundle {
  let around: BundleHost | undefined;
  let decisions: Decisions | undefined;
  const resolve = async (reference: Reference) => {
    if (around) return around.resolve(reference);
    throw new Error("No message has come.");
  };
  const write = (line: string) => around?.write(line);
  return {
    async answer(message, host) {
      around = host;
      const features = { definition: host.definition, features: { [name]: offered } };
      decisions ??= new Decisions({ find: findFeature([features]), resolve: resolveListed(features, resolve), write });
      return (await answer({ functions: {}, resolve, write, decisions }, message)) as DecideAnswer | StepAnswer;
    },
  };
}
