"use client";
import { groupByUser, type PersonHere } from "../../lib/collab/people.ts";
import type { Store } from "../../lib/collab/store.ts";
import { usePeople } from "./use-people.ts";

/** "Ana is typing…" at the foot. Empty when nobody types; its height never changes. */
export function TypingStatus({ people }: { people: Store<readonly PersonHere[]> }) {
  const typing = groupByUser(usePeople(people).filter((person) => person.typing && !person.isSelf));
  return (
    <span className="typing-state" role="status" aria-label="Typing">
      {sentence(typing.flatMap(([person]) => (person ? [person.name] : [])))}
    </span>
  );
}

function sentence(names: readonly string[]): string {
  const [first, second] = names;
  if (!first) return "";
  if (!second) return `${first} is typing…`;
  if (names.length === 2) return `${first} and ${second} are typing…`;
  return `${first}, ${second} and ${names.length - 2} more are typing…`;
}
