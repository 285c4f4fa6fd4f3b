/** Where a document can go: everything but itself, what is inside it, and what it is directly inside of already. */
import { fold } from "../../lib/core/search-text.ts";
import { ancestorsOf, type Branches, type DocumentRows, linesOf, subtreeOf, titleOf } from "./tree-model.ts";

export type Goal = {
  /** Null: the top level. */
  readonly id: string | null;
  readonly title: string;
  /** What is above it, outermost first. */
  readonly way: string;
};

/** In the order of the tree. */
export function goalsFor(id: string, rows: DocumentRows, branches: Branches): Goal[] {
  const inside = new Set(subtreeOf(branches, id));
  const parent = branches.parent.get(id) ?? "";
  const goals: Goal[] = parent === "" ? [] : [{ id: null, title: "Top level", way: "" }];
  for (const { row } of linesOf(branches, () => true)) {
    if (inside.has(row.id) || row.id === parent) continue;
    const way = ancestorsOf(branches, row.id).map((one) => titleOf(rows.get(one)));
    goals.push({ id: row.id, title: titleOf(row), way: way.join(" / ") });
  }
  return goals;
}

/** Those with the words in their titles, whatever their accents and capitals; the ones that begin so first. */
export function goalsNamed(goals: readonly Goal[], sought: string): readonly Goal[] {
  const words = fold(sought.trim());
  if (words === "") return goals;
  const found = goals.flatMap((goal) => {
    const at = fold(goal.title).indexOf(words);
    return at < 0 ? [] : [{ goal, isStart: at === 0 }];
  });
  return found.toSorted((a, b) => Number(b.isStart) - Number(a.isStart)).map(({ goal }) => goal);
}
