import { useState } from "preact/hooks";
import { unlock } from "../api/session.ts";
import { Button } from "./button.tsx";
import { Logo } from "./logo.tsx";
import { SignIn } from "./sign-in.tsx";

/** Lets a person sign in, or asks for an API key, where the server has none to hand out. */
export function KeyForm({ refused, failed }: { refused: boolean; failed?: string | undefined }) {
  const [key, setKey] = useState("");
  const trimmed = key.trim();
  const usable = /^[\x21-\x7e]+$/.test(trimmed);
  return (
    <main class="key-page">
      <form
        class="key-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (usable) unlock(trimmed);
        }}
      >
        <Logo />
        <h1>Open the dashboard</h1>
        {refused && (
          <p class="banner banner-bad" role="alert">
            The API does not know this key, or it has expired.
          </p>
        )}
        {failed !== undefined && (
          <p class="banner banner-bad" role="alert">
            {failed}
          </p>
        )}
        <SignIn />
        <label class="field">
          <span>API key</span>
          <input
            type="password"
            name="api-key"
            autocomplete="current-password"
            spellcheck={false}
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <Button type="submit" tone="primary" disabled={!usable}>
          Open
        </Button>
        <p class="muted">
          The page shows and allows what the key does. The key stays in this tab and is forgotten when you close it.
          Keys are made with <code>npm run keys</code>.
        </p>
      </form>
    </main>
  );
}
