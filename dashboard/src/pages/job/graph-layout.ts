import type { Job, JobGraphStep, JobStep } from "../../../../sdk/src/index.ts";
import { lazyFile } from "../../lazy-page.ts";

export const nodeWidth = 186;
export const nodeHeight = 54;

export interface GraphNode {
  step: JobGraphStep;
  state: JobStep;
  /** The middle of the node. */
  x: number;
  y: number;
}

export interface GraphEdge {
  from: string;
  to: string;
  /** Whether the step that it leads to has begun, or has been skipped. */
  reached: boolean;
  points: { x: number; y: number }[];
}

export interface Layout {
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const loadDagre = lazyFile(() => import("@dagrejs/dagre"));

const notStarted: JobStep = { status: "not_started" };

/** Places the steps of a feature: those that others wait for at the left, or above them on narrow screens. */
export async function layoutOf(
  { graph = [], steps = {} }: Pick<Job, "graph" | "steps">,
  direction: "LR" | "TB",
): Promise<Layout> {
  const dagre = await loadDagre();
  const made = new dagre.Graph()
    .setGraph({ rankdir: direction, nodesep: 16, ranksep: 40, marginx: 2, marginy: 2 })
    .setDefaultEdgeLabel(() => ({}));
  for (const { step } of graph) made.setNode(step, { width: nodeWidth, height: nodeHeight });
  for (const { step, depends_on } of graph) for (const before of depends_on) made.setEdge(before, step);
  dagre.layout(made);
  const { width = 0, height = 0 } = made.graph() as { width?: number; height?: number };
  const stateOf = (step: string) => steps[step] ?? notStarted;
  return {
    width,
    height,
    nodes: graph.map((step) => {
      const { x, y } = made.node(step.step) as { x: number; y: number };
      return { step, state: stateOf(step.step), x, y };
    }),
    edges: made.edges().map(({ v, w }) => {
      const { points } = made.edge({ v, w }) as { points: { x: number; y: number }[] };
      return { from: v, to: w, reached: stateOf(w).status !== "not_started", points };
    }),
  };
}

/** A smooth line through the points that dagre found. */
export function pathOf(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return "";
  const round = ({ x, y }: { x: number; y: number }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const curves = rest.map((point, i) => {
    const next = rest[i + 1] ?? last;
    return `Q${round(point)} ${round({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  return `M${round(first)} ${curves.join(" ")} L${round(last)}`;
}
