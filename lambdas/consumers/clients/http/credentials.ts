/** Whether a request carries something that nobody else may see. Apart from the schemas, which executors do not bundle. */
export const carriesCredentials = (auth: { type: string } | undefined): boolean =>
  auth !== undefined && auth.type !== "none";
