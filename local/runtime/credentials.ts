import { region } from "./names.ts";

/** The embedded servers accept any signature. Made up, so that nothing here can ever act in a real account. */
export const credentials = {
  region,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};
