"use client";
import { Plus } from "lucide-react";
import { Empty } from "../ui/empty.tsx";
import { isNarrowed } from "./filters.ts";
import type { SearchState } from "./search-store.ts";

type NothingProps = {
  state: SearchState;
  /** What a document of the words would be called. */
  title: string;
  onWiden: () => void;
  onAgain: () => void;
  onCreate: ((title: string) => void) | undefined;
};

/** Letters of a title on a button. */
const MOST_SHOWN = 32;

/** Where there is no line to show: why, and what one may try. */
export function NoLines(props: NothingProps) {
  return (
    <div className="hits no-hits">
      <Why {...props} />
    </div>
  );
}

function Why({ state: { phase, filters }, title, onWiden, onAgain, onCreate }: NothingProps) {
  switch (phase) {
    case "idle":
      return (
        <p className="quiet">
          Type words, the beginning of one, or what it was about. A hit opens its document at that block.
        </p>
      );
    case "asking":
      return null;
    case "words":
      return <p className="quiet">No such words. Looking for what is meant…</p>;
    case "offline":
      return (
        <Empty
          title="No title has these words"
          text="Blocks are searched again when there is a connection."
        />
      );
    case "failed":
      return (
        <Empty title="The search did not answer" text="Nothing that you wrote is touched. Try it once more.">
          <button type="button" className="button" onClick={onAgain}>
            Try again
          </button>
        </Empty>
      );
    case "done":
      return isNarrowed(filters) ? (
        <Empty title="Nothing found here" text="There may be something outside of what you narrowed it to.">
          <button type="button" className="button" onClick={onWiden}>
            Search everywhere
          </button>
        </Empty>
      ) : (
        <Empty
          title="Nothing found"
          text="Try fewer words, another word for it, or a sentence that says what it was about. What is in the trash, or was written a moment ago, is not found."
        >
          {onCreate && title !== "" ? (
            <button type="button" className="button" onClick={() => onCreate(title)}>
              <Plus className="i" aria-hidden />
              New document “{title.length > MOST_SHOWN ? `${title.slice(0, MOST_SHOWN)}…` : title}”
            </button>
          ) : null}
        </Empty>
      );
  }
}
