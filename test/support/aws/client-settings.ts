/** What every SDK client in a test is made with: no look-up of a region or of credentials on this machine. */
export const settings = {
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
} as const;
