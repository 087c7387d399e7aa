/** A change of one line, mostly outside of the core, which the test of that file must notice. */
export interface Mutation {
  /** The file, from the root of the repository. */
  file: string;
  /** Occurs once in it. */
  find: string;
  replace: string;
  /** The test, from `test/`. */
  test: string;
}
