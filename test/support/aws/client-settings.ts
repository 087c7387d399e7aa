/** Settings for every SDK client in a test, so that it looks up no region and no credentials on this machine. */
export const settings = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
} as const;
