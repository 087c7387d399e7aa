import { region } from "./names.ts";

/** Made-up credentials, so that nothing here can ever act in a real account. The embedded servers accept any signature. */
export const credentials = {
  region,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};
