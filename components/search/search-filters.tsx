"use client";
import { useEffect, useState } from "react";
import { Select } from "../ui/select.tsx";
import { type Filters, isKind, isSince, KINDS, SINCES } from "./filters.ts";
import type { KnownDocument } from "./known-documents.ts";
import { titleOf } from "./search-answers.ts";
import type { Member } from "./search-source.ts";

type FiltersProps = {
  filters: Filters;
  hereId: string | null;
  documents: readonly KnownDocument[];
  members: () => Promise<Member[]>;
  onNarrow: (change: Partial<Filters>) => void;
};

/** So many can be chosen from; the open document is always among them. */
const MOST_DOCUMENTS = 1_000;
const STEP = "\u2003";

const ANY_KIND = { value: "", label: "Any kind" };
const KIND_OPTIONS = [ANY_KIND, ...Object.entries(KINDS).map(([value, { label }]) => ({ value, label }))];
const ANY_TIME = { value: "", label: "Any time" };
const SINCE_OPTIONS = [ANY_TIME, ...Object.entries(SINCES).map(([value, { label }]) => ({ value, label }))];

/** Where, by whom, what and when. */
export function SearchFilters({ filters, hereId, documents, members, onNarrow }: FiltersProps) {
  const people = useMembers(members);
  const here = documents.find(({ id }) => id === hereId);
  const places = [
    { value: "", label: "Anywhere" },
    ...(here ? [{ value: here.id, label: `In “${titleOf(here)}”` }] : []),
    ...documents
      .filter((one) => one !== here)
      .slice(0, MOST_DOCUMENTS)
      .map((one) => ({ value: one.id, label: STEP.repeat(one.path.length) + titleOf(one) })),
  ];
  const persons = [
    { value: "", label: "Anyone" },
    ...people.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is a box of a form of its own
    <div className="search-filters" role="group" aria-label="Narrow the search">
      <Select
        look="bare"
        aria-label="Where"
        options={places}
        value={filters.within ?? ""}
        onChange={({ target }) => onNarrow({ within: target.value || null })}
      />
      <Select
        look="bare"
        aria-label="By whom"
        options={persons}
        value={filters.person ?? ""}
        onChange={({ target }) => onNarrow({ person: target.value || null })}
      />
      <Select
        look="bare"
        aria-label="Kind of block"
        options={KIND_OPTIONS}
        value={filters.kind ?? ""}
        onChange={({ target }) => onNarrow({ kind: isKind(target.value) ? target.value : null })}
      />
      <Select
        look="bare"
        aria-label="Changed"
        options={SINCE_OPTIONS}
        value={filters.since ?? ""}
        onChange={({ target }) => onNarrow({ since: isSince(target.value) ? target.value : null })}
      />
    </div>
  );
}

/** Without an answer nobody can be chosen; the rest works. */
function useMembers(read: () => Promise<Member[]>): readonly Member[] {
  const [members, setMembers] = useState<readonly Member[]>([]);
  useEffect(() => {
    let isShown = true;
    read().then(
      (found) => isShown && setMembers(found),
      (error: unknown) => console.warn("the members are not listed", error),
    );
    return () => {
      isShown = false;
    };
  }, [read]);
  return members;
}
