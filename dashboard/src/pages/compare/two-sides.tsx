import type { ComponentChildren } from "preact";

interface Row {
  key: string;
  name: ComponentChildren;
  left: ComponentChildren;
  right: ComponentChildren;
  class?: string;
}

interface Props {
  label: string;
  /** What a row is named by: `Fact`, `Place`. */
  what: string;
  rows: readonly Row[];
}

/** Rows that say something of the left and of the right. On narrow screens the name is above both. */
export const TwoSides = ({ label, what, rows }: Props) => (
  <table class="two-sides" aria-label={label}>
    <thead>
      <tr>
        <th scope="col">{what}</th>
        <th scope="col">Left</th>
        <th scope="col">Right</th>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <tr key={row.key} class={row.class}>
          <th scope="row">{row.name}</th>
          <td>{row.left}</td>
          <td>{row.right}</td>
        </tr>
      ))}
    </tbody>
  </table>
);
