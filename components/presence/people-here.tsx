"use client";
import { groupByUser, type PersonHere } from "../../lib/collab/people.ts";
import type { Store } from "../../lib/collab/store.ts";
import { Avatar } from "../ui/avatar.tsx";
import { usePeople } from "./use-people.ts";

const MOST_SHOWN = 5;

/** Who is in this document: a ring each, filled while its person types. */
export function PeopleHere({ people }: { people: Store<readonly PersonHere[]> }) {
  const groups = groupByUser(usePeople(people));
  const hidden = groups.length - MOST_SHOWN;
  return (
    <ul className="people" aria-label="People here">
      {groups.map(([person, ...tabs], index) => {
        if (!person) return null;
        const typing = [person, ...tabs].some((tab) => tab.typing && !tab.isSelf);
        const name = person.isSelf ? `${person.name} (you)` : person.name;
        return (
          <li
            key={person.userId ?? person.sessionId}
            title={name}
            className={index < MOST_SHOWN ? "" : "unseen"}
          >
            <Avatar name={person.name} color={person.color} filled={typing} />
            <span className="unseen">{typing ? `${name}, typing` : name}</span>
          </li>
        );
      })}
      {hidden > 0 ? (
        <li aria-hidden className="quiet">
          +{hidden}
        </li>
      ) : null}
    </ul>
  );
}
