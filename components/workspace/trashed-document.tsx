"use client";
import { Empty } from "../ui/empty.tsx";
import { PageLink } from "../ui/page-link.tsx";
import { Bar } from "./bar.tsx";
import { useFrame } from "./frame-context.tsx";

export function TrashedDocument({ title }: { title: string }) {
  const { workspace } = useFrame();
  const name = title.trim() || "Untitled";
  return (
    <>
      <Bar title={name} />
      <main className="column" id="main">
        <Empty
          heading="h1"
          title={`“${name}” is in the trash`}
          text="Nothing in it is lost. Restore it to read it and to write on."
        >
          <PageLink className="button" href={`/w/${workspace.id}/trash`}>
            Look in the trash
          </PageLink>
        </Empty>
      </main>
    </>
  );
}
