import { hidden, paused } from "../api/live.ts";
import { useMe } from "../api/me.ts";
import { lock, session } from "../api/session.ts";
import { signOut } from "../api/sign-in.ts";
import { useStore } from "../api/store.ts";
import { ShortcutsButton } from "../shortcuts/shortcuts.tsx";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { chooseTheme, type Theme, theme } from "./theme.ts";
import type { ZoneChoice } from "./zone.ts";
import { chooseZone, useZone, zoneChoice } from "./zone-store.ts";

/** What a person sets for all pages: live updates, the zone of times, light or dark, the key. */
export const Settings = () => (
  <div class="settings">
    <Live />
    <Zone />
    <div class="settings-row">
      <ThemeSwitch />
      <ShortcutsButton />
    </div>
    <Key />
  </div>
);

function Live() {
  const isPaused = useStore(paused);
  const isHidden = useStore(hidden);
  const state = isPaused ? "paused" : isHidden ? "hidden" : "live";
  return (
    <button type="button" class={`live live-${state}`} aria-pressed={isPaused} onClick={() => paused.set(!isPaused)}>
      <span class="live-dot" aria-hidden="true" />
      <span>{isPaused ? "Updates paused" : "Live"}</span>
      <span class="live-do">
        <Icon name={isPaused ? "play" : "pause"} />
        <span class="sr-only">{isPaused ? "resume updates" : "pause updates"}</span>
      </span>
    </button>
  );
}

const zones: [ZoneChoice, string, string][] = [
  ["local", "Local", "Times in your zone"],
  ["utc", "UTC", "Times in UTC"],
  ["job", "Job's", "Times in the zone of each job's series, or else UTC"],
];

function Zone() {
  const choice = useStore(zoneChoice);
  const zone = useZone();
  return (
    <fieldset class="segments" title={choice === "job" ? "The zone of each job's series" : zone}>
      <legend class="sr-only">Time zone</legend>
      {zones.map(([value, name, title]) => (
        <button
          key={value}
          type="button"
          title={title}
          aria-pressed={choice === value}
          onClick={() => chooseZone(value)}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}

const themes: [Theme, IconName, string][] = [
  ["system", "screen", "Colours of the system"],
  ["light", "sun", "Light"],
  ["dark", "moon", "Dark"],
];

function ThemeSwitch() {
  const choice = useStore(theme);
  return (
    <fieldset class="segments">
      <legend class="sr-only">Colours</legend>
      {themes.map(([value, icon, title]) => (
        <button
          key={value}
          type="button"
          title={title}
          aria-label={title}
          aria-pressed={choice === value}
          onClick={() => chooseTheme(value)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </fieldset>
  );
}

/** The key of a person ends with it, and that of a program is only forgotten by this tab. */
function Leave({ apiKey, isPerson }: { apiKey: string; isPerson: boolean }) {
  const text = isPerson ? "Sign out" : "Forget the key";
  const leave = async () => {
    if (isPerson) await signOut(apiKey);
    lock();
  };
  return <Button tone="quiet" icon="lock" aria-label={text} title={text} onClick={leave} />;
}

function Key() {
  const now = useStore(session);
  const me = useMe();
  if (now.state !== "open") return null;
  const rights = me?.role ?? me?.verbs.map((verb) => verb.replace("jobs:", "")).join(", ");
  return (
    <div class="key-line">
      <div class="key-text">
        <span class="key-name">{now.local ? "This machine" : (me?.name ?? me?.caller ?? "API key") || "API key"}</span>
        {me && <span class="muted">{me.caller === "" ? "" : rights}</span>}
      </div>
      {!now.local && <Leave apiKey={now.apiKey} isPerson={me?.person !== undefined} />}
    </div>
  );
}
