import { Fact } from "./panel.tsx";
import { Ago, Time } from "./time.tsx";

/** A fact that is a time, and how long ago or ahead it is. */
export const Moment = ({ name, at }: { name: string; at: number }) => (
  <Fact name={name}>
    <Time at={at} />{" "}
    <span class="muted">
      <Ago at={at} />
    </span>
  </Fact>
);
