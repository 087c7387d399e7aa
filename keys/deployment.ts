/** Which deployment is meant. */
export interface Where {
  /** Its `jobs:stage`. */
  stage: string;
  table: string | undefined;
  /** The one that `npm start` runs. */
  local: boolean;
}
