"use client";
import Link from "next/link";
import { Empty } from "../ui/empty.tsx";
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
          <Link className="button" href={`/w/${workspace.id}/trash`}>
            Look in the trash
          </Link>
        </Empty>
      </main>
    </>
  );
}
