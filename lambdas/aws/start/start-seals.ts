import { type Seals, sealsBy } from "../../core/operations/seals.ts";
import { deployed } from "../client/deployed.ts";
import { readEnv, SealEnv } from "./env.ts";
import { onlySecrets } from "./start-only-secrets.ts";

/** What seals values by which jobs are found, with the keys of the deployment. */
export const startSeals = (): Seals => sealsBy(onlySecrets(), () => deployed(readEnv(SealEnv).SEAL_SECRET));
