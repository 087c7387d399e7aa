import { useEffect, useState } from "preact/hooks";
import { apiUrl } from "../api/base.ts";
import { goToIssuer, type Issuer, type Issuers, issuersHere } from "../api/sign-in.ts";
import { Button } from "./button.tsx";

/** A button for each issuer that vouches for people here. Nothing where there is none. */
export function SignIn() {
  const [{ issuers, redirect_uri }, setIssuers] = useState<Issuers>({ issuers: [], redirect_uri: "" });
  const [fault, setFault] = useState<string>();
  useEffect(() => void issuersHere().then(setIssuers), []);
  if (issuers.length === 0) return null;
  // Under another address the tab would not know the person on return.
  if (redirect_uri !== `${apiUrl()}/`)
    return (
      <p>
        People sign in at <a href={redirect_uri}>{redirect_uri}</a>.
      </p>
    );
  const go = (issuer: Issuer) => goToIssuer(issuer, redirect_uri).catch((error: Error) => setFault(error.message));
  return (
    <div class="sign-in">
      {issuers.map((issuer) => (
        <Button
          key={issuer.issuer}
          tone="primary"
          disabled={issuer.authorization_endpoint === undefined}
          onClick={() => go(issuer)}
        >
          Sign in with {issuer.name}
          {issuer.authorization_endpoint === undefined && " (it does not answer)"}
        </Button>
      ))}
      {fault !== undefined && (
        <p class="banner banner-bad" role="alert">
          {fault}
        </p>
      )}
      <p class="sign-in-or">or with a key</p>
    </div>
  );
}
