/** Whether requests carry credentials. It is not beside the schemas, because executors do not bundle those. */
export const carriesCredentials = (auth: { type: string } | undefined): boolean =>
  auth !== undefined && auth.type !== "none";
