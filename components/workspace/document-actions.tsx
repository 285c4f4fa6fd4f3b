"use client";
import { Ellipsis } from "lucide-react";
import { useRef } from "react";
import { useDuplicate } from "../sidebar/use-duplicate.ts";
import { itemsOf, Menu } from "../ui/menu.tsx";
import { useWork } from "../ui/use-work.tsx";
import type { DocumentDoing } from "./document-pane.tsx";
import { useFrame } from "./frame-context.tsx";

type ActionsProps = DocumentDoing & { documentId: string };

const Items = itemsOf(async () => (await import("./document-menu.tsx")).DocumentMenu);

/** The menu at the right end of the document's bar. */
export function DocumentActions(doing: ActionsProps) {
  const { workspace, exchange } = useFrame();
  const { start, dialog } = useWork();
  const { duplicate, dialog: duplicating } = useDuplicate(workspace.id, exchange);
  const button = useRef<HTMLButtonElement>(null);
  const trigger = (
    <button ref={button} type="button" className="icon-button" aria-label="Document actions">
      <Ellipsis className="i" aria-hidden />
    </button>
  );
  return (
    <>
      <Menu trigger={trigger} focusAfter={() => button.current}>
        <Items {...doing} start={start} duplicate={duplicate} />
      </Menu>
      {dialog}
      {duplicating}
    </>
  );
}
