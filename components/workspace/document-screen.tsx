"use client";
import { useCallback } from "react";
import type { Role } from "../../lib/core/protocol.ts";
import { workspaceChannels } from "../sidebar/workspace-channels.ts";
import { Crumbs } from "./crumbs.tsx";
import { DocumentActions } from "./document-actions.tsx";
import { type DocumentDoing, DocumentPane, type InitialDocument } from "./document-pane.tsx";
import type { PersonName } from "./people-names.ts";

type ScreenProps = {
  workspaceId: string;
  documentId: string;
  person: { id: string; name: string; color: number };
  people: readonly PersonName[];
  role: Role;
  initial: InitialDocument;
};

/** Puts the document into the frame: the way to it at the left of its bar, what can be done with it at the right. */
export function DocumentScreen(props: ScreenProps) {
  const { documentId, initial } = props;
  const actions = useCallback(
    (doing: DocumentDoing) => <DocumentActions documentId={documentId} {...doing} />,
    [documentId],
  );
  return (
    <DocumentPane
      {...props}
      channels={workspaceChannels}
      crumbs={<Crumbs documentId={documentId} title={initial.title} />}
      actions={actions}
    />
  );
}
