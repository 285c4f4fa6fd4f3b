"use client";
import { Popover } from "@base-ui/react/popover";
import { type ReactNode, useEffect, useState } from "react";
import { Bones } from "../ui/bones.tsx";
import type { Around, NearRow, Related, RelatedSource } from "./related-source.ts";

type PeekProps = {
  related: Related;
  /** What it stands beside. */
  line: HTMLElement;
  source: RelatedSource;
  draw: (rows: readonly NearRow[]) => ReactNode;
  onOpen: () => void;
  onClose: () => void;
};

/** A block between its neighbours, to be looked at. The focus stays on the line, whose next click goes there. */
export function Peek({ related, line, source, draw, onOpen, onClose }: PeekProps) {
  const around = useAround(related, source);
  return (
    <Popover.Root
      open
      onOpenChange={(open, { event }) => {
        if (!open && !(event.target instanceof Node && line.contains(event.target))) onClose();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner
          className="popup-place peek-place"
          anchor={line}
          side="left"
          align="start"
          sideOffset={12}
          collisionPadding={16}
        >
          <Popover.Popup className="peek" initialFocus={false} finalFocus={false}>
            <Popover.Title className="peek-title">{related.title}</Popover.Title>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
            <section className="peek-body" tabIndex={0} aria-label="The block and its neighbours">
              {drawn(around, draw)}
            </section>
            <button type="button" className="button" onClick={onOpen}>
              Open at this block
            </button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

type Looked = Around | "asking" | "gone" | "failed";

function drawn(around: Looked, draw: PeekProps["draw"]): ReactNode {
  switch (around) {
    case "asking":
      return <Bones />;
    case "gone":
      return <p className="note">This block is not there any more.</p>;
    case "failed":
      return <p className="note">It could not be looked up. Opening it may still work.</p>;
    default:
      // nothing in it answers
      return (
        <div inert>
          <div className="body">{draw(around.before)}</div>
          <div className="body peeked">{draw([around.block])}</div>
          <div className="body">{draw(around.behind)}</div>
        </div>
      );
  }
}

function useAround({ documentId, blockId }: Related, source: RelatedSource): Looked {
  const [around, setAround] = useState<Looked>("asking");
  useEffect(() => {
    let isShown = true;
    source.around(documentId, blockId).then(
      (found) => isShown && setAround(found ?? "gone"),
      () => isShown && setAround("failed"),
    );
    return () => {
      isShown = false;
    };
  }, [documentId, blockId, source]);
  return around;
}
