/** Whether requests carry something that nobody else may see. Beside the schema, which not every executor bundles. */
export const carriesCredentials = (auth: { type: string } | undefined): boolean =>
  auth !== undefined && auth.type !== "none";
