import { useStore } from "../api/store.ts";
import { Dialog } from "../ui/dialog.tsx";
import { usePagesHere } from "../ui/pages-here.ts";
import { chooseLetterKeys, helpOpen, letterKeys } from "./keys.ts";
import "./shortcuts.css";
import { pageLetters, type Shortcut, shortcuts } from "./table.ts";

const places: readonly (readonly [Shortcut["where"], string])[] = [
  ["everywhere", "Everywhere"],
  ["in a list of jobs", "In a list of jobs"],
];

const goTo = shortcuts.find(({ where }) => where === "to a page");

/** All shortcuts, and the letters of the pages. */
export function ShortcutsDialog() {
  const isOn = useStore(letterKeys);
  const pages = usePagesHere();
  return (
    <Dialog title="Keyboard shortcuts" wide onClose={() => helpOpen.set(false)}>
      <div class="shortcuts">
        <div>
          {places.map(([where, title]) => (
            <Keys
              key={where}
              title={title}
              rows={shortcuts.filter((one) => one.where === where).map(({ shown, does }) => [shown, does])}
            />
          ))}
        </div>
        <Keys title={goTo?.does ?? ""} rows={pages.map(({ path, name }) => [["g", pageLetters[path] ?? ""], name])} />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={isOn}
          onChange={({ currentTarget: { checked } }) => chooseLetterKeys(checked)}
        />
        Use shortcuts of single keys, too: without them, only those with Ctrl or Cmd work
      </label>
    </Dialog>
  );
}

const Keys = ({ title, rows }: { title: string; rows: readonly (readonly [readonly string[], string])[] }) => (
  <section>
    <h3>{title}</h3>
    <dl class="shortcut-list">
      {rows.map(([keys, does]) => (
        <div key={does} class="shortcut">
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </section>
);
