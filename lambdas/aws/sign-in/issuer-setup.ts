import { DuctapeError } from "../../core/kernel/errors.ts";

/** The setting `signIn` and the issuer do not fit together: a deployment has to mend it, and no caller can. */
export class IssuerSetup extends DuctapeError {
  constructor(message: string) {
    super("ISSUER_SETUP", message);
  }
}
