import type { Route } from "../aws/http/route.ts";
import { signInPath, signOutPath } from "../topology.ts";
import * as getSignIn from "./routes/get-sign-in.ts";
import * as postSignIn from "./routes/post-sign-in.ts";
import * as postSignOut from "./routes/post-sign-out.ts";
import type { SignInServices } from "./services.ts";

/** They are open at the gateway: who signs in has no key yet, and who signs out brings the one to revoke. */
export const routes: readonly Route<SignInServices>[] = [
  { id: "listIssuers", method: "GET", path: signInPath, open: true, endpoint: getSignIn },
  { id: "signIn", method: "POST", path: signInPath, open: true, endpoint: postSignIn },
  { id: "signOut", method: "POST", path: signOutPath, open: true, endpoint: postSignOut },
];
