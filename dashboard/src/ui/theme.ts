import { keep, makeStore, readKept } from "../api/store.ts";

export type Theme = "system" | "light" | "dark";

const name = "ductape.theme";
const kept = readKept("local", name);

export const theme = makeStore<Theme>(kept === "light" || kept === "dark" ? kept : "system");

const show = (choice: Theme): void => {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
};
show(theme.get());

export function chooseTheme(choice: Theme): void {
  keep("local", name, choice === "system" ? null : choice);
  show(choice);
  theme.set(choice);
}
